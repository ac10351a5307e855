"""Passwords: stored, looked at as stored, moved, revealed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo.backends.clients import Clients
from kmsdemo.cipher import Direct, Plain
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.vault import Item, Vault, draw_user_number, items
from steps.keys import UNKNOWN_KEY
from steps.refusals import refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

NOBODY = "99999"
UNUSUAL = {
    "one letter": "x",
    "full of spaces and quotes": """ it's "quoted"  twice """,
    "like a command line option": "--key-id",
    "written with accents": "pâté à la crème brûlée",
    "written with emoji": "🔑🔒🧂",
    "4,096 bytes long": "é" * 2048,
}
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "its first bit is flipped": lambda blob: bytes([blob[0] ^ 0x80]) + blob[1:],
    "its last bit is flipped": lambda blob: blob[:-1] + bytes([blob[-1] ^ 0x01]),
    "its end is cut off": lambda blob: blob[:-1],
    "something is added to it": lambda blob: blob + b"\0",
    "it is replaced by noise": lambda blob: secrets.token_bytes(len(blob)),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A password and the user number that it was stored under."""

    appuser: str
    password: str = field(repr=False)


@pytest.fixture
def password() -> str:
    """A password that nothing else can contain by chance."""
    return f"correct horse {secrets.token_hex(8)}"


@pytest.fixture
def vault(kms: KMSClient, dynamodb: DynamoDBClient, key: Key) -> Vault:
    """The passwords under the key."""
    return Vault(kms, dynamodb, key.key_id)


def store(vault: Vault, password: str) -> Stored:
    return Stored(vault.store(password), password)


def assert_reveals(vault: Vault, stored: Stored) -> None:
    # Compared apart from the assertion, which would print both sides.
    unchanged = vault.reveal(stored.appuser) == stored.password
    assert unchanged, f"user {stored.appuser} gets another password than was stored"


# -------------------------------------------------------------------------------- storing


@given("a stored password", target_fixture="stored")
@when("I store a password", target_fixture="stored")
def store_password(vault: Vault, password: str) -> Stored:
    return store(vault, password)


@when("I store another password", target_fixture="other_stored")
def store_another_password(vault: Vault) -> Stored:
    return store(vault, "another battery staple")


@when("I store the same password again", target_fixture="other_stored")
def store_same_password(vault: Vault, password: str) -> Stored:
    return store(vault, password)


@when(parsers.parse("I store a password that is {unusual}"), target_fixture="stored")
def store_unusual_password(vault: Vault, unusual: str) -> Stored:
    return store(vault, UNUSUAL[unusual])


@given("a password stored in the plain form of the scripts", target_fixture="stored")
def store_in_plain_form(vault: Vault, password: str) -> Stored:
    return store(replace(vault, cipher=Plain), password)


@given("the next user number drawn is already taken", target_fixture="vault")
def draw_taken_number_first(vault: Vault, stored: Stored) -> Vault:
    draws: Iterator[str] = chain([stored.appuser], iter(draw_user_number, None))
    return replace(vault, draw=lambda: next(draws))


@given("every user number drawn is already taken", target_fixture="vault")
def draw_taken_numbers_only(vault: Vault, stored: Stored) -> Vault:
    draws = repeat(stored.appuser)
    return replace(vault, draw=lambda: next(draws))


@given("I name a key that does not exist", target_fixture="vault")
def name_unknown_key(vault: Vault) -> Vault:
    return replace(vault, key_id=UNKNOWN_KEY)


@then("the user number lies between 10001 and 99998")
def user_number_is_in_range(stored: Stored) -> None:
    assert 10001 <= int(stored.appuser) <= 99998


@then("the table has an item for the user")
def table_has_item(dynamodb: DynamoDBClient, stored: Stored) -> None:
    assert [item.appuser for item in items(dynamodb)] == [stored.appuser]


@then(refused("storing a password"))
@then(refused("storing another password"))
def storing_is_refused(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("another battery staple")


@then(refused("storing an empty password"))
def storing_nothing_is_refused(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("")


@then(refused("storing a password of 4,097 bytes"))
def storing_too_much_is_refused(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("x" * 4097)


@then(refused("storing a password of 4,000 accented letters"))
def storing_accents_is_refused(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("é" * 4000)


# -------------------------------------------------------------------------- as it is stored


@given("an item without a password", target_fixture="stored")
def put_item_without_password(dynamodb: DynamoDBClient) -> Stored:
    dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": NOBODY}})
    return Stored(NOBODY, "")


@given("an item whose password is text instead of binary data", target_fixture="stored")
def put_item_with_text(dynamodb: DynamoDBClient) -> Stored:
    item = {"appuser": {"S": NOBODY}, "userpasswd": {"S": "cGFzc3dvcmQ="}}
    dynamodb.put_item(TableName="demo-kms", Item=item)
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


@then("the two items have different ciphertexts")
def ciphertexts_differ(vault: Vault, ciphertext_blob: bytes, other_stored: Stored) -> None:
    assert vault.item(other_stored.appuser).ciphertext_blob != ciphertext_blob


@when("the ciphertext is copied to the item of another user", target_fixture="other_user")
def copy_ciphertext(dynamodb: DynamoDBClient, vault: Vault, stored: Stored) -> str:
    item = {**vault.item(stored.appuser).attributes, "appuser": {"S": NOBODY}}
    dynamodb.put_item(TableName="demo-kms", Item=item)
    return NOBODY


# ------------------------------------------------------------------------------- decrypting


@then("the ciphertext decrypts to the password")
def ciphertext_decrypts(kms: KMSClient, key: Key, ciphertext_blob: bytes, stored: Stored) -> None:
    unchanged = Direct(kms, key.key_id).decrypt(ciphertext_blob, stored.appuser) == stored.password
    assert unchanged, "the ciphertext decrypts to something else than the password"


@then("the replica in Ireland decrypts the password")
def replica_decrypts(account: Clients, key: Key, ciphertext_blob: bytes, stored: Stored) -> None:
    replica = Direct(account.in_region("eu-west-1").kms, key.key_id)
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
    kms: KMSClient,
    key: Key,
    ciphertext_blob: bytes,
    stored: Stored,
    damage: str,
    error: type[KmsdemoError],
) -> None:
    damaged = DAMAGE[damage](ciphertext_blob)
    with pytest.raises(error):
        Direct(kms, key.key_id).decrypt(damaged, stored.appuser)


# -------------------------------------------------------------------------------- revealing


@when("I reveal the password of the user", target_fixture="revealed")
def reveal(vault: Vault, stored: Stored) -> Stored:
    return Stored(stored.appuser, vault.reveal(stored.appuser))


@when(
    parsers.parse("I reveal the password naming the key by its {name}"), target_fixture="revealed"
)
def reveal_by_name(vault: Vault, names: Mapping[str, str], name: str, stored: Stored) -> Stored:
    return reveal(replace(vault, key_id=names[name]), stored)


@then("it is the password that was stored")
def revealed_is_stored(revealed: Stored, stored: Stored) -> None:
    unchanged = revealed == stored
    assert unchanged, "it is another password than was stored"


@then("the password comes back unchanged")
def password_comes_back(vault: Vault, stored: Stored) -> None:
    assert_reveals(vault, stored)


@then("both passwords come back unchanged")
def both_passwords_come_back(vault: Vault, stored: Stored, other_stored: Stored) -> None:
    assert_reveals(vault, stored)
    assert_reveals(vault, other_stored)


@then("the other user gets the password that was stored")
def other_user_gets_password(vault: Vault, other_user: str, stored: Stored) -> None:
    assert_reveals(vault, Stored(other_user, stored.password))


@then(refused("revealing the password"))
def revealing_is_refused(vault: Vault, stored: Stored, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.reveal(stored.appuser)


@then(refused("revealing the password of an unknown user"))
def revealing_unknown_is_refused(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.reveal(NOBODY)


@then(refused("revealing the password of the other user"))
def revealing_other_is_refused(vault: Vault, other_user: str, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.reveal(other_user)


@then(refused("revealing the password with the other key"))
def revealing_with_other_key_is_refused(
    vault: Vault, stored: Stored, other_key: Key, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        replace(vault, key_id=other_key.key_id).reveal(stored.appuser)


@then(refused("revealing the password as that caller"))
def revealing_as_caller_is_refused(
    vault: Vault, caller: Clients, stored: Stored, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        replace(vault, kms=caller.kms, dynamodb=caller.dynamodb).reveal(stored.appuser)
