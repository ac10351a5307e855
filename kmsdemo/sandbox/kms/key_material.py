"""Creates key material, and converts it into keys of ``cryptography``."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

import cryptography
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from kmsdemo.sandbox.key import KeyMaterial
from kmsdemo.sandbox.lock import released
from kmsdemo.sandbox.refusal import Refusal

CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
RSA_BITS: Final = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
_POST_QUANTUM: Final = {
    **{f"ML_DSA_{n}": ("mldsa", f"MLDSA{n}PrivateKey") for n in (44, 65, 87)},
    **{f"ML_KEM_{n}": ("mlkem", f"MLKEM{n}PrivateKey") for n in (512, 768, 1024)},
}
SYMMETRIC_BYTES: Final = 32


def generate(key_id: str, key_spec: str) -> KeyMaterial:
    """Return new random key material.

    Args:
        key_id: The key that it is for.
        key_spec: Such as ``RSA_2048``.

    Raises:
        Refusal: ``UnsupportedOperationException``: the sandbox cannot create keys of this spec.
    """
    return of(key_id, generate_secret(key_spec))


def of(key_id: str, secret: bytes) -> KeyMaterial:
    """Return key material with its id, which depends on the key and on the secret.

    AWS: ``KeyMaterialId``, ImportKeyMaterial, AWS KMS API Reference.
    """
    digest = hashlib.sha256(b"key material id" + key_id.encode() + secret)
    return KeyMaterial(digest.hexdigest(), secret)


def generate_secret(key_spec: str) -> bytes:
    """Return a random secret: raw bytes, or a private key as PKCS #8 in DER.

    Raises:
        Refusal: ``UnsupportedOperationException``.
    """
    if key_spec == "SYMMETRIC_DEFAULT":
        return os.urandom(SYMMETRIC_BYTES)
    if key_spec.startswith("HMAC_"):
        return os.urandom(int(key_spec.removeprefix("HMAC_")) // 8)
    with released():
        return private_der(_private_key(key_spec))


def private_der(private: Any) -> bytes:
    """Return a private key as PKCS #8 in DER."""
    encoded: bytes = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return encoded


def public_der(secret: bytes) -> bytes:
    """Return the public key of a private key, as SubjectPublicKeyInfo in DER."""
    encoded: bytes = (
        private_key(secret)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return encoded


@lru_cache(maxsize=256)
def private_key(secret: bytes) -> Any:
    """Return a private key of a KMS key from PKCS #8 in DER.

    It was validated when it was made or imported; to do so again takes longer than to sign with it.
    """
    return serialization.load_der_private_key(secret, None, unsafe_skip_rsa_key_validation=True)


def spec_of(private: Any) -> str:
    """Return the key spec of a private key; empty if AWS KMS has none."""
    if isinstance(private, rsa.RSAPrivateKey):
        return next((spec for spec, bits in RSA_BITS.items() if bits == private.key_size), "")
    if isinstance(private, ec.EllipticCurvePrivateKey):
        curve = type(private.curve)
        return next((spec for spec, kind in CURVES.items() if kind is curve), "")
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ECC_NIST_EDWARDS25519"
    kind = type(private).__name__
    return next((spec for spec, (_, name) in _POST_QUANTUM.items() if name == kind), "")


def _private_key(key_spec: str) -> Any:
    if key_spec in RSA_BITS:
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS[key_spec])
    if key_spec in CURVES:
        return ec.generate_private_key(CURVES[key_spec]())
    if key_spec == "ECC_NIST_EDWARDS25519":
        return ed25519.Ed25519PrivateKey.generate()
    return _generator(key_spec).generate()


def _generator(key_spec: str) -> Any:
    """Return the class of a post-quantum private key, which not every ``cryptography`` has."""
    module, name = _POST_QUANTUM.get(key_spec, ("", ""))
    try:
        return getattr(import_module(f"cryptography.hazmat.primitives.asymmetric.{module}"), name)
    except (ImportError, AttributeError) as error:
        raise unsupported(key_spec) from error


def unsupported(what: str) -> Refusal:
    """Return the error for what the installed version of ``cryptography`` does not have."""
    version = cryptography.__version__
    return Refusal(
        "UnsupportedOperationException",
        f"The sandbox cannot use {what}: version {version} of the Python package cryptography does "
        "not have it.",
    )
