"""Symmetric encryption, data keys, data key pairs and random bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives import serialization

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import (
    DISABLED,
    DRY_RUN,
    INVALID_CIPHERTEXT,
    USAGE,
    VALIDATION,
)


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of symmetric keys."""
    yield from rows("Encryption", "Encrypt, Decrypt, AWS KMS API Reference", _encryption())
    yield from rows("Data keys", "GenerateDataKey, AWS KMS API Reference", _data_keys())
    yield from rows("Dry runs", "Testing your permissions, AWS KMS Developer Guide", _dry_runs())


def _encryption() -> Iterator[Row]:
    yield (
        "ReEncrypt with the wrong source key",
        "IncorrectKeyException",
        lambda a: a.kms.re_encrypt(
            CiphertextBlob=a.blob(a.key()), SourceKeyId=a.key(), DestinationKeyId=a.key()
        ),
    )
    yield (
        "ReEncrypt without the encryption context",
        INVALID_CIPHERTEXT,
        lambda a: a.kms.re_encrypt(CiphertextBlob=a.blob(a.key(), a="b"), DestinationKeyId=a.key()),
    )
    yield "ReEncrypt gives another encryption context", SUCCESS, _other_context
    yield "Decrypt says which key material it used", SUCCESS, _material
    yield (
        "Decrypt with an HMAC key",
        "IncorrectKeyException",
        lambda a: a.kms.decrypt(
            KeyId=a.key("HMAC_256", "GENERATE_VERIFY_MAC"), CiphertextBlob=b"x"
        ),
    )
    yield (
        "Encrypt with an HMAC key",
        USAGE,
        lambda a: a.kms.encrypt(KeyId=a.key("HMAC_256", "GENERATE_VERIFY_MAC"), Plaintext=b"x"),
    )
    yield (
        "Decrypt with a grant token that is none",
        "InvalidGrantTokenException",
        lambda a: a.kms.decrypt(CiphertextBlob=a.blob(a.key()), GrantTokens=["none"]),
    )


def _other_context(account: Account) -> None:
    key_id = account.key()
    blob = account.kms.re_encrypt(
        CiphertextBlob=account.blob(key_id, a="b"),
        SourceEncryptionContext={"a": "b"},
        DestinationKeyId=key_id,
        DestinationEncryptionContext={"c": "d"},
    )["CiphertextBlob"]
    account.kms.decrypt(CiphertextBlob=blob, EncryptionContext={"c": "d"})


def _material(account: Account) -> str:
    key_id = account.key()
    used = account.kms.decrypt(CiphertextBlob=account.blob(key_id)).get("KeyMaterialId", "none")
    return SUCCESS if used == account.metadata(key_id).get("CurrentKeyMaterialId") else str(used)


# --------------------------------------------------------------------------------- data keys


def _data_keys() -> Iterator[Row]:
    for spec, length in (("AES_128", 16), ("AES_256", 32)):
        yield f"The length of a data key of {spec}", str(length), _data_key(KeySpec=spec)
    for number in (1, 64, 1024):
        yield f"A data key of {number} bytes", str(number), _data_key(NumberOfBytes=number)
    yield "A data key of 1,025 bytes", VALIDATION, _data_key(NumberOfBytes=1025)
    yield "A data key of no bytes", VALIDATION, _data_key(NumberOfBytes=0)
    yield "A data key without a size", VALIDATION, _data_key()
    yield "A data key of two sizes", VALIDATION, _data_key(KeySpec="AES_256", NumberOfBytes=32)
    yield "A data key of an unknown spec", VALIDATION, _data_key(KeySpec="AES_512")
    for spec in ("RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"):
        yield f"The two halves of a data key pair belong together: {spec}", SUCCESS, _pair(spec)
    yield (
        "A data key pair without plaintext has none",
        "False",
        lambda a: str(
            "PrivateKeyPlaintext"
            in a.kms.generate_data_key_pair_without_plaintext(
                KeyId=a.key(), KeyPairSpec="ECC_NIST_P256"
            )
        ),
    )
    yield (
        "A data key pair of an unknown spec",
        VALIDATION,
        lambda a: a.unchecked.generate_data_key_pair(KeyId=a.key(), KeyPairSpec="RSA_1024"),
    )
    yield "GenerateRandom without a number", VALIDATION, lambda a: a.kms.generate_random()
    yield "GenerateRandom of no bytes", VALIDATION, _random(0)
    yield "GenerateRandom of 1,024 bytes", "1024", _random(1024)
    yield "GenerateRandom of 1,025 bytes", VALIDATION, _random(1025)


def _data_key(**size: Any) -> Call:
    def call(account: Account) -> str:
        made = account.unchecked.generate_data_key(KeyId=account.key(), **size)
        assert (
            account.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]
            == (made["Plaintext"])
        )
        return str(len(made["Plaintext"]))

    return call


def _pair(spec: str) -> Call:
    def call(account: Account) -> str:
        pair = account.kms.generate_data_key_pair(KeyId=account.key(), KeyPairSpec=spec)
        private = account.kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"]
        loaded: Any = serialization.load_der_private_key(private, None)
        public = loaded.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return SUCCESS if public == pair["PublicKey"] else "another public key"

    return call


def _random(number: int) -> Call:
    return lambda account: str(
        len(account.unchecked.generate_random(NumberOfBytes=number)["Plaintext"])
    )


# ---------------------------------------------------------------------------------- dry runs


def _dry_runs() -> Iterator[Row]:
    for name, call in _DRY.items():
        yield f"{name} with DryRun", DRY_RUN, call
    yield (
        "Decrypt with DryRun of what is no ciphertext",
        INVALID_CIPHERTEXT,
        lambda a: a.kms.decrypt(KeyId=a.key(), CiphertextBlob=b"x" * 200, DryRun=True),
    )
    yield (
        "Sign with DryRun and a wrong algorithm",
        USAGE,
        lambda a: a.kms.sign(
            KeyId=a.key("ECC_NIST_P256", "SIGN_VERIFY"),
            Message=b"x",
            SigningAlgorithm="ECDSA_SHA_512",
            DryRun=True,
        ),
    )
    yield "Encrypt with DryRun and a disabled key", DISABLED, _dry_run_disabled
    yield (
        "Decrypt with DryRun and IGNORE_CIPHERTEXT",
        DRY_RUN,
        lambda a: a.unchecked.decrypt(
            KeyId=a.key(), DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"]
        ),
    )
    yield "A dry run of CreateGrant creates none", "[]", _dry_run_grant


_DRY: dict[str, Call] = {
    "Decrypt": lambda a: a.kms.decrypt(CiphertextBlob=a.blob(a.key()), DryRun=True),
    "ReEncrypt": lambda a: a.kms.re_encrypt(
        CiphertextBlob=a.blob(a.key()), DestinationKeyId=a.key(), DryRun=True
    ),
    "GenerateDataKey": lambda a: a.kms.generate_data_key(
        KeyId=a.key(), KeySpec="AES_256", DryRun=True
    ),
    "GenerateDataKeyPair": lambda a: a.kms.generate_data_key_pair(
        KeyId=a.key(), KeyPairSpec="ECC_NIST_P256", DryRun=True
    ),
    "GenerateMac": lambda a: a.kms.generate_mac(
        KeyId=a.key("HMAC_256", "GENERATE_VERIFY_MAC"),
        Message=b"x",
        MacAlgorithm="HMAC_SHA_256",
        DryRun=True,
    ),
    "Sign": lambda a: a.kms.sign(
        KeyId=a.key("ECC_NIST_P256", "SIGN_VERIFY"),
        Message=b"x",
        SigningAlgorithm="ECDSA_SHA_256",
        DryRun=True,
    ),
    "CreateGrant": lambda a: _dry_grant(a, a.key()),
}


def _dry_grant(account: Account, key_id: str) -> Any:
    root = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    return account.kms.create_grant(
        KeyId=key_id, GranteePrincipal=root, Operations=["Decrypt"], DryRun=True
    )


def _dry_run_disabled(account: Account) -> None:
    key_id = account.key()
    account.kms.disable_key(KeyId=key_id)
    account.kms.encrypt(KeyId=key_id, Plaintext=b"x", DryRun=True)


def _dry_run_grant(account: Account) -> str:
    key_id = account.key()
    with suppress(account.kms.exceptions.DryRunOperationException):
        _dry_grant(account, key_id)
    return str(account.kms.list_grants(KeyId=key_id)["Grants"])
