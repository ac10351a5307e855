"""Cryptographic operations that AWS KMS refuses."""

from __future__ import annotations

from kmsdemo.sandbox import mock_kms
from tests.sandbox.kms.refusals.refused import (
    UNSUPPORTED,
    VALIDATION,
    Refusal,
    constraint,
    new,
    rsa,
    signing,
)
from tests.sandbox.kms.test_recorded import Account

ENCLAVE = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"x"}
NO_ENCLAVE = (
    "The sandbox cannot verify the attestation document of an enclave, and never returns plaintext "
    "instead. Leave Recipient out, or ask AWS KMS."
)
UNKNOWN_MATERIAL = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)


def null(name: str) -> str:
    return constraint(" null", name, "Member must not be null")


def re_encrypted_under(a: Account, *, disabled: str) -> None:
    source, target = new(a), new(a)
    blob = a.kms.encrypt(KeyId=source, Plaintext=b"x")["CiphertextBlob"]
    a.kms.disable_key(KeyId=source if disabled == "source" else target)
    a.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=target)


def of_deleted_key(a: Account) -> bytes:
    """Return a ciphertext whose key is deleted."""
    key_id = new(a)
    blob: bytes = a.kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    a.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    mock_kms.advance(days=8)
    return blob


CRYPTOGRAPHY: list[Refusal] = [
    (lambda a: a.kms.generate_random(NumberOfBytes=1, Recipient=ENCLAVE), UNSUPPORTED, NO_ENCLAVE),
    (lambda a: a.kms.generate_random(), VALIDATION, "NumberOfBytes is required."),
    (
        lambda a: a.kms.generate_random(NumberOfBytes=1, CustomKeyStoreId="cks-1"),
        "CustomKeyStoreNotFoundException",
        "Custom key store 'cks-1' does not exist. The sandbox has no custom key stores.",
    ),
    (
        lambda a: a.kms.generate_data_key(KeyId=new(a)),
        VALIDATION,
        "Please specify either number of bytes or key spec.",
    ),
    (
        lambda a: a.kms.generate_data_key(KeyId=rsa(a), KeySpec="AES_256"),
        "InvalidKeyUsageException",
        "<key> key spec is RSA_2048 which is not valid for GenerateDataKey.",
    ),
    (
        lambda a: a.kms.encrypt(
            KeyId=rsa(a), Plaintext=b"x" * 191, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
        VALIDATION,
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 "
        "bytes.",
    ),
    (
        lambda a: a.kms.encrypt(
            KeyId=rsa(a), Plaintext=b"x" * 215, EncryptionAlgorithm="RSAES_OAEP_SHA_1"
        ),
        VALIDATION,
        "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 "
        "bytes.",
    ),
    (
        lambda a: a.kms.encrypt(
            KeyId=rsa(a),
            Plaintext=b"x",
            EncryptionAlgorithm="RSAES_OAEP_SHA_1",
            EncryptionContext={"a": "b"},
        ),
        VALIDATION,
        "EncryptionContext is not compatible with algorithm RSAES_OAEP_SHA_1.",
    ),
    (
        lambda a: a.kms.encrypt(KeyId=rsa(a), Plaintext=b"x"),
        "InvalidKeyUsageException",
        "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.",
    ),
    (
        lambda a: a.kms.decrypt(
            KeyId=rsa(a),
            CiphertextBlob=b"x",
            EncryptionAlgorithm="RSAES_OAEP_SHA_1",
            EncryptionContext={"a": "b"},
        ),
        VALIDATION,
        "EncryptionContext is not compatible with algorithm RSAES_OAEP_SHA_1.",
    ),
    (
        lambda a: a.kms.decrypt(CiphertextBlob=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1"),
        VALIDATION,
        "KeyId is required for the algorithm RSAES_OAEP_SHA_1.",
    ),
    (
        lambda a: a.kms.re_encrypt(
            CiphertextBlob=b"x",
            DestinationKeyId=new(a),
            SourceEncryptionAlgorithm="RSAES_OAEP_SHA_1",
        ),
        VALIDATION,
        "SourceKeyId is required for the algorithm RSAES_OAEP_SHA_1.",
    ),
    (lambda a: a.kms.decrypt(KeyId=new(a)), VALIDATION, null("ciphertextBlob")),
    (
        lambda a: a.kms.decrypt(DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"]),
        VALIDATION,
        null("keyId"),
    ),
    (
        lambda a: a.kms.decrypt(CiphertextBlob=of_deleted_key(a)),
        "AccessDeniedException",
        UNKNOWN_MATERIAL,
    ),
    (lambda a: re_encrypted_under(a, disabled="source"), "DisabledException", "<key> is disabled."),
    (lambda a: re_encrypted_under(a, disabled="target"), "DisabledException", "<key> is disabled."),
    (
        lambda a: a.kms.get_public_key(KeyId=new(a)),
        UNSUPPORTED,
        "<key> is a symmetric key.",
    ),
    (
        lambda a: a.kms.get_public_key(KeyId=a.hmac()["KeyId"]),
        UNSUPPORTED,
        "<key> is a symmetric key.",
    ),
    (
        lambda a: a.kms.sign(KeyId=signing(a), Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256"),
        "InvalidKeyUsageException",
        "Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_NIST_P256.",
    ),
    (
        lambda a: a.kms.sign(
            KeyId=signing(a),
            Message=b"x",
            MessageType="EXTERNAL_MU",
            SigningAlgorithm="ECDSA_SHA_256",
        ),
        VALIDATION,
        "MessageType EXTERNAL_MU is not compatible with algorithm ECDSA_SHA_256.",
    ),
    (
        lambda a: a.kms.sign(
            KeyId=signing(a), Message=b"x", MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
        ),
        VALIDATION,
        "Digest is invalid length for algorithm ECDSA_SHA_256.",
    ),
    (
        lambda a: a.kms.sign(
            KeyId=a.signing("ECC_NIST_EDWARDS25519")["KeyId"],
            Message=b"x",
            MessageType="DIGEST",
            SigningAlgorithm="ED25519_SHA_512",
        ),
        VALIDATION,
        "MessageType DIGEST is not compatible with algorithm ED25519_SHA_512.",
    ),
    (
        lambda a: a.kms.verify(
            KeyId=signing(a), Message=b"x", Signature=b"y", SigningAlgorithm="ECDSA_SHA_256"
        ),
        "KMSInvalidSignatureException",
        "",
    ),
    (
        lambda a: a.kms.verify_mac(
            KeyId=a.hmac()["KeyId"], Message=b"x", Mac=b"y", MacAlgorithm="HMAC_SHA_256"
        ),
        "KMSInvalidMacException",
        "",
    ),
]
