"""Rotation: new key material for the key, and which ciphertext needs which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, then, when

from kmsdemo.backends import Backend
from kmsdemo.keys import Key
from kmsdemo.vault import Vault
from steps.passwords import StoredPassword

if TYPE_CHECKING:
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


@then("the key has other key material")
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
