"""Rotation and re-encryption: which ciphertext needs which key material, and which key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, then, when

from kmsdemo import dependents, rotation
from kmsdemo.backends import Backend
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.vault import Vault
from steps.failures import fails
from steps.passwords import StoredPassword, assert_decrypts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


def current_material(kms: KMSClient, key: Key) -> str:
    return kms.describe_key(KeyId=key.key_id)["KeyMetadata"]["CurrentKeyMaterialId"]


def material_of(vault: Vault, stored: StoredPassword) -> str:
    """Return the id of the key material that decrypts a stored password."""
    blob = vault.item(stored.appuser).ciphertext_blob
    assert blob is not None
    context = {"appuser": stored.appuser, "table": vault.table_name}
    return vault.kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["KeyMaterialId"]


@pytest.fixture
def old_material(kms: KMSClient, key: Key) -> str:
    """The id of the key material before the rotation."""
    return current_material(kms, key)


@when("I rotate the key material")
def rotate(kms: KMSClient, key: Key, old_material: str) -> None:
    assert old_material
    kms.rotate_key_on_demand(KeyId=key.key_id)


@given("automatic rotation of the key")
def enable_rotation(kms: KMSClient, key: Key, old_material: str) -> None:
    assert old_material
    kms.enable_key_rotation(KeyId=key.key_id)


@when("a year passes")
def year_passes(backend: Backend) -> None:
    backend.advance(days=366)


@then("the key has new key material")
def has_other_material(kms: KMSClient, key: Key, old_material: str) -> None:
    assert current_material(kms, key) != old_material


@then("the stored ciphertext still needs the old key material")
def needs_old_material(vault: Vault, stored: StoredPassword, old_material: str) -> None:
    assert material_of(vault, stored) == old_material


@then("the other ciphertext needs the new key material")
def needs_new_material(
    kms: KMSClient, key: Key, vault: Vault, other_stored: StoredPassword
) -> None:
    assert material_of(vault, other_stored) == current_material(kms, key)


# ------------------------------------------------------------------------------- re-encryption


@when("I re-encrypt all passwords under the other key", target_fixture="refused_users")
def re_encrypt(vault: Vault, key: Key, other_key: Key) -> list[str]:
    moves = rotation.rotate(
        vault.kms, vault.dynamodb, key, other_key, table_name=vault.table_name, threads=1
    )
    return [move.appuser for move in moves if move.status == rotation.REFUSED]


@then("the item of the other user is unchanged")
def other_item_is_refused(refused_users: list[str], other_user: str) -> None:
    assert refused_users == [other_user]


@then("the password decrypts unchanged under the other key")
def decrypts_under_other_key(vault: Vault, stored: StoredPassword, other_key: Key) -> None:
    assert_decrypts(replace(vault, key_id=other_key.arn), stored)


@then("the password depends on the key")
def password_depends(vault: Vault, key: Key, stored: StoredPassword) -> None:
    items = dependents.of_key(vault.kms, vault.dynamodb, key, vault.table_name)
    assert [item.appuser for item in items] == [stored.appuser]


@then("no password depends on the key")
def no_password_depends(vault: Vault, key: Key) -> None:
    assert list(dependents.of_key(vault.kms, vault.dynamodb, key, vault.table_name)) == []


@when("I delete the key only if it is not in use")
def delete_unless_in_use(kms: KMSClient, dynamodb: DynamoDBClient, key: Key, vault: Vault) -> None:
    dependents.schedule_deletion(kms, dynamodb, key, vault.table_name)


@then(fails("deleting the key only if it is not in use"))
def deleting_in_use_fails(
    kms: KMSClient, dynamodb: DynamoDBClient, key: Key, vault: Vault, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        dependents.schedule_deletion(kms, dynamodb, key, vault.table_name)
