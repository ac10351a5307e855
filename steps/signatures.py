"""Asymmetric keys: what they sign, and what anybody can do with their public keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pytest_bdd import given, then, when

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MESSAGE: Final = b"The lab begins at nine."
ANOTHER: Final = b"The lab begins at ten."


@given("a key that signs", target_fixture="asymmetric_key_id")
def create_signing_key(kms: KMSClient) -> str:
    return kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]


@given("a key that encrypts with its public key", target_fixture="asymmetric_key_id")
def create_rsa_key(kms: KMSClient) -> str:
    return kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]


@pytest.fixture
def public_key(kms: KMSClient, asymmetric_key_id: str) -> bytes:
    """The public key, which AWS KMS gives to callers with permission, and they to everyone."""
    return kms.get_public_key(KeyId=asymmetric_key_id)["PublicKey"]


@when("I sign a message", target_fixture="signature")
def sign(kms: KMSClient, asymmetric_key_id: str) -> bytes:
    return kms.sign(KeyId=asymmetric_key_id, Message=MESSAGE, SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]


@then("anybody can verify the signature with the public key")
def verifies(public_key: bytes, signature: bytes) -> None:
    verify_outside(public_key, signature, MESSAGE)


@then("the signature does not verify for another message")
def does_not_verify(public_key: bytes, signature: bytes) -> None:
    with pytest.raises(InvalidSignature):
        verify_outside(public_key, signature, ANOTHER)


@then("verifying another message with AWS KMS is an error")
def verifying_is_an_error(kms: KMSClient, asymmetric_key_id: str, signature: bytes) -> None:
    with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
        kms.verify(
            KeyId=asymmetric_key_id,
            Message=ANOTHER,
            Signature=signature,
            SigningAlgorithm="ECDSA_SHA_256",
        )


@when("anybody encrypts a message with the public key", target_fixture="encrypted_message")
def encrypt_outside(public_key: bytes) -> bytes:
    public = serialization.load_der_public_key(public_key)
    assert isinstance(public, rsa.RSAPublicKey)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    return public.encrypt(MESSAGE, oaep)


@then("AWS KMS decrypts the message")
def decrypts(kms: KMSClient, asymmetric_key_id: str, encrypted_message: bytes) -> None:
    answer = kms.decrypt(
        KeyId=asymmetric_key_id,
        CiphertextBlob=encrypted_message,
        EncryptionAlgorithm="RSAES_OAEP_SHA_256",
    )
    assert answer["Plaintext"] == MESSAGE


def verify_outside(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Verify a signature without AWS."""
    public = serialization.load_der_public_key(public_key)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
