"""The story of the lab: one key, one table, one password. What exists is found, not created again.

The two scripts run in this process, so that a lesson can show their AWS calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.backends import Backend
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.suite import script
from kmsdemo.suite.script import CompletedCommand
from kmsdemo.table import Table
from kmsdemo.vault import Item, Vault, items
from steps.failures import ERROR_CODES, fails
from steps.passwords import StoredPassword

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from kmsdemo.account import Account

EXAMPLES = Path(__file__).parent.parent / "examples"
ENCRYPT, DECRYPT = EXAMPLES / "encrypt-passwd.py", EXAMPLES / "decrypt-passwd.py"
USER_NUMBER = re.compile(r"for user: (\d{5}) has been stored in DynamoDB")
CALL = re.compile(r"\.(encrypt|decrypt|get_item|put_item)\(")

RunScript = Callable[..., CompletedCommand]


@pytest.fixture
def run_in_process(clients: Clients, table_name: str) -> RunScript:
    """Run a script of the lab with its arguments, as the caller in this account."""

    def run(path: Path, *arguments: str) -> CompletedCommand:
        environment = {"KMSDEMO_TABLE": table_name}
        return script.run(path, *arguments, session=clients.session, environment=environment)

    return run


# ------------------------------------------------------------------------ key and table


@when("I create my key", target_fixture="key")
def create_key(kms: KMSClient) -> Key:
    return keys.create(kms)


@given("my key", target_fixture="key")
def find_key(kms: KMSClient, account: Account) -> Key:
    found = (keys.describe(kms, key_id) for key_id in account.key_ids())
    return next((key for key in found if key.state == "Enabled"), None) or create_key(kms)


@then("my key is symmetric, to encrypt and decrypt")
def key_is_for_the_lab(kms: KMSClient, key: Key) -> None:
    found = keys.describe(kms, key.key_id)
    assert (found.spec, found.usage) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")


@given("my table", target_fixture="created_table")
@when("I create my table", target_fixture="created_table")
def create_table(dynamodb: DynamoDBClient, table_name: str) -> Table:
    return table.create(dynamodb, table_name)


@then(parsers.parse('my table is called "{name}"'))
def table_is_called(account: Account, created_table: Table, name: str) -> None:
    assert created_table.name == account.resource_name(name)


# -------------------------------------------------------------------------- the scripts


@when("I read the two scripts", target_fixture="scripts")
def read_scripts() -> list[str]:
    script.cat(ENCRYPT, DECRYPT)
    return [path.read_text(encoding="utf-8") for path in (ENCRYPT, DECRYPT)]


@then("one calls Encrypt and PutItem")
def encrypt_script_calls(scripts: list[str]) -> None:
    assert sorted(CALL.findall(scripts[0])) == ["encrypt", "put_item"]


@then("the other calls GetItem and Decrypt")
def decrypt_script_calls(scripts: list[str]) -> None:
    assert sorted(CALL.findall(scripts[1])) == ["decrypt", "get_item"]


@given("my encrypted password", target_fixture="stored")
def find_item(vault: Vault, run_in_process: RunScript, password: str, key: Key) -> StoredPassword:
    for item in items(vault.dynamodb, vault.table_name):
        with suppress(KmsdemoError):  # it is encrypted under another key
            if vault.reveal(item.appuser) == password:
                return StoredPassword(item.appuser, password)
    return prints_user_number(encrypt(run_in_process, password, key), password)


@when("I run the encrypt script with my password", target_fixture="finished")
def encrypt(run_in_process: RunScript, password: str, key: Key) -> CompletedCommand:
    return run_in_process(ENCRYPT, password, key.key_id)


@then("it prints my user number", target_fixture="stored")
def prints_user_number(finished: CompletedCommand, password: str) -> StoredPassword:
    assert finished.exit_code == 0, finished.stderr
    found = USER_NUMBER.search(finished.stdout)
    assert found, "it prints no user number"
    return StoredPassword(found[1], password)


@then("my table has an item for the user number")
def table_has_item(dynamodb: DynamoDBClient, table_name: str, stored: StoredPassword) -> None:
    assert stored.appuser in [item.appuser for item in items(dynamodb, table_name)]


@when("I look at the item", target_fixture="item")
def look_at_item(vault: Vault, stored: StoredPassword) -> Item:
    return vault.item(stored.appuser)


@then('its "userpasswd" is binary data')
def item_is_binary(item: Item) -> None:
    assert list(item.attributes["userpasswd"]) == ["B"]


@then("it does not contain my password in any common encoding")
def item_hides_password(item: Item, password: str) -> None:
    assert item.ciphertext_blob is not None
    found_encodings = encodings_that_show(password, item.ciphertext_blob)
    assert found_encodings == []


@when("I run the decrypt script with my user number", target_fixture="finished")
def decrypt(run_in_process: RunScript, stored: StoredPassword, key: Key) -> CompletedCommand:
    return run_in_process(DECRYPT, stored.appuser, key.key_id)


@then("it prints my password")
def prints_password(finished: CompletedCommand, password: str) -> None:
    assert finished.exit_code == 0, finished.stderr
    # Compared outside of the assertion, which would print the password.
    is_printed = finished.stdout.endswith(f"Is this your decrypted password? -> {password}\n")
    assert is_printed, "it does not print the password that was encrypted"


@then(fails("the decrypt script"))
def decrypt_script_fails(
    run_in_process: RunScript, stored: StoredPassword, key: Key, error: type[KmsdemoError]
) -> None:
    finished = decrypt(run_in_process, stored, key)
    assert finished.exit_code == 1
    assert ERROR_CODES[error] in finished.stderr


# --------------------------------------------------------------------- the waiting period


@when(parsers.parse("the waiting period of {days:d} days passes"))
def let_waiting_period_pass(backend: Backend, days: int) -> None:
    if reason := backend.unsupported_tags.get("clock"):
        pytest.skip(reason)
    backend.advance(days=days)
    script.record("kmsdemo", "sandbox", "advance", "--days", str(days))
