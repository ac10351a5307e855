"""CreateKey, DescribeKey, ListKeys, and what changes a key: state, description, last usage.

AWS: "Create a KMS key" and "Enable and disable keys", AWS KMS Developer Guide.
"""

from __future__ import annotations

import uuid
from typing import Final

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.key import Answer, Key, KeyStore, SharedProperties, Usage
from kmsdemo.sandbox.kms import (
    custom_key_stores,
    key_material,
    key_policies,
    paging,
    rotation,
    tags,
)
from kmsdemo.sandbox.kms.key_metadata import key_metadata
from kmsdemo.sandbox.kms.key_specs import KEY_SPECS
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, invalid
from kmsdemo.sandbox.trail import records

_SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
_TWO_SPECS: Final = (
    "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
    "CustomerMasterKeySpec is deprecated."
)
_USAGE_REQUIRED: Final = (
    "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
)
_USAGE_TRACKED: Final = frozenset(
    {
        *("Decrypt", "DeriveSharedSecret", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair"),
        *("GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"),
        *("GenerateMac", "ReEncrypt", "Sign", "Verify", "VerifyMac", "Encapsulate", "Decapsulate"),
    }
)


def create_key(request: Request) -> Answer:
    """Answer CreateKey."""
    parameters = request.parameters
    spec, usage = _spec_and_usage(request)
    origin = _origin(request)
    key = _new(
        request.store,
        spec=spec,
        usage=usage,
        origin=origin,
        is_multi_region=bool(parameters.get("MultiRegion")),
    )
    key.description = parameters.get("Description", "")
    key.tags = tags.checked(parameters.get("Tags") or [])
    key.policy = key_policies.checked(request, key)
    if key.tags:
        context = authorization.context_of(request.call, request.caller)
        authorization.check(request.caller, None, "TagResource", context)
    _add(request.store, key)
    return {"KeyMetadata": key_metadata(key)}


def add(store: KeyStore, policy: str) -> Key:
    """Add a new symmetric encryption key to a store, by default with the key policy of AWS KMS."""
    key = _new(store)
    key.policy = policy or key.policy
    _add(store, key)
    return key


def describe_key(request: Request) -> Answer:
    """Answer DescribeKey."""
    return {"KeyMetadata": key_metadata(request.key)}


def list_keys(request: Request) -> Answer:
    """Answer ListKeys; no other account shares keys through Resource Access Manager."""
    owners = request.parameters.get("ResourceOwners", ["SELF"])
    return paging.page(
        request,
        "Keys",
        request.store.keys.values() if "SELF" in owners else (),
        place=lambda key: (key.created.timestamp(), key.id),
        entry=lambda key: {"KeyId": key.id, "KeyArn": key.arn},
    )


def enable_key(request: Request) -> Answer:
    """Answer EnableKey; an automatic rotation that was due meanwhile happens now."""
    request.key.key_state = "Enabled"
    rotation.resume(request.key)
    return {}


def disable_key(request: Request) -> Answer:
    """Answer DisableKey."""
    request.key.key_state = "Disabled"
    return {}


def update_key_description(request: Request) -> Answer:
    """Answer UpdateKeyDescription."""
    request.key.description = request.parameters["Description"]
    return {}


def record_usage(request: Request) -> None:
    """Record a successful cryptographic operation with each of its keys."""
    call = request.call
    if call.operation in _USAGE_TRACKED:
        for key in request.keys:
            key.last_usage = Usage(call.operation, clock.now(key.account_id), call.request_id)


def get_key_last_usage(request: Request) -> Answer:
    """Answer GetKeyLastUsage."""
    key = request.key
    return {
        "KeyId": key.id,
        "KeyLastUsage": _described(key.last_usage, key.account_id) if key.last_usage else {},
        "TrackingStartDate": key.created,
        "KeyCreationDate": key.created,
    }


def _described(usage: Usage, owner: str) -> Answer:
    return {
        "Operation": usage.operation,
        "Timestamp": usage.date,
        "KmsRequestId": usage.request_id,
        "CloudTrailEventId": records.event_id(usage.request_id, owner),
    }


def _new(
    store: KeyStore,
    *,
    spec: str = _SYMMETRIC,
    usage: str = "ENCRYPT_DECRYPT",
    origin: str = "AWS_KMS",
    is_multi_region: bool = False,
) -> Key:
    """Return a new key with the key policy of AWS KMS, which has no key material yet."""
    key_id = f"mrk-{uuid.uuid4().hex}" if is_multi_region else str(uuid.uuid4())
    shared = SharedProperties(key_id, spec, usage, origin)
    shared.primary_region = store.region if is_multi_region else ""
    policy = key_policies.default(store.account_id, store.region)
    return Key(shared, store.account_id, store.region, policy, clock.now(store.account_id))


def _add(store: KeyStore, key: Key) -> None:
    """Add a new key to a store; it has key material, unless that is imported.

    Raises:
        Refusal: ``UnsupportedOperationException``: the sandbox cannot create keys of this spec.
    """
    if key.is_imported:
        key.key_state = "PendingImport"
    else:
        material = key_material.generate(key.id, key.key_spec)
        key.shared.materials[material.id] = material
    store.keys[key.id] = key


def _spec_and_usage(request: Request) -> tuple[str, str]:
    spec, old_spec = (request.parameters.get(name) for name in ("KeySpec", "CustomerMasterKeySpec"))
    if spec and old_spec:
        raise invalid(_TWO_SPECS)
    spec = spec or old_spec or _SYMMETRIC
    usage = request.parameters.get("KeyUsage")
    if usage is None and spec != _SYMMETRIC:
        raise invalid(_USAGE_REQUIRED)
    usage = usage or "ENCRYPT_DECRYPT"
    if usage not in KEY_SPECS[spec]:
        raise invalid(f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    if spec == "SM2" and request.call.partition != "aws-cn":
        raise Refusal("UnsupportedOperationException", "SM2 is available only in China Regions.")
    return spec, usage


def _origin(request: Request) -> str:
    origin = request.parameters.get("Origin", "AWS_KMS")
    if origin in ("AWS_KMS", "EXTERNAL"):
        if request.parameters.get("CustomKeyStoreId"):
            raise invalid(f"CustomKeyStoreId is not compatible with Origin {origin}.")
        if request.parameters.get("XksKeyId"):
            raise invalid(f"XksKeyId is not compatible with Origin {origin}.")
        return str(origin)
    needed = ("CustomKeyStoreId", *(("XksKeyId",) if origin == "EXTERNAL_KEY_STORE" else ()))
    for parameter in needed:
        if not request.parameters.get(parameter):
            raise invalid(f"{parameter} is required for Origin {origin}.")
    custom_key_stores.check_exists(request)
    return str(origin)
