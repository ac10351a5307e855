"""DeriveSharedSecret, Encapsulate and Decapsulate: a secret that two parties agree on.

AWS: "Key agreement keys" and "ML-KEM keys in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import attestation, key_material
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import invalid, invalid_ciphertext


def derive_shared_secret(request: Request) -> Answer:
    """Answer DeriveSharedSecret."""
    attestation.check_recipient(request)
    private: ec.EllipticCurvePrivateKey = key_material.private_key(
        request.key.current_material.secret
    )
    theirs = _public_key(request.call.binary("PublicKey"), private.curve)
    return {
        "KeyId": request.key.arn,
        "SharedSecret": private.exchange(ec.ECDH(), theirs),
        "KeyAgreementAlgorithm": request.parameters["KeyAgreementAlgorithm"],
        "KeyOrigin": request.key.origin,
    }


def encapsulate(request: Request) -> Answer:
    """Answer Encapsulate."""
    private = key_material.private_key(request.key.current_material.secret)
    secret, ciphertext = private.public_key().encapsulate()
    return {
        "KeyId": request.key.arn,
        "SharedSecret": secret,
        "SharedSecretCiphertextBlob": ciphertext,
        "EncapsulationAlgorithm": request.parameters["EncapsulationAlgorithm"],
    }


def decapsulate(request: Request) -> Answer:
    """Answer Decapsulate; a ciphertext of the right length always decapsulates to something."""
    private = key_material.private_key(request.key.current_material.secret)
    try:
        secret = private.decapsulate(request.call.binary("SharedSecretCiphertextBlob"))
    except ValueError as error:
        raise invalid_ciphertext() from error
    return {
        "KeyId": request.key.arn,
        "SharedSecret": secret,
        "EncapsulationAlgorithm": request.parameters["EncapsulationAlgorithm"],
    }


def _public_key(der: bytes, curve: ec.EllipticCurve) -> ec.EllipticCurvePublicKey:
    """Return the public key of the other party; AWS refuses other curves without a message."""
    try:
        public = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise invalid("") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != curve.name:
        raise invalid("")
    return public
