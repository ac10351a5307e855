"""The ciphertext: read as it is stored, copied, damaged, decrypted."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, then, when

from kmsdemo import table
from kmsdemo.account import Account
from kmsdemo.account.clients import Clients
from kmsdemo.cipher import CIPHERS, Direct, Envelope, Plain
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.vault import Item, Vault
from steps.failures import fails
from steps.passwords import UNKNOWN_USER, StoredPassword

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "its first bit is flipped": lambda blob: bytes([blob[0] ^ 0x80]) + blob[1:],
    "its last bit is flipped": lambda blob: blob[:-1] + bytes([blob[-1] ^ 0x01]),
    "its last byte is removed": lambda blob: blob[:-1],
    "a byte is added to it": lambda blob: blob + b"\0",
    "random bytes replace it": lambda blob: secrets.token_bytes(len(blob)),
}


@given("an item without a password", target_fixture="stored")
def put_item_without_password(dynamodb: DynamoDBClient, table_name: str) -> StoredPassword:
    dynamodb.put_item(TableName=table_name, Item={"appuser": {"S": UNKNOWN_USER}})
    return StoredPassword(UNKNOWN_USER, "")


@given("an item whose password is a string instead of binary data", target_fixture="stored")
def put_item_with_string(dynamodb: DynamoDBClient, table_name: str) -> StoredPassword:
    item = {"appuser": {"S": UNKNOWN_USER}, "userpasswd": {"S": "cGFzc3dvcmQ="}}
    dynamodb.put_item(TableName=table_name, Item=item)
    return StoredPassword(UNKNOWN_USER, "")


@when("I read the item", target_fixture="item")
def read_item(vault: Vault, stored: StoredPassword) -> Item:
    return vault.item(stored.appuser)


@pytest.fixture
def ciphertext_blob(vault: Vault, stored: StoredPassword) -> bytes:
    """The ciphertext in the item of the stored password."""
    blob = vault.item(stored.appuser).ciphertext_blob
    assert blob is not None
    return blob


@then("its user number is a string")
def user_number_is_string(item: Item, stored: StoredPassword) -> None:
    assert item.attributes["appuser"] == {"S": stored.appuser}


@then("its password is binary data")
def password_is_binary(item: Item) -> None:
    assert list(item.attributes["userpasswd"]) == ["B"]


@then("the item contains only the user number and the ciphertext")
def item_contains_nothing_else(vault: Vault, stored: StoredPassword) -> None:
    assert set(vault.item(stored.appuser).attributes) == {"appuser", "userpasswd"}


@then("its ciphertext does not contain the password in any common encoding")
def ciphertext_hides_password(ciphertext_blob: bytes, password: str) -> None:
    found_encodings = encodings_that_show(password, ciphertext_blob)
    assert found_encodings == []


@then("the item records that it uses envelope encryption")
def item_records_envelope(vault: Vault, stored: StoredPassword) -> None:
    assert vault.item(stored.appuser).attributes["cipher"] == {"S": Envelope.name}


@then("the two items have different ciphertexts")
def ciphertexts_differ(vault: Vault, ciphertext_blob: bytes, other_stored: StoredPassword) -> None:
    assert vault.item(other_stored.appuser).ciphertext_blob != ciphertext_blob


@when("the ciphertext is copied to the item of another user", target_fixture="other_user")
def copy_ciphertext(
    dynamodb: DynamoDBClient, table_name: str, vault: Vault, stored: StoredPassword
) -> str:
    item = {**vault.item(stored.appuser).attributes, "appuser": {"S": UNKNOWN_USER}}
    dynamodb.put_item(TableName=table_name, Item=item)
    return UNKNOWN_USER


@when("the item is copied to another table", target_fixture="other_table")
def copy_item(
    account: Account, dynamodb: DynamoDBClient, vault: Vault, stored: StoredPassword
) -> str:
    other_table = account.resource_name("demo-kms-copy")
    table.create(dynamodb, other_table)
    item = vault.item(stored.appuser).attributes
    dynamodb.put_item(TableName=other_table, Item=item)
    return other_table


# ------------------------------------------------------------------------------- decrypting


@then("the ciphertext decrypts to the password")
def ciphertext_decrypts(
    kms: KMSClient, key: Key, table_name: str, ciphertext_blob: bytes, stored: StoredPassword
) -> None:
    direct = Direct(kms, key.key_id, table_name)
    unchanged = direct.decrypt(ciphertext_blob, stored.appuser) == stored.password
    assert unchanged, "the ciphertext does not decrypt to the password"


@then("the replica decrypts the password")
def replica_decrypts(
    clients: Clients, key: Key, table_name: str, ciphertext_blob: bytes, stored: StoredPassword
) -> None:
    replica = Direct(clients.in_region(clients.another_region).kms, key.key_id, table_name)
    unchanged = replica.decrypt(ciphertext_blob, stored.appuser) == stored.password
    assert unchanged, "the replica does not decrypt to the password"


@then(fails("decrypting the ciphertext under the other key"))
def decrypting_under_other_key_fails(
    kms: KMSClient,
    other_key: Key,
    table_name: str,
    ciphertext_blob: bytes,
    stored: StoredPassword,
    error: type[KmsdemoError],
) -> None:
    with pytest.raises(error):
        Direct(kms, other_key.key_id, table_name).decrypt(ciphertext_blob, stored.appuser)


@then(fails("decrypting the ciphertext for another user"))
def decrypting_for_another_user_fails(
    kms: KMSClient, key: Key, table_name: str, ciphertext_blob: bytes, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        Direct(kms, key.key_id, table_name).decrypt(ciphertext_blob, UNKNOWN_USER)


@then(fails("decrypting the ciphertext without context"))
def decrypting_without_context_fails(
    kms: KMSClient,
    key: Key,
    ciphertext_blob: bytes,
    stored: StoredPassword,
    error: type[KmsdemoError],
) -> None:
    with pytest.raises(error):
        Plain(kms, key.key_id).decrypt(ciphertext_blob, stored.appuser)


@then(fails("decrypting the ciphertext when {damage}"))
def decrypting_damaged_fails(
    vault: Vault,
    ciphertext_blob: bytes,
    stored: StoredPassword,
    damage: str,
    error: type[KmsdemoError],
) -> None:
    cipher = CIPHERS[vault.item(stored.appuser).cipher](vault.kms, vault.key_id, vault.table_name)
    damaged = DAMAGE[damage](ciphertext_blob)
    with pytest.raises(error):
        cipher.decrypt(damaged, stored.appuser)
