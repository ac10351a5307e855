"""What a key of each key spec can be used for, and by which algorithms.

AWS: "Key spec reference", AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kmsdemo.sandbox.key import Key
from kmsdemo.sandbox.refusal import Refusal

_RSA: Final = {
    "ENCRYPT_DECRYPT": ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"),
    "SIGN_VERIFY": tuple(
        f"RSASSA_{padding}_SHA_{size}"
        for padding in ("PKCS1_V1_5", "PSS")
        for size in (256, 384, 512)
    ),
}


def _curve(digest: int) -> Mapping[str, tuple[str, ...]]:
    return {"SIGN_VERIFY": (f"ECDSA_SHA_{digest}",), "KEY_AGREEMENT": ("ECDH",)}


KEY_SPECS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "SYMMETRIC_DEFAULT": {"ENCRYPT_DECRYPT": ("SYMMETRIC_DEFAULT",)},
    **dict.fromkeys(("RSA_2048", "RSA_3072", "RSA_4096"), _RSA),
    "ECC_NIST_P256": _curve(256),
    "ECC_NIST_P384": _curve(384),
    "ECC_NIST_P521": _curve(512),
    "ECC_SECG_P256K1": {"SIGN_VERIFY": ("ECDSA_SHA_256",)},
    "ECC_NIST_EDWARDS25519": {"SIGN_VERIFY": ("ED25519_SHA_512", "ED25519_PH_SHA_512")},
    **{
        f"HMAC_{size}": {"GENERATE_VERIFY_MAC": (f"HMAC_SHA_{size}",)}
        for size in (224, 256, 384, 512)
    },
    **{f"ML_DSA_{size}": {"SIGN_VERIFY": ("ML_DSA_SHAKE_256",)} for size in (44, 65, 87)},
    **{f"ML_KEM_{n}": {"ENCAPSULATE_DECAPSULATE": ("ML_KEM",)} for n in (512, 768, 1024)},
    "SM2": {
        "ENCRYPT_DECRYPT": ("SM2PKE",),
        "SIGN_VERIFY": ("SM2DSA",),
        "KEY_AGREEMENT": ("ECDH",),
    },
}
"""The algorithms, by key spec and key usage."""

ALGORITHM_FIELDS: Final = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}
"""The field of the key's metadata that lists its algorithms, by key usage."""


def algorithms(key: Key) -> list[str]:
    """Return the algorithms of a key."""
    return list(KEY_SPECS[key.key_spec][key.key_usage])


def check_algorithm(key: Key, algorithm: str) -> None:
    """Check that a key has an algorithm.

    Raises:
        Refusal: ``InvalidKeyUsageException``.
    """
    if algorithm not in KEY_SPECS[key.key_spec][key.key_usage]:
        message = f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}."
        raise Refusal("InvalidKeyUsageException", message)
