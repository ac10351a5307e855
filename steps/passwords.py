"""Passwords: encrypted into the table, and decrypted from it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo.cipher import CIPHERS, Direct, Envelope, Plain, SharedEnvelope
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.vault import Vault, draw_user_number, items
from steps.failures import fails
from steps.keys import UNKNOWN_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

UNKNOWN_USER = "99999"
UNUSUAL = {
    "one letter": "x",
    "full of spaces and quotes": """ it's "quoted"  twice """,
    "like a command line option": "--key-id",
    "written with accents": "pâté à la crème brûlée",
    "written with emoji": "🔑🔒🧂",
    "4,096 bytes long": "é" * 2048,
}


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """A password and the user number under which it is stored."""

    appuser: str
    password: str = field(repr=False)


@pytest.fixture
def password(pytestconfig: pytest.Config) -> str:
    """The password of the command line, or a random one that nothing else contains."""
    return pytestconfig.getoption("password") or f"correct horse {secrets.token_hex(8)}"


@pytest.fixture
def vault(kms: KMSClient, dynamodb: DynamoDBClient, key: Key, table_name: str) -> Vault:
    """The passwords in the table, encrypted under the key."""
    return Vault(kms, dynamodb, key.key_id, table_name, accepts=CIPHERS.values())


def encrypt(vault: Vault, password: str) -> StoredPassword:
    return StoredPassword(vault.store(password), password)


def assert_decrypts(vault: Vault, stored: StoredPassword) -> None:
    # Compared outside of the assertion, which would print both passwords.
    unchanged = vault.reveal(stored.appuser) == stored.password
    assert unchanged, f"user {stored.appuser} does not get the password that was encrypted"


# ------------------------------------------------------------------------------- encrypting


@given("an encrypted password", target_fixture="stored")
@when("I encrypt a password", target_fixture="stored")
def encrypt_password(vault: Vault, password: str) -> StoredPassword:
    return encrypt(vault, password)


@when("I encrypt another password", target_fixture="other_stored")
def encrypt_another_password(vault: Vault) -> StoredPassword:
    return encrypt(vault, "another battery staple")


@when("I encrypt the same password again", target_fixture="other_stored")
def encrypt_same_password(vault: Vault, password: str) -> StoredPassword:
    return encrypt(vault, password)


@when(parsers.parse("I encrypt a password that is {unusual}"), target_fixture="stored")
def encrypt_unusual_password(vault: Vault, unusual: str) -> StoredPassword:
    return encrypt(vault, UNUSUAL[unusual])


@given("a password encrypted without encryption context", target_fixture="stored")
def encrypt_without_context(vault: Vault, password: str) -> StoredPassword:
    return encrypt(replace(vault, cipher=Plain), password)


@given("a password encrypted with only the user as encryption context", target_fixture="stored")
def encrypt_with_user_as_context(
    vault: Vault, dynamodb: DynamoDBClient, password: str
) -> StoredPassword:
    ciphertext_blob = Direct(vault.kms, vault.key_id).encrypt(password, UNKNOWN_USER)
    item: dict[str, Any] = {
        "appuser": {"S": UNKNOWN_USER},
        "userpasswd": {"B": ciphertext_blob},
        "cipher": {"S": Direct.name},
    }
    dynamodb.put_item(TableName=vault.table_name, Item=item)
    return StoredPassword(UNKNOWN_USER, password)


@given("the application accepts only ciphertext that is bound to its user", target_fixture="vault")
def accept_only_direct(vault: Vault) -> Vault:
    return replace(vault, accepts=())


@given("a password encrypted with envelope encryption", target_fixture="stored")
@when("I encrypt a password with envelope encryption", target_fixture="stored")
def encrypt_in_envelope(vault: Vault, password: str) -> StoredPassword:
    return encrypt(replace(vault, cipher=Envelope), password)


@when("I encrypt another password with envelope encryption", target_fixture="other_stored")
def encrypt_another_in_envelope(vault: Vault) -> StoredPassword:
    return encrypt(replace(vault, cipher=Envelope), "another battery staple")


@when("I encrypt a password of 5,000 bytes with envelope encryption", target_fixture="stored")
def encrypt_long_in_envelope(vault: Vault) -> StoredPassword:
    return encrypt(replace(vault, cipher=Envelope), "é" * 2500)


@when("I encrypt ten passwords with a shared data key", target_fixture="stored")
def encrypt_ten(vault: Vault, password: str) -> StoredPassword:
    shared = replace(vault, cipher=SharedEnvelope)
    return [encrypt(shared, password) for _ in range(10)][-1]


@given("the next user number that is drawn is in use", target_fixture="vault")
def draw_used_number_first(vault: Vault, stored: StoredPassword) -> Vault:
    draws: Iterator[str] = chain([stored.appuser], iter(draw_user_number, None))
    return replace(vault, draw=lambda: next(draws))


@given("every user number that is drawn is in use", target_fixture="vault")
def draw_used_numbers_only(vault: Vault, stored: StoredPassword) -> Vault:
    draws = repeat(stored.appuser)
    return replace(vault, draw=lambda: next(draws))


@given("I name an unknown key", target_fixture="vault")
def name_unknown_key(vault: Vault) -> Vault:
    return replace(vault, key_id=UNKNOWN_KEY)


@then("the user number is between 10001 and 99998")
def user_number_is_in_range(stored: StoredPassword) -> None:
    assert 10001 <= int(stored.appuser) <= 99998


@then("the table has an item for the user")
def table_has_item(dynamodb: DynamoDBClient, table_name: str, stored: StoredPassword) -> None:
    assert [item.appuser for item in items(dynamodb, table_name)] == [stored.appuser]


@then(fails("encrypting a password"))
@then(fails("encrypting another password"))
def encrypting_fails(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("another battery staple")


@then(fails("encrypting an empty password"))
def encrypting_empty_fails(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("")


@then(fails("encrypting a password of 4,097 bytes"))
def encrypting_too_long_fails(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("x" * 4097)


@then(fails("encrypting a password of 4,000 accented letters"))
def encrypting_accents_fails(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.store("é" * 4000)


# ------------------------------------------------------------------------------- decrypting


@when("I decrypt the password of the user", target_fixture="decrypted")
def decrypt(vault: Vault, stored: StoredPassword) -> StoredPassword:
    return StoredPassword(stored.appuser, vault.reveal(stored.appuser))


@when(
    parsers.parse("I decrypt the password and name the key by its {name}"),
    target_fixture="decrypted",
)
def decrypt_by_name(
    vault: Vault, names: Mapping[str, str], name: str, stored: StoredPassword
) -> StoredPassword:
    return decrypt(replace(vault, key_id=names[name]), stored)


@then("I get the password unchanged")
def decrypted_is_unchanged(decrypted: StoredPassword, stored: StoredPassword) -> None:
    unchanged = decrypted == stored
    assert unchanged, "it is not the password that was encrypted"


@then("the password decrypts unchanged")
def password_decrypts(vault: Vault, stored: StoredPassword) -> None:
    assert_decrypts(vault, stored)


@then("both passwords decrypt unchanged")
def both_passwords_decrypt(
    vault: Vault, stored: StoredPassword, other_stored: StoredPassword
) -> None:
    assert_decrypts(vault, stored)
    assert_decrypts(vault, other_stored)


@then("the other user gets the password")
def other_user_gets_password(vault: Vault, other_user: str, stored: StoredPassword) -> None:
    assert_decrypts(vault, StoredPassword(other_user, stored.password))


@then(fails("decrypting the password"))
def decrypting_fails(vault: Vault, stored: StoredPassword, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.reveal(stored.appuser)


@then(fails("decrypting the password in the other table"))
def decrypting_in_other_table_fails(
    vault: Vault, other_table: str, stored: StoredPassword, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        replace(vault, table_name=other_table).reveal(stored.appuser)


@then(fails("decrypting the password of an unknown user"))
def decrypting_for_unknown_user_fails(vault: Vault, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        vault.reveal(UNKNOWN_USER)


@then(fails("decrypting the password of the other user"))
def decrypting_for_other_user_fails(
    vault: Vault, other_user: str, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        vault.reveal(other_user)


@then(fails("decrypting the password with the other key"))
def decrypting_with_other_key_fails(
    vault: Vault, stored: StoredPassword, other_key: Key, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        replace(vault, key_id=other_key.key_id).reveal(stored.appuser)
