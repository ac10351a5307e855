"""The metadata of a key, as ``DescribeKey`` returns it."""

from __future__ import annotations

from typing import Any

from moto.kms.models import Key

from kmsdemo.sandbox.kms import deletion
from kmsdemo.sandbox.kms.ciphertexts import material_id


def key_metadata(key: Key) -> dict[str, Any]:
    """Return the ``KeyMetadata`` of a key, with the fields of its key state."""
    metadata = {
        "AWSAccountId": key.account_id,
        "Arn": key.arn,
        "CreationDate": key.creation_date,
        "CustomerMasterKeySpec": key.key_spec,
        "Description": key.description,
        "Enabled": key.key_state == "Enabled",
        "KeyId": key.id,
        "KeyManager": key.key_manager,
        "KeySpec": key.key_spec,
        "KeyState": key.key_state,
        "KeyUsage": key.key_usage,
        "MultiRegion": key.multi_region,
        "Origin": key.origin,
    }
    return metadata | _algorithms(key) | _material(key) | _deletion(key) | _regions(key)


def _algorithms(key: Key) -> dict[str, Any]:
    if key.key_usage == "ENCRYPT_DECRYPT":
        return {"EncryptionAlgorithms": key.encryption_algorithms}
    if key.key_usage == "SIGN_VERIFY":
        return {"SigningAlgorithms": key.signing_algorithms}
    return {"MacAlgorithms": [key.key_spec.replace("HMAC_", "HMAC_SHA_")]}


def _material(key: Key) -> dict[str, Any]:
    symmetric = key.key_spec == "SYMMETRIC_DEFAULT"
    return {"CurrentKeyMaterialId": material_id(key.key_material)} if symmetric else {}


def _deletion(key: Key) -> dict[str, Any]:
    if key.deletion_date:
        return {"DeletionDate": key.deletion_date.timestamp()}
    if key.key_state == "PendingReplicaDeletion":
        return {"PendingDeletionWindowInDays": deletion.waiting_period_days(key)}
    return {}


def _regions(key: Key) -> dict[str, Any]:
    if not key.multi_region:
        return {}
    by_kind: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for sibling in deletion.siblings(key):
        by_kind[deletion.is_primary(sibling)].append({"Arn": sibling.arn, "Region": sibling.region})
    return {
        "MultiRegionConfiguration": {
            "MultiRegionKeyType": "PRIMARY" if deletion.is_primary(key) else "REPLICA",
            "PrimaryKey": by_kind[True][0],
            "ReplicaKeys": by_kind[False],
        }
    }
