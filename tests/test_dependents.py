"""Which items depend on a key, and that such a key is not deleted by mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from kmsdemo import dependents, errors, keys, table
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.keys import Key
from kmsdemo.vault import Vault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


@pytest.fixture
def key(kms: KMSClient) -> Key:
    """A key."""
    return keys.create(kms)


@pytest.fixture
def vault(kms: KMSClient, dynamodb: DynamoDBClient, key: Key) -> Vault:
    """An empty vault."""
    table.create(dynamodb)
    return Vault(kms, dynamodb, key.key_id)


def count(vault: Vault, key: Key) -> int:
    return sum(1 for _ in dependents.of_key(vault.kms, vault.dynamodb, key, vault.table_name))


@pytest.mark.parametrize("cipher", CIPHERS.values(), ids=CIPHERS)
def test_an_item_depends_on_its_own_key_only(vault: Vault, key: Key, cipher: type[Plain]) -> None:
    other = keys.create(vault.kms)
    for key_id in (key.key_id, keys.aliases(vault.kms, key.key_id)[0], other.key_id):
        replace(vault, cipher=cipher, key_id=key_id).store("x")
    assert (count(vault, key), count(vault, other)) == (2, 1)


@pytest.mark.parametrize("cipher", CIPHERS.values(), ids=CIPHERS)
def test_an_item_that_does_not_name_its_key_is_decrypted_to_find_out(
    vault: Vault, key: Key, cipher: type[Plain]
) -> None:
    other = keys.create(vault.kms)
    blob = cipher(vault.kms, key.key_id).encrypt("x", "11111")
    put(vault, blob, cipher.name)
    assert (count(vault, key), count(vault, other)) == (1, 0)


@pytest.mark.parametrize("change", [keys.disable, keys.schedule_deletion])
def test_what_cannot_be_told_counts(
    vault: Vault, key: Key, change: Callable[[KMSClient, str], object]
) -> None:
    put(vault, Plain(vault.kms, key.key_id).encrypt("x", "11111"), "plain")
    change(vault.kms, key.key_id)
    assert count(vault, key) == 1


def test_an_unknown_cipher_counts_and_an_item_without_ciphertext_does_not(
    vault: Vault, key: Key
) -> None:
    put(vault, b"x", "quantum")
    vault.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "22222"}})
    assert count(vault, key) == 1


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (1, "1 item of the table demo-kms depends on it."),
        (2, "2 items of the table demo-kms depend on it."),
        (1234, "1,234 items of the table demo-kms depend on it."),
    ],
)
def test_an_error_counts_the_items_that_need_a_key(items: int, words: str) -> None:
    assert errors.KeyInUse("k", "demo-kms", items).what.endswith(f" is not scheduled: {words}")


def test_a_key_is_not_deleted_while_items_depend_on_it(vault: Vault, key: Key) -> None:
    for _ in range(3):
        vault.store("x")
    with pytest.raises(errors.KeyInUse) as raised:
        dependents.schedule_deletion(vault.kms, vault.dynamodb, key, "demo-kms")
    assert raised.value.items == 3
    assert keys.describe(vault.kms, key.key_id).state == "Enabled"


@pytest.mark.parametrize("table_name", ["demo-kms", "no-such-table"])
def test_a_key_that_nothing_depends_on_is_scheduled_for_deletion(
    vault: Vault, key: Key, table_name: str
) -> None:
    replace(vault, key_id=keys.create(vault.kms).key_id, cipher=Direct).store("x")
    assert dependents.schedule_deletion(vault.kms, vault.dynamodb, key, table_name)


def put(vault: Vault, blob: bytes, cipher: str) -> None:
    vault.dynamodb.put_item(
        TableName="demo-kms",
        Item={"appuser": {"S": "11111"}, "userpasswd": {"B": blob}, "cipher": {"S": cipher}},
    )


def test_the_error_says_which_key_and_table_and_how_many(vault: Vault, key: Key) -> None:
    vault.store("x")
    vault.store("y")
    with pytest.raises(errors.KeyInUse) as raised:
        dependents.schedule_deletion(vault.kms, vault.dynamodb, key, vault.table_name)
    found = raised.value
    assert (found.key_id, found.table_name, found.items) == (key.key_id, vault.table_name, 2)


def test_an_item_that_does_not_name_its_key_keeps_it_from_deletion(vault: Vault, key: Key) -> None:
    put(vault, Plain(vault.kms, key.key_id).encrypt("x", "11111"), "plain")
    with pytest.raises(errors.KeyInUse):
        dependents.schedule_deletion(vault.kms, vault.dynamodb, key, vault.table_name)
    other = keys.create(vault.kms)
    assert dependents.schedule_deletion(vault.kms, vault.dynamodb, other, vault.table_name)


def test_the_items_of_the_named_table_count(vault: Vault, key: Key) -> None:
    table.create(vault.dynamodb, "mine")
    replace(vault, table_name="mine").store("x")
    in_mine = dependents.of_key(vault.kms, vault.dynamodb, key, "mine")
    assert (len(list(in_mine)), count(vault, key)) == (1, 0)


def test_a_key_without_items_waits_as_long_as_asked(vault: Vault) -> None:
    other = keys.create(vault.kms)
    at = dependents.schedule_deletion(
        vault.kms, vault.dynamodb, other, vault.table_name, waiting_period_days=7
    )
    assert at
    assert (at - datetime.now(timezone.utc)).days in (6, 7)
