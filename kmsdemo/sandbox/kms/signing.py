"""Sign, Verify and GetPublicKey.

AWS: "Digital signing with KMS keys" and "Download public key", AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import key_material, key_specs
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, invalid

_DIGESTS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "SHA_256": hashes.SHA256,
    "SHA_384": hashes.SHA384,
    "SHA_512": hashes.SHA512,
}
_MU_BYTES: Final = 64


def sign(request: Request) -> Answer:
    """Answer Sign."""
    algorithm, message = _checked(request)
    private = key_material.private_key(request.key.current_material.secret)
    signature = _scheme(request, algorithm).sign(private, message)
    return {"KeyId": request.key.arn, "Signature": signature, "SigningAlgorithm": algorithm}


def verify(request: Request) -> Answer:
    """Answer Verify; a wrong signature is an error."""
    algorithm, message = _checked(request)
    private = key_material.private_key(request.key.current_material.secret)
    signature = request.call.binary("Signature")
    try:
        _scheme(request, algorithm).verify(private.public_key(), signature, message)
    except InvalidSignature as error:
        raise Refusal("KMSInvalidSignatureException") from error
    return {"KeyId": request.key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}


def get_public_key(request: Request) -> Answer:
    """Answer GetPublicKey."""
    key = request.key
    return {
        "KeyId": key.arn,
        "PublicKey": key_material.public_der(key.current_material.secret),
        "CustomerMasterKeySpec": key.key_spec,
        "KeySpec": key.key_spec,
        "KeyUsage": key.key_usage,
        key_specs.ALGORITHM_FIELDS[key.key_usage]: key_specs.algorithms(key),
    }


def _checked(request: Request) -> tuple[str, bytes]:
    """Return the algorithm and the message, once they fit the key and each other."""
    algorithm, message = request.parameters["SigningAlgorithm"], request.call.binary("Message")
    key_specs.check_algorithm(request.key, algorithm)
    kind = request.parameters.get("MessageType", "RAW")
    if kind not in _message_types(algorithm):
        raise invalid(f"MessageType {kind} is not compatible with algorithm {algorithm}.")
    if kind != "RAW" and len(message) != _digest_bytes(algorithm):
        raise invalid(f"Digest is invalid length for algorithm {algorithm}.")
    return algorithm, message


def _message_types(algorithm: str) -> tuple[str, ...]:
    """Return the values of ``MessageType`` for an algorithm; see Sign, AWS KMS API Reference."""
    by_name = {
        "ML_DSA_SHAKE_256": ("RAW", "EXTERNAL_MU"),
        "ED25519_SHA_512": ("RAW",),
        "ED25519_PH_SHA_512": ("DIGEST",),
    }
    return by_name.get(algorithm, ("RAW", "DIGEST"))


def _digest_bytes(algorithm: str) -> int:
    return _MU_BYTES if algorithm.startswith("ML_DSA") else _digest(algorithm).digest_size


def _digest(algorithm: str) -> hashes.HashAlgorithm:
    return _DIGESTS[algorithm[-len("SHA_256") :]]()


class _Scheme(NamedTuple):
    """How an algorithm signs and verifies with keys of ``cryptography``."""

    sign: Callable[[Any, bytes], bytes]
    verify: Callable[[Any, bytes, bytes], None]


def _scheme(request: Request, algorithm: str) -> _Scheme:
    kind = request.parameters.get("MessageType", "RAW")
    if algorithm == "ED25519_PH_SHA_512":
        raise key_material.unsupported(algorithm)
    if kind == "EXTERNAL_MU":
        return _Scheme(
            lambda key, mu: key.sign_mu(mu), lambda key, signature, mu: key.verify_mu(signature, mu)
        )
    if algorithm in ("ML_DSA_SHAKE_256", "ED25519_SHA_512"):
        return _with()
    digest = _digest(algorithm)
    hashed: Any = Prehashed(digest) if kind == "DIGEST" else digest
    if algorithm.startswith("ECDSA"):
        return _with(ec.ECDSA(hashed))
    if algorithm.startswith("RSASSA_PKCS1"):
        return _with(padding.PKCS1v15(), hashed)
    return _with(padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH), hashed)


def _with(*parameters: Any) -> _Scheme:
    return _Scheme(
        lambda key, message: key.sign(message, *parameters),
        lambda key, signature, message: key.verify(signature, message, *parameters),
    )
