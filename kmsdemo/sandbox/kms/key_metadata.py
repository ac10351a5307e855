"""The metadata of a key, as ``DescribeKey`` returns it."""

from __future__ import annotations

from kmsdemo.sandbox.key import Answer, Key
from kmsdemo.sandbox.kms import key_specs, stores


def key_metadata(key: Key) -> Answer:
    """Return the ``KeyMetadata`` of a key, with the fields of its kind and its key state."""
    metadata = {
        "AWSAccountId": key.account_id,
        "Arn": key.arn,
        "CreationDate": key.created,
        "CustomerMasterKeySpec": key.key_spec,
        "Description": key.description,
        "Enabled": key.key_state == "Enabled",
        "KeyId": key.id,
        "KeyManager": key.key_manager,
        "KeySpec": key.key_spec,
        "KeyState": key.key_state,
        "KeyUsage": key.key_usage,
        "MultiRegion": key.is_multi_region,
        "Origin": key.origin,
        key_specs.ALGORITHM_FIELDS[key.key_usage]: key_specs.algorithms(key),
    }
    return metadata | _material(key) | _deletion(key) | _regions(key)


def _material(key: Key) -> Answer:
    material = key.shared.current_material
    if material is None:
        return {}
    current = {"CurrentKeyMaterialId": material.id} if key.is_symmetric else {}
    return current | _expiration(key) if material.id in key.imported else current


def _expiration(key: Key) -> Answer:
    """Return when the first of the imported key materials expires: the key needs all of them."""
    materials = key.shared.materials
    permanent = [one for name, one in key.imported.items() if not materials[name].is_pending]
    first = min(permanent, key=lambda one: (one.valid_to is None, one.valid_to))
    return {"ExpirationModel": first.expiration_model, "ValidTo": first.valid_to}


def _deletion(key: Key) -> Answer:
    if key.deletion_date:
        return {"DeletionDate": key.deletion_date}
    if key.key_state == "PendingReplicaDeletion":
        return {"PendingDeletionWindowInDays": key.waiting_period.days}
    return {}


def _regions(key: Key) -> Answer:
    if not key.is_multi_region:
        return {}
    by_kind: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for one in stores.related(key):
        by_kind[one.is_primary].append({"Arn": one.arn, "Region": one.region})
    return {
        "MultiRegionConfiguration": {
            "MultiRegionKeyType": "PRIMARY" if key.is_primary else "REPLICA",
            "PrimaryKey": by_kind[True][0],
            "ReplicaKeys": by_kind[False],
        }
    }
