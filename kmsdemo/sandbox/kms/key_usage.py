"""Which operations each key usage and key spec allows."""

from __future__ import annotations

from moto.kms.models import Key

from kmsdemo.sandbox.refusal import Refusal

_USAGES = {
    "Encrypt": "ENCRYPT_DECRYPT",
    "ReEncrypt": "ENCRYPT_DECRYPT",
    "GenerateDataKey": "ENCRYPT_DECRYPT",
    "GenerateDataKeyPair": "ENCRYPT_DECRYPT",
    "GenerateDataKeyPairWithoutPlaintext": "ENCRYPT_DECRYPT",
    "GenerateDataKeyWithoutPlaintext": "ENCRYPT_DECRYPT",
    "GenerateMac": "GENERATE_VERIFY_MAC",
    "Sign": "SIGN_VERIFY",
    "Verify": "SIGN_VERIFY",
    "VerifyMac": "GENERATE_VERIFY_MAC",
}
_SYMMETRIC_ONLY = {"DisableKeyRotation", "EnableKeyRotation", "RotateKeyOnDemand"}


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
    symmetric = key.key_spec == "SYMMETRIC_DEFAULT"
    if symmetric and operation == "GetPublicKey":
        raise Refusal("UnsupportedOperationException", f"{key.arn} is a symmetric key.")
    if not symmetric and operation in _SYMMETRIC_ONLY:
        raise Refusal("UnsupportedOperationException", f"{key.arn} is not a symmetric key.")


def incorrect_key() -> Refusal:
    """Return the error for a key that did not encrypt the ciphertext or cannot decrypt."""
    return Refusal(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )
