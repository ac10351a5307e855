"""The check of an account: what is there of the lab, only looked at.

A scenario is skipped where something else comes first, or is over already.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pytest_bdd import given, parsers, then

from kmsdemo import lab_key, table, vault
from kmsdemo.account.clients import Clients, connect
from kmsdemo.errors import AccessDenied, NoLabKey, SeveralLabKeys, TableNotFound, TableSchemaDiffers
from kmsdemo.keys import Key
from kmsdemo.learners import progress
from kmsdemo.learners.finding import Mismatch, assert_no_fault
from kmsdemo.table import Table
from kmsdemo.vault import Item


@pytest.fixture
def visited() -> Clients:
    """The account that the environment names."""
    return connect()


# --------------------------------------------------------------------------------- the key


@then('an alias of a key begins with "demo-kms-" and goes on')
def alias_is_there(visited: Clients) -> None:
    there = progress.aliases(visited.kms)
    if not any(map(progress.is_the_labs, there)):
        raise Mismatch(progress.about_aliases(there))


@then("no two keys in use have such an alias")
def alias_is_unique(visited: Clients) -> None:
    try:
        lab_key.in_use(visited.kms)
    except SeveralLabKeys as error:
        raise Mismatch(error.what) from error


@given("the lab's key", target_fixture="checked_key")
def find_key(visited: Clients) -> Key:
    try:
        return lab_key.find(visited.kms)
    except NoLabKey:
        pytest.skip("there is no key of the lab yet")
    except SeveralLabKeys:
        pytest.skip("it is not clear which key is the lab's")


@given("the lab's key works", target_fixture="checked_key")
def find_working_key(visited: Clients) -> Key:
    key = find_key(visited)
    if key.state != "Enabled":
        pytest.skip(f"the key is {key.state}, so nothing decrypts")
    return key


@given("the lab's key is pending deletion", target_fixture="checked_key")
def find_doomed_key(visited: Clients) -> Key:
    key = find_key(visited)
    if key.state != "PendingDeletion":
        pytest.skip("the key is not pending deletion yet")
    return key


@then("it is symmetric")
def key_is_symmetric(checked_key: Key) -> None:
    if checked_key.spec != "SYMMETRIC_DEFAULT":
        raise Mismatch(
            f"The key {checked_key.key_id} is asymmetric or for HMAC: {checked_key.spec}."
        )


@then("it encrypts and decrypts")
def key_encrypts(checked_key: Key) -> None:
    if checked_key.usage != "ENCRYPT_DECRYPT":
        raise Mismatch(f"The key {checked_key.key_id} is made for {checked_key.usage}.")


@given("it has served its purpose")
def key_has_served(visited: Clients, checked_key: Key) -> None:
    if checked_key.state != "PendingDeletion":
        scan_items(visited)


@then("it is pending deletion")
def key_is_doomed(checked_key: Key) -> None:
    if checked_key.state != "PendingDeletion":
        raise Mismatch(f"The key {checked_key.key_id} is {checked_key.state}.")


@then("it will be deleted in at most 7 days")
def waiting_period_is_seven_days(checked_key: Key) -> None:
    assert checked_key.deletion_date is not None
    left = checked_key.deletion_date - datetime.now(timezone.utc)
    if left > timedelta(days=7, minutes=5):
        raise Mismatch(f"The key will be deleted in {left.days + (left.seconds > 0)} days.")


# ------------------------------------------------------------------------------- the table


@given("the lab is not cleaned up")
def lab_is_not_over(visited: Clients) -> None:
    is_gone = table.TABLE_NAME not in table.names(visited.dynamodb)
    if is_gone and is_doomed(visited):
        pytest.skip("all is cleaned up already")


def is_doomed(visited: Clients) -> bool:
    try:
        return lab_key.find(visited.kms).state == "PendingDeletion"
    except (NoLabKey, SeveralLabKeys):
        return False


@then(parsers.parse('there is a table with the name "{name}"'))
def table_is_there(visited: Clients, name: str) -> None:
    there = table.names(visited.dynamodb)
    if name not in there:
        raise Mismatch(progress.about_tables(there))


@then(parsers.parse('there is no table with the name "{name}"'))
def table_is_gone(visited: Clients, name: str) -> None:
    if name in table.names(visited.dynamodb):
        raise Mismatch(f"The table {name} is still there.")


@given("the lab's table", target_fixture="checked_table")
def find_table(visited: Clients) -> Table:
    lab_is_not_over(visited)
    try:
        return table.describe(visited.dynamodb, table.TABLE_NAME)
    except TableNotFound:
        pytest.skip("there is no table yet")


@then('its only key is "appuser", a string')
def table_has_the_labs_key(checked_table: Table) -> None:
    if not checked_table.is_the_labs:
        said = f"{checked_table.partition_key}, of type {checked_table.partition_key_type}"
        raise Mismatch(
            f"The partition key of {checked_table.name} is {said}, or it has a sort key."
        )


# ------------------------------------------------------------------------------- the items


@given("the lab's table with its key", target_fixture="checked_items")
def scan_table(visited: Clients) -> list[Item]:
    if not find_table(visited).is_the_labs:
        pytest.skip("the table has another key")
    try:
        return list(vault.items(visited.dynamodb))
    except TableSchemaDiffers as error:
        pytest.skip(error.what)


@then("it has at least one item")
def table_has_items(checked_items: list[Item]) -> None:
    if not checked_items:
        raise Mismatch(f"The table {table.TABLE_NAME} is empty.")


@given("the items", target_fixture="checked_items")
def scan_items(visited: Clients) -> list[Item]:
    items = scan_table(visited)
    if not items:
        pytest.skip("the table is empty")
    return items


@given("the items with binary data", target_fixture="checked_items")
def scan_binary_items(visited: Clients) -> list[Item]:
    items = [item for item in scan_items(visited) if item.ciphertext_blob]
    if not items:
        pytest.skip("no item has binary data")
    return items


@given("the items that nobody can read", target_fixture="checked_items")
def scan_hidden_items(visited: Clients) -> list[Item]:
    items = [item for item in scan_binary_items(visited) if not progress.about_text(item)]
    if not items:
        pytest.skip("all items can be read")
    return items


@then(parsers.parse('each has binary data under "{attribute}"'))
def items_have_binary_data(checked_items: list[Item], attribute: str) -> None:
    assert attribute == vault.PASSWORD_ATTRIBUTE
    assert_no_fault(map(progress.about_attributes, checked_items))


@then("none can be read as text, in Base64 or without")
def items_are_hidden(checked_items: list[Item]) -> None:
    assert_no_fault(map(progress.about_text, checked_items))


@then("each decrypts under the lab's key")
def items_decrypt(visited: Clients, checked_key: Key, checked_items: list[Item]) -> None:
    try:
        assert_no_fault(
            progress.about_ciphertext(visited.kms, checked_key.key_id, item)
            for item in checked_items
        )
    except AccessDenied:
        pytest.skip("you may not decrypt with the key, so it cannot be told")
