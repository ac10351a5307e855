"""The ciphertext: looked at as it is stored, moved, damaged, decrypted."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, then, when

from kmsdemo.account.clients import Clients
from kmsdemo.cipher import CIPHERS, Direct, Envelope, Plain
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.vault import Item, Vault
from steps.passwords import NOBODY, Stored
from steps.refusals import refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "its first bit is flipped": lambda blob: bytes([blob[0] ^ 0x80]) + blob[1:],
    "its last bit is flipped": lambda blob: blob[:-1] + bytes([blob[-1] ^ 0x01]),
    "its end is cut off": lambda blob: blob[:-1],
    "something is added to it": lambda blob: blob + b"\0",
    "it is replaced by noise": lambda blob: secrets.token_bytes(len(blob)),
}


@given("an item without a password", target_fixture="stored")
def put_item_without_password(dynamodb: DynamoDBClient, table_name: str) -> Stored:
    dynamodb.put_item(TableName=table_name, Item={"appuser": {"S": NOBODY}})
    return Stored(NOBODY, "")


@given("an item whose password is text instead of binary data", target_fixture="stored")
def put_item_with_text(dynamodb: DynamoDBClient, table_name: str) -> Stored:
    item = {"appuser": {"S": NOBODY}, "userpasswd": {"S": "cGFzc3dvcmQ="}}
    dynamodb.put_item(TableName=table_name, Item=item)
    return Stored(NOBODY, "")


@when("I look at the item as it is stored", target_fixture="item")
def look_at_item(vault: Vault, stored: Stored) -> Item:
    return vault.item(stored.appuser)


@pytest.fixture
def ciphertext_blob(vault: Vault, stored: Stored) -> bytes:
    """The ciphertext in the item of the stored password."""
    blob = vault.item(stored.appuser).ciphertext_blob
    assert blob is not None
    return blob


@then("its partition key is the user number, a string")
def item_has_user_number(item: Item, stored: Stored) -> None:
    assert item.attributes["appuser"] == {"S": stored.appuser}


@then("its password is binary data")
def item_has_binary_password(item: Item) -> None:
    assert list(item.attributes["userpasswd"]) == ["B"]


@then("the item holds the user number and the ciphertext, and nothing else")
def item_holds_nothing_else(vault: Vault, stored: Stored) -> None:
    assert set(vault.item(stored.appuser).attributes) == {"appuser", "userpasswd"}


@then("the password cannot be read from it in any common encoding")
def password_is_hidden(ciphertext_blob: bytes, password: str) -> None:
    shown_in = encodings_that_show(password, ciphertext_blob)
    assert shown_in == []


@then("the item says that it is an envelope")
def item_says_envelope(vault: Vault, stored: Stored) -> None:
    assert vault.item(stored.appuser).attributes["cipher"] == {"S": Envelope.name}


@then("the two items have different ciphertexts")
def ciphertexts_differ(vault: Vault, ciphertext_blob: bytes, other_stored: Stored) -> None:
    assert vault.item(other_stored.appuser).ciphertext_blob != ciphertext_blob


@when("the ciphertext is copied to the item of another user", target_fixture="other_user")
def copy_ciphertext(dynamodb: DynamoDBClient, table_name: str, vault: Vault, stored: Stored) -> str:
    item = {**vault.item(stored.appuser).attributes, "appuser": {"S": NOBODY}}
    dynamodb.put_item(TableName=table_name, Item=item)
    return NOBODY


# ------------------------------------------------------------------------------- decrypting


@then("the ciphertext decrypts to the password")
def ciphertext_decrypts(kms: KMSClient, key: Key, ciphertext_blob: bytes, stored: Stored) -> None:
    unchanged = Direct(kms, key.key_id).decrypt(ciphertext_blob, stored.appuser) == stored.password
    assert unchanged, "the ciphertext decrypts to something else than the password"


@then("the replica decrypts the password")
def replica_decrypts(clients: Clients, key: Key, ciphertext_blob: bytes, stored: Stored) -> None:
    replica = Direct(clients.in_region(clients.another_region).kms, key.key_id)
    unchanged = replica.decrypt(ciphertext_blob, stored.appuser) == stored.password
    assert unchanged, "the replica decrypts to something else than the password"


@then(refused("decrypting under the other key"))
def decrypting_under_other_key_is_refused(
    kms: KMSClient,
    other_key: Key,
    ciphertext_blob: bytes,
    stored: Stored,
    error: type[KmsdemoError],
) -> None:
    with pytest.raises(error):
        Direct(kms, other_key.key_id).decrypt(ciphertext_blob, stored.appuser)


@then(refused("decrypting for another user"))
def decrypting_for_another_user_is_refused(
    kms: KMSClient, key: Key, ciphertext_blob: bytes, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        Direct(kms, key.key_id).decrypt(ciphertext_blob, NOBODY)


@then(refused("decrypting without encryption context"))
def decrypting_without_context_is_refused(
    kms: KMSClient, key: Key, ciphertext_blob: bytes, stored: Stored, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        Plain(kms, key.key_id).decrypt(ciphertext_blob, stored.appuser)


@then(refused("decrypting when {damage}"))
def decrypting_damaged_is_refused(
    vault: Vault, ciphertext_blob: bytes, stored: Stored, damage: str, error: type[KmsdemoError]
) -> None:
    cipher = CIPHERS[vault.item(stored.appuser).cipher](vault.kms, vault.key_id)
    damaged = DAMAGE[damage](ciphertext_blob)
    with pytest.raises(error):
        cipher.decrypt(damaged, stored.appuser)
