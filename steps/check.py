"""The check of an account: which steps of the lab are done.

A scenario is skipped where it depends on an earlier step, or where the lab is already cleaned up.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pytest_bdd import given, parsers, then

from kmsdemo import lab_key, table, vault
from kmsdemo.account.clients import Clients, connect
from kmsdemo.errors import AccessDenied, NoLabKey, SeveralLabKeys, TableNotFound, TableSchemaDiffers
from kmsdemo.keys import Key
from kmsdemo.learners import faults
from kmsdemo.learners.finding import CheckFailed, fail_if_any
from kmsdemo.table import Table
from kmsdemo.vault import Item


@pytest.fixture
def checked() -> Clients:
    """The account that the environment names."""
    return connect()


# --------------------------------------------------------------------------------- the key


@then('the alias of a key begins with "demo-kms-" and has a suffix')
def alias_exists(checked: Clients) -> None:
    found = faults.aliases(checked.kms)
    if not any(map(faults.is_lab_alias, found)):
        raise CheckFailed(faults.alias_fault(found))


@then("at most one key in use has such an alias")
def alias_is_unique(checked: Clients) -> None:
    try:
        lab_key.in_use(checked.kms)
    except SeveralLabKeys as error:
        raise CheckFailed(error.what) from error


@given("the lab key", target_fixture="checked_key")
def find_key(checked: Clients) -> Key:
    try:
        return lab_key.find(checked.kms)
    except NoLabKey:
        pytest.skip("the lab key does not exist yet")
    except SeveralLabKeys:
        pytest.skip("several keys have an alias of the lab")


@given("the lab key is enabled", target_fixture="checked_key")
def find_enabled_key(checked: Clients) -> Key:
    key = find_key(checked)
    if key.state != "Enabled":
        pytest.skip(f"the key is {key.state} and cannot decrypt")
    return key


@given("the lab key is pending deletion", target_fixture="checked_key")
def find_key_pending_deletion(checked: Clients) -> Key:
    key = find_key(checked)
    if key.state != "PendingDeletion":
        pytest.skip("the key is not pending deletion yet")
    return key


@then("it is symmetric")
def key_is_symmetric(checked_key: Key) -> None:
    if checked_key.spec != "SYMMETRIC_DEFAULT":
        kind = "an HMAC key" if checked_key.spec.startswith("HMAC_") else "asymmetric"
        raise CheckFailed(
            f"The key {checked_key.key_id} is {kind}, with the spec {checked_key.spec}."
        )


@then("its key usage is encrypt and decrypt")
def key_encrypts(checked_key: Key) -> None:
    if checked_key.usage != "ENCRYPT_DECRYPT":
        raise CheckFailed(f"The usage of the key {checked_key.key_id} is {checked_key.usage}.")


@given("the lab has encrypted a password with it")
def key_has_encrypted(checked: Clients, checked_key: Key) -> None:
    if checked_key.state != "PendingDeletion":
        scan_items(checked)


@then("it is pending deletion")
def key_is_pending_deletion(checked_key: Key) -> None:
    if checked_key.state != "PendingDeletion":
        raise CheckFailed(f"The key {checked_key.key_id} is {checked_key.state}.")


@then("AWS KMS deletes it in at most 7 days")
def waiting_period_is_seven_days(checked_key: Key) -> None:
    assert checked_key.deletion_date is not None
    left = checked_key.deletion_date - datetime.now(timezone.utc)
    if left > timedelta(days=7, minutes=5):
        raise CheckFailed(f"AWS KMS deletes the key in {left.days + (left.seconds > 0)} days.")


# ------------------------------------------------------------------------------- the table


@given("the lab is not cleaned up yet")
def lab_is_not_cleaned_up(checked: Clients) -> None:
    is_deleted = table.TABLE_NAME not in table.names(checked.dynamodb)
    if is_deleted and key_is_pending(checked):
        pytest.skip("the lab is already cleaned up")


def key_is_pending(checked: Clients) -> bool:
    try:
        return lab_key.find(checked.kms).state == "PendingDeletion"
    except (NoLabKey, SeveralLabKeys):
        return False


@then(parsers.parse('the table "{name}" exists'))
def table_exists(checked: Clients, name: str) -> None:
    found = table.names(checked.dynamodb)
    if name not in found:
        raise CheckFailed(faults.table_fault(found))


@then(parsers.parse('the table "{name}" does not exist'))
def table_is_deleted(checked: Clients, name: str) -> None:
    if name in table.names(checked.dynamodb):
        raise CheckFailed(f"The table {name} still exists.")


@given("the lab table", target_fixture="checked_table")
def find_table(checked: Clients) -> Table:
    lab_is_not_cleaned_up(checked)
    try:
        return table.describe(checked.dynamodb, table.TABLE_NAME)
    except TableNotFound:
        pytest.skip("the table does not exist yet")


@then('its partition key is "appuser", a string, and it has no sort key')
def table_has_key_schema_of_lab(checked_table: Table) -> None:
    if difference := checked_table.schema_difference:
        raise CheckFailed(f"The table {checked_table.name} has another key schema: {difference}")


# ------------------------------------------------------------------------------- the items


@given("the lab table with its partition key", target_fixture="checked_items")
def scan_table(checked: Clients) -> list[Item]:
    if not find_table(checked).is_the_labs:
        pytest.skip("the table has another key schema")
    try:
        return list(vault.items(checked.dynamodb))
    except TableSchemaDiffers as error:
        pytest.skip(error.what)


@then("it has at least one item")
def table_has_items(checked_items: list[Item]) -> None:
    if not checked_items:
        raise CheckFailed(f"The table {table.TABLE_NAME} is empty.")


@given("the items", target_fixture="checked_items")
def scan_items(checked: Clients) -> list[Item]:
    items = scan_table(checked)
    if not items:
        pytest.skip("the table is empty")
    return items


@given("the items with binary data", target_fixture="checked_items")
def scan_binary_items(checked: Clients) -> list[Item]:
    items = [item for item in scan_items(checked) if item.ciphertext_blob]
    if not items:
        pytest.skip("no item has binary data")
    return items


@given("the items without readable text", target_fixture="checked_items")
def scan_unreadable_items(checked: Clients) -> list[Item]:
    items = [item for item in scan_binary_items(checked) if not faults.readable_text_fault(item)]
    if not items:
        pytest.skip("all items contain readable text")
    return items


@then(parsers.parse('each item has binary data in "{attribute}"'))
def items_have_binary_data(checked_items: list[Item], attribute: str) -> None:
    assert attribute == vault.PASSWORD_ATTRIBUTE
    fail_if_any(map(faults.attribute_fault, checked_items))


@then("no item contains readable text, in Base64 or without")
def items_have_no_readable_text(checked_items: list[Item]) -> None:
    fail_if_any(map(faults.readable_text_fault, checked_items))


@then("each item decrypts under the lab key")
def items_decrypt(checked: Clients, checked_key: Key, checked_items: list[Item]) -> None:
    try:
        fail_if_any(
            faults.ciphertext_fault(checked.kms, checked_key.key_id, item) for item in checked_items
        )
    except AccessDenied:
        pytest.skip("your credentials are not allowed to decrypt with the key")
