"""Data keys, data key pairs and random bytes: what AWS KMS generates and does not store.

AWS: "Generate data keys" and "Generate data key pairs", AWS KMS Developer Guide.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import attestation, custom_key_stores, encryption, key_material
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import invalid

_BYTES: Final = {"AES_128": 16, "AES_256": 32}


def generate_data_key(request: Request) -> Answer:
    """Answer GenerateDataKey."""
    attestation.check_recipient(request)
    spec, length = request.parameters.get("KeySpec"), request.parameters.get("NumberOfBytes", 0)
    if bool(spec) == bool(length):
        raise invalid("Please specify either number of bytes or key spec.")
    data_key = os.urandom(_BYTES[spec] if spec else length)
    context = request.call.encryption_context()
    return {
        "CiphertextBlob": encryption.under_symmetric_key(request.key, data_key, context),
        "Plaintext": data_key,
        "KeyId": request.key.arn,
        "KeyMaterialId": request.key.current_material.id,
    }


def generate_data_key_pair(request: Request) -> Answer:
    """Answer GenerateDataKeyPair."""
    attestation.check_recipient(request)
    spec = request.parameters["KeyPairSpec"]
    private = key_material.generate_secret(spec)
    context = request.call.encryption_context()
    return {
        "PrivateKeyCiphertextBlob": encryption.under_symmetric_key(request.key, private, context),
        "PrivateKeyPlaintext": private,
        "PublicKey": key_material.public_der(private),
        "KeyId": request.key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": request.key.current_material.id,
    }


def without(field: str, operation: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Return an operation that leaves out one field of the response of another one."""

    def perform(request: Request) -> Answer:
        answer = operation(request)
        del answer[field]
        return answer

    return perform


def generate_random(request: Request) -> Answer:
    """Answer GenerateRandom."""
    attestation.check_recipient(request)
    custom_key_stores.check_exists(request)
    length = request.parameters.get("NumberOfBytes")
    if length is None:
        raise invalid("NumberOfBytes is required.")
    return {"Plaintext": os.urandom(length)}
