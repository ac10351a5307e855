"""ReplicateKey and UpdatePrimaryRegion.

AWS: "Multi-Region keys in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from moto.utilities.utils import get_partition

from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.key import Answer, Key
from kmsdemo.sandbox.kms import key_policies, stores, tags
from kmsdemo.sandbox.kms.key_metadata import key_metadata
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal


def replicate_key(request: Request) -> Answer:
    """Answer ReplicateKey; the replica is ``Creating`` in the answer, and ready after it."""
    primary, region = request.key, request.parameters["ReplicaRegion"]
    _check_primary(primary)
    _check_region(primary, region)
    store = stores.of(primary.account_id, region)
    if primary.id in store.keys:
        message = f"A replica of {primary.arn} already exists in {region}."
        raise Refusal("AlreadyExistsException", message)
    replica = Key(
        primary.shared,
        primary.account_id,
        region,
        key_policies.checked(request, store.arn(f"key/{primary.id}"))
        or key_policies.default(primary.account_id, region),
        request.now,
        request.parameters.get("Description", ""),
    )
    replica.tags = _tags(request)
    store.keys[replica.id] = replica
    replica.key_state = "PendingImport" if replica.is_imported else "Enabled"
    return {
        "ReplicaKeyMetadata": _creating(replica),
        "ReplicaPolicy": replica.policy,
        "ReplicaTags": [
            {"TagKey": name, "TagValue": value} for name, value in replica.tags.items()
        ],
    }


def update_primary_region(request: Request) -> Answer:
    """Answer UpdatePrimaryRegion: a replica becomes the primary key, and the primary a replica."""
    primary, region = request.key, request.parameters["PrimaryRegion"]
    _check_primary(primary)
    _check_region(primary, region)
    replica = stores.of(primary.account_id, region).keys.get(primary.id)
    if replica is None:
        message = f"Key '{_arn_in(primary, region)}' does not exist"
        raise Refusal("NotFoundException", message)
    if replica is not primary and "Pending" in replica.key_state:
        words = "pending import" if replica.key_state == "PendingImport" else "pending deletion"
        raise Refusal("KMSInvalidStateException", f"{replica.arn} is {words}.")
    primary.shared.primary_region = region
    return {}


def _creating(replica: Key) -> Answer:
    """Return the metadata of a replica that AWS KMS has not finished yet."""
    metadata = key_metadata(replica) | {"KeyState": "Creating", "Enabled": False}
    metadata.pop("CurrentKeyMaterialId", None)
    return metadata


def _tags(request: Request) -> dict[str, str]:
    given = tags.checked(request.parameters.get("Tags") or [])
    if given:
        context = authorization.context_of(request.call, request.caller)
        authorization.check(request.caller, None, "TagResource", context)
    return given


def _check_primary(key: Key) -> None:
    if not key.is_primary:
        message = f"{key.arn} is not a multi-region primary key."
        raise Refusal("UnsupportedOperationException", message)


def _check_region(key: Key, region: str) -> None:
    """Check that a Region exists, and is in the partition of the key."""
    same_partition = get_partition(region) == get_partition(key.region)
    if region not in stores.regions() or not same_partition:
        message = f"{region} is not a Region in which {key.arn} can have a related key."
        raise Refusal("UnsupportedOperationException", message)


def _arn_in(key: Key, region: str) -> str:
    return stores.of(key.account_id, region).arn(f"key/{key.id}")
