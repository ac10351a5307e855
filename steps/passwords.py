"""Passwords: stored, looked at as stored, moved, revealed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo.cipher import Envelope, Plain
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.vault import Vault, draw_user_number, items
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


@dataclass(frozen=True, slots=True)
class Stored:
    """A password and the user number that it was stored under."""

    appuser: str
    password: str = field(repr=False)


@pytest.fixture
def password(pytestconfig: pytest.Config) -> str:
    """The password that was asked for, or one that nothing else can contain by chance."""
    return pytestconfig.getoption("password") or f"correct horse {secrets.token_hex(8)}"


@pytest.fixture
def vault(kms: KMSClient, dynamodb: DynamoDBClient, key: Key, table_name: str) -> Vault:
    """The passwords under the key."""
    return Vault(kms, dynamodb, key.key_id, table_name)


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


@given("a password stored in an envelope", target_fixture="stored")
@when("I store a password in an envelope", target_fixture="stored")
def store_in_envelope(vault: Vault, password: str) -> Stored:
    return store(replace(vault, cipher=Envelope), password)


@when("I store another password in an envelope", target_fixture="other_stored")
def store_another_in_envelope(vault: Vault) -> Stored:
    return store(replace(vault, cipher=Envelope), "another battery staple")


@when("I store a password of 5,000 bytes in an envelope", target_fixture="stored")
def store_long_in_envelope(vault: Vault) -> Stored:
    return store(replace(vault, cipher=Envelope), "é" * 2500)


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
def table_has_item(dynamodb: DynamoDBClient, table_name: str, stored: Stored) -> None:
    assert [item.appuser for item in items(dynamodb, table_name)] == [stored.appuser]


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
