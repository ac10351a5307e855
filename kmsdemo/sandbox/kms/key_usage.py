"""Which operations each key usage and key spec allows."""

from __future__ import annotations

from typing import Final

from kmsdemo.sandbox.key import Key
from kmsdemo.sandbox.refusal import Refusal

_DATA_KEYS: Final = (
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
)
_USAGES: Final = {
    "Decapsulate": "ENCAPSULATE_DECAPSULATE",
    "DeriveSharedSecret": "KEY_AGREEMENT",
    "Encapsulate": "ENCAPSULATE_DECAPSULATE",
    "Encrypt": "ENCRYPT_DECRYPT",
    "GenerateMac": "GENERATE_VERIFY_MAC",
    "ReEncrypt": "ENCRYPT_DECRYPT",
    "Sign": "SIGN_VERIFY",
    "Verify": "SIGN_VERIFY",
    "VerifyMac": "GENERATE_VERIFY_MAC",
    **dict.fromkeys(_DATA_KEYS, "ENCRYPT_DECRYPT"),
}
_SYMMETRIC_ONLY: Final = frozenset(
    {"DisableKeyRotation", "EnableKeyRotation", "ListKeyRotations", "RotateKeyOnDemand"}
)

_NOT_IMPORTED: Final = frozenset({"DisableKeyRotation", "EnableKeyRotation"})


def check(operation: str, key: Key) -> None:
    """Check that the key usage and the key spec allow an operation.

    Args:
        operation: Such as ``Encrypt``.
        key: The key.

    Raises:
        Refusal: ``InvalidKeyUsageException``, ``UnsupportedOperationException`` or, for
            ``Decrypt``, ``IncorrectKeyException``.
    """
    usage = _USAGES.get(operation, key.key_usage)
    if usage != key.key_usage:
        message = f"{key.arn} key usage is {key.key_usage} which is not valid for {operation}."
        raise Refusal("InvalidKeyUsageException", message)
    if operation == "Decrypt" and key.key_usage != "ENCRYPT_DECRYPT":
        raise incorrect_key()
    if operation in _DATA_KEYS and not key.is_symmetric:
        message = f"{key.arn} key spec is {key.key_spec} which is not valid for {operation}."
        raise Refusal("InvalidKeyUsageException", message)
    if operation == "GetPublicKey" and (key.is_symmetric or key.key_usage == "GENERATE_VERIFY_MAC"):
        raise Refusal("UnsupportedOperationException", f"{key.arn} is a symmetric key.")
    if operation in _SYMMETRIC_ONLY:
        _check_rotation(operation, key)


def _check_rotation(operation: str, key: Key) -> None:
    if not key.is_symmetric:
        raise Refusal("UnsupportedOperationException", f"{key.arn} is not a symmetric key.")
    if operation in _NOT_IMPORTED and key.is_imported:
        message = f"{key.arn} origin is {key.origin} which is not valid for this operation."
        raise Refusal("UnsupportedOperationException", message)


def incorrect_key() -> Refusal:
    """Return the error for a key that did not encrypt the ciphertext or cannot decrypt."""
    return Refusal(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )
