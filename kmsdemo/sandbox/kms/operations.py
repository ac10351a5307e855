"""The operations whose responses in moto differ from those of AWS KMS."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from copy import copy
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.kms.models import Key, kms_backends

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.call import Answer, Call, encoded
from kmsdemo.sandbox.kms import ciphertexts, deletion, key_usage
from kmsdemo.sandbox.kms.key_metadata import key_metadata
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.lock import released
from kmsdemo.sandbox.refusal import Refusal, constraint, invalid

_ALGORITHM = "SYMMETRIC_DEFAULT"
_ROTATION_PERIODS_DAYS = range(90, 2561)
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
_rotation_periods: WeakKeyDictionary[Key, timedelta] = WeakKeyDictionary()
_RSA_BITS = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}

# ------------------------------------------------------------------------------- cryptography


def encrypt(request: Request) -> dict[str, Any]:
    blob = _encrypted(
        request.key, request.call.binary("Plaintext"), request.call.encryption_context()
    )
    return {"CiphertextBlob": blob, "KeyId": request.key.arn, "EncryptionAlgorithm": _ALGORITHM}


def decrypt(request: Request) -> dict[str, Any]:
    plaintext = _decrypted(request.key, request.call, request.call.encryption_context())
    return {
        "Plaintext": encoded(plaintext),
        "KeyId": request.key.arn,
        "EncryptionAlgorithm": _ALGORITHM,
        "KeyMaterialId": ciphertexts.material_id(request.key.key_material),
    }


def re_encrypt(request: Request) -> dict[str, Any]:
    source_context = request.call.encryption_context("SourceEncryptionContext")
    plaintext = _decrypted(request.source_key, request.call, source_context)
    context = request.call.encryption_context("DestinationEncryptionContext")
    return {
        "CiphertextBlob": _encrypted(request.key, plaintext, context),
        "SourceKeyId": request.source_key.arn,
        "KeyId": request.key.arn,
        "SourceEncryptionAlgorithm": _ALGORITHM,
        "DestinationEncryptionAlgorithm": _ALGORITHM,
        "SourceKeyMaterialId": ciphertexts.material_id(request.source_key.key_material),
        "DestinationKeyMaterialId": ciphertexts.material_id(request.key.key_material),
    }


def generate_data_key(request: Request) -> dict[str, Any]:
    lengths = {"AES_128": 16, "AES_256": 32}
    spec = request.call.parameters.get("KeySpec")
    data_key = os.urandom(lengths[spec] if spec else request.call.parameters["NumberOfBytes"])
    blob = _encrypted(request.key, data_key, request.call.encryption_context())
    return {
        "CiphertextBlob": blob,
        "Plaintext": encoded(data_key),
        "KeyId": request.key.arn,
        "KeyMaterialId": ciphertexts.material_id(request.key.key_material),
    }


def generate_data_key_pair(request: Request) -> dict[str, Any]:
    spec = request.call.parameters["KeyPairSpec"]
    with released():
        private = _private_key(spec)
    private_bytes = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_bytes = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "PrivateKeyCiphertextBlob": _encrypted(
            request.key, private_bytes, request.call.encryption_context()
        ),
        "PrivateKeyPlaintext": encoded(private_bytes),
        "PublicKey": encoded(public_bytes),
        "KeyId": request.key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": ciphertexts.material_id(request.key.key_material),
    }


def _without(
    field: str, operation: Callable[[Request], dict[str, Any]]
) -> Callable[[Request], dict[str, Any]]:
    def perform(request: Request) -> dict[str, Any]:
        answer = operation(request)
        del answer[field]
        return answer

    return perform


def _encrypted(key: Key, plaintext: bytes, context: Mapping[str, str]) -> str:
    return encoded(ciphertexts.encrypt(key.key_material, plaintext, context))


def _decrypted(key: Key, call: Call, context: Mapping[str, str]) -> bytes:
    blob = ciphertexts.parse(call.binary("CiphertextBlob"))
    if blob.material_id != ciphertexts.material_id(key.key_material):
        raise key_usage.incorrect_key()
    return ciphertexts.decrypt(key.key_material, blob, context)


def _private_key(spec: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if spec in _RSA_BITS:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS[spec])
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec]())
    specs = ", ".join([*_RSA_BITS, *_CURVES])
    raise constraint(spec, "keyPairSpec", f"Member must satisfy enum value set: [{specs}]")


# ----------------------------------------------------------------------- key management


def create_key(request: Request) -> dict[str, Any]:
    parameters = request.call.parameters
    parameters.setdefault("KeyUsage", "ENCRYPT_DECRYPT")
    if document := parameters.get("Policy"):
        authorization.check_new_policy(
            request.call, request.caller, request.call.arn("key/new"), document
        )
    key_id = json.loads(request.perform_with_moto())["KeyMetadata"]["KeyId"]
    key = request.call.backend.keys[key_id]
    key.creation_date = clock.now(key.account_id).timestamp()
    key.multi_region = bool(key.multi_region)
    return {"KeyMetadata": key_metadata(key)}


def describe_key(request: Request) -> dict[str, Any]:
    return {"KeyMetadata": key_metadata(request.key)}


def schedule_key_deletion(request: Request) -> dict[str, Any]:
    days = request.call.parameters.get("PendingWindowInDays", 30)
    deletion.schedule(request.key, days)
    answer = {
        "KeyId": request.key.arn,
        "KeyState": request.key.key_state,
        "PendingWindowInDays": days,
    }
    if request.key.deletion_date:
        answer["DeletionDate"] = request.key.deletion_date.timestamp()
    return answer


def cancel_key_deletion(request: Request) -> dict[str, Any]:
    deletion.cancel(request.key)
    return {"KeyId": request.key.arn}


def enable_key_rotation(request: Request) -> dict[str, Any]:
    days = request.call.parameters.get("RotationPeriodInDays", 365)
    if days not in _ROTATION_PERIODS_DAYS:
        raise invalid("RotationPeriodInDays must be between 90 and 2560")
    request.key.key_rotation_status = True
    _rotation_periods[request.key] = timedelta(days=days)
    return {}


def get_key_rotation_status(request: Request) -> dict[str, Any]:
    key = request.key
    enabled = key.key_rotation_status and "Pending" not in key.key_state
    answer = {"KeyId": key.id, "KeyRotationEnabled": enabled}
    if enabled:
        period = _rotation_periods[key]
        answer["RotationPeriodInDays"] = period.days
        answer["NextRotationDate"] = key.creation_date + period.total_seconds()
    return answer


def put_key_policy(request: Request) -> str:
    document = request.call.parameters["Policy"]
    authorization.check_new_policy(request.call, request.caller, request.key.arn, document)
    return with_default_policy_name(request)


def with_default_policy_name(request: Request) -> str:
    request.call.parameters.setdefault("PolicyName", "default")
    return request.perform_with_moto()


def replicate_key(request: Request) -> dict[str, Any]:
    primary, region = request.key, request.call.parameters["ReplicaRegion"]
    if not primary.multi_region or not deletion.is_primary(primary):
        message = f"{primary.arn} is not a multi-Region primary key."
        raise Refusal("UnsupportedOperationException", message)
    backend = kms_backends[primary.account_id][region]
    if primary.id in backend.keys:
        message = f"A replica of {primary.arn} already exists in {region}."
        raise Refusal("AlreadyExistsException", message)
    replica = _replica(primary, region, request.call)
    backend.keys[replica.id] = replica
    if tags := request.call.parameters.get("Tags"):
        backend.tagger.tag_resource(replica.id, tags)
    return {"ReplicaKeyMetadata": key_metadata(replica), "ReplicaPolicy": replica.policy}


def _replica(primary: Key, region: str, call: Call) -> Key:
    replica = copy(primary)
    replica.region = region
    replica.arn = primary.arn.replace(f":kms:{primary.region}:", f":kms:{region}:")
    replica.description = call.parameters.get("Description", "")
    replica.policy = call.parameters.get("Policy") or primary.generate_default_policy()
    replica.creation_date = clock.now(replica.account_id).timestamp()
    replica.aliases, replica.grants = {}, {}
    if primary in _rotation_periods:
        _rotation_periods[replica] = _rotation_periods[primary]
    return replica


OPERATIONS: dict[str, Callable[[Request], Answer]] = {
    "CancelKeyDeletion": cancel_key_deletion,
    "CreateKey": create_key,
    "Decrypt": decrypt,
    "DescribeKey": describe_key,
    "EnableKeyRotation": enable_key_rotation,
    "Encrypt": encrypt,
    "GenerateDataKey": generate_data_key,
    "GenerateDataKeyPair": generate_data_key_pair,
    "GenerateDataKeyPairWithoutPlaintext": _without("PrivateKeyPlaintext", generate_data_key_pair),
    "GenerateDataKeyWithoutPlaintext": _without("Plaintext", generate_data_key),
    "GetKeyPolicy": with_default_policy_name,
    "GetKeyRotationStatus": get_key_rotation_status,
    "PutKeyPolicy": put_key_policy,
    "ReEncrypt": re_encrypt,
    "ReplicateKey": replicate_key,
    "ScheduleKeyDeletion": schedule_key_deletion,
}
"""By name; moto performs all other operations."""
