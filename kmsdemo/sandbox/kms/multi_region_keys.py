"""ReplicateKey and UpdatePrimaryRegion.

AWS: "Multi-Region keys in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from moto.utilities.utils import get_partition

from kmsdemo.sandbox.access import authorization, context_keys
from kmsdemo.sandbox.key import Answer, Key
from kmsdemo.sandbox.kms import imported_material, key_policies, key_states, stores, tags
from kmsdemo.sandbox.kms.key_metadata import key_metadata
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail import history


def replicate_key(request: Request) -> Answer:
    """Answer ReplicateKey; the replica is ``Creating`` in the answer, and ready after it."""
    primary, region = request.key, request.parameters["ReplicaRegion"]
    _check_primary(primary)
    _check_region(primary, region)
    store = stores.of(primary.account_id, region)
    if primary.id in store.keys:
        message = f"A replica of {primary.arn} already exists in {region}."
        raise Refusal("AlreadyExistsException", message)
    _check_may_create(request, region)
    replica = Key(
        primary.shared,
        primary.account_id,
        region,
        key_policies.default(primary.account_id, region),
        request.now,
        request.parameters.get("Description", ""),
    )
    replica.tags = tags.checked(request.parameters.get("Tags") or [])
    replica.policy = key_policies.checked(request, replica)
    store.keys[replica.id] = replica
    replica.key_state = "PendingImport" if replica.is_imported else "Enabled"
    imported_material.update_pending(primary)
    history.record_of_aws("CreateKey", replica.arn, request.now)
    return {
        "ReplicaKeyMetadata": _creating(replica),
        "ReplicaPolicy": replica.policy,
        "ReplicaTags": [
            {"TagKey": name, "TagValue": value} for name, value in replica.tags.items()
        ],
    }


def update_primary_region(request: Request) -> Answer:
    """Answer UpdatePrimaryRegion: a replica becomes the primary key, and the primary a replica.

    AWS: "Change the primary key in a set of multi-Region keys", AWS KMS Developer Guide: both keys
    must be enabled.
    """
    primary, region = request.key, request.parameters["PrimaryRegion"]
    _check_primary(primary)
    _check_region(primary, region)
    replica = stores.of(primary.account_id, region).keys.get(primary.id)
    if replica is None:
        message = f"Key '{_arn_in(primary, region)}' does not exist"
        raise Refusal("NotFoundException", message)
    _check_may_update(request, replica)
    imported_material.expire(replica)
    key_states.check(request.call.operation, replica)
    primary.shared.primary_region = region
    return {}


def _creating(replica: Key) -> Answer:
    """Return the metadata of a replica that AWS KMS has not finished yet."""
    metadata = key_metadata(replica) | {"KeyState": "Creating", "Enabled": False}
    metadata.pop("CurrentKeyMaterialId", None)
    return metadata


def _check_may_create(request: Request, region: str) -> None:
    """Check the permissions that ReplicateKey needs in the Region of the replica.

    AWS: ReplicateKey, "Required permissions", AWS KMS API Reference.
    """
    primary, given = request.key, request.parameters.get("Tags") or []
    properties = {
        "KeySpec": primary.key_spec,
        "KeyUsage": primary.key_usage,
        "Origin": primary.origin,
        "MultiRegion": True,
        "Tags": given,
    }
    creation = replace(request.call, operation="CreateKey", parameters=properties, region=region)
    context = authorization.context_of(creation, request.caller, key_context=_of_replica)
    for action in ("CreateKey", *(["TagResource"] if given else [])):
        authorization.check(request.caller, None, action, context)


def _of_replica() -> context_keys.Context:
    return {"kms:MultiRegionKeyType": ["REPLICA"]}


def _check_may_update(request: Request, replica: Key) -> None:
    """Check the permission that UpdatePrimaryRegion needs on the key that becomes the primary.

    AWS: UpdatePrimaryRegion, "Required permissions", AWS KMS API Reference.
    """
    call = replace(request.call, region=replica.region)
    of_replica = partial(context_keys.of_key, replica, stores.alias_names(replica))
    context = authorization.context_of(call, request.caller, key_context=of_replica)
    authorization.check(request.caller, replica, call.operation, context)


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
