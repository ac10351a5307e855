"""Each kind of key: which key specs and key usages fit, and which operations each usage has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import INVALID_CIPHERTEXT, UNSUPPORTED, USAGE, VALIDATION

_USAGES = (
    *("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"),
    "ENCAPSULATE_DECAPSULATE",
)
_OF_SPEC: dict[str, tuple[str, ...]] = {
    "SYMMETRIC_DEFAULT": ("ENCRYPT_DECRYPT",),
    "RSA_2048": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "ECC_NIST_P384": ("SIGN_VERIFY", "KEY_AGREEMENT"),
    "ECC_NIST_EDWARDS25519": ("SIGN_VERIFY",),
    "ECC_SECG_P256K1": ("SIGN_VERIFY",),
    "HMAC_512": ("GENERATE_VERIFY_MAC",),
    "ML_DSA_65": ("SIGN_VERIFY",),
    "ML_KEM_768": ("ENCAPSULATE_DECAPSULATE",),
}
"""The key usages of one key spec of each family."""
_OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "encrypt": ("ENCRYPT_DECRYPT", {"Plaintext": b"x"}),
    "generate_data_key_pair": ("ENCRYPT_DECRYPT", {"KeyPairSpec": "ECC_NIST_P256"}),
    "sign": ("SIGN_VERIFY", {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}),
    "verify_mac": (
        "GENERATE_VERIFY_MAC",
        {"Message": b"m", "Mac": b"m" * 32, "MacAlgorithm": "HMAC_SHA_256"},
    ),
    "derive_shared_secret": ("KEY_AGREEMENT", {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"x"}),
    "decapsulate": (
        "ENCAPSULATE_DECAPSULATE",
        {"EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": b"x" * 1088},
    ),
}
_KINDS = {
    "a symmetric key": ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    "an RSA key for encryption": ("RSA_2048", "ENCRYPT_DECRYPT"),
    "an RSA key for signing": ("RSA_2048", "SIGN_VERIFY"),
    "an elliptic curve key for signing": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "a key for key agreement": ("ECC_NIST_P256", "KEY_AGREEMENT"),
    "an HMAC key": ("HMAC_256", "GENERATE_VERIFY_MAC"),
    "an ML-DSA key": ("ML_DSA_44", "SIGN_VERIFY"),
    "an ML-KEM key": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    yield from rows("Kinds of keys", "KeyUsage, CreateKey, AWS KMS API Reference", _usages())
    yield from rows("Kinds of keys", "InvalidKeyUsageException, AWS KMS API Reference", _wrong())
    yield from rows("Kinds of keys", "Key type reference, AWS KMS Developer Guide", _rotation())
    yield from rows(
        "Kinds of keys", "SigningAlgorithm, Key spec reference, AWS KMS Developer Guide", _signing()
    )
    yield from rows("Kinds of keys", "ML-KEM keys, AWS KMS Developer Guide", _encapsulation())
    yield from rows("Kinds of keys", "CreateKey, AWS KMS API Reference", _created())
    yield from rows("Kinds of keys", "Operations, CreateGrant, AWS KMS API Reference", _grants())


def _usages() -> Iterator[Row]:
    for spec, usages in _OF_SPEC.items():
        for usage in _USAGES:
            documented = SUCCESS if usage in usages else VALIDATION
            yield f"A key of {spec} for {usage}", documented, _created_as(spec, usage)
    for spec in (one for one in _OF_SPEC if one != "SYMMETRIC_DEFAULT"):
        yield f"A key of {spec}, without a key usage", VALIDATION, _created_as(spec)


def _wrong() -> Iterator[Row]:
    for operation, (needed, options) in _OPERATIONS.items():
        for kind, (spec, usage) in _KINDS.items():
            if usage != needed:
                name = f"{operation} with {kind}"
                yield name, USAGE, _called(operation, spec, usage, options)
    for kind, (spec, usage) in _KINDS.items():
        if usage not in ("ENCRYPT_DECRYPT", "SIGN_VERIFY"):
            yield f"re_encrypt under {kind}", USAGE, _re_encrypted(spec, usage)


def _rotation() -> Iterator[Row]:
    for kind, (spec, usage) in _KINDS.items():
        documented = SUCCESS if spec == "SYMMETRIC_DEFAULT" else UNSUPPORTED
        for operation in ("rotate_key_on_demand", "list_key_rotations"):
            yield f"{operation} of {kind}", documented, _called(operation, spec, usage, {})
        is_public = usage != "GENERATE_VERIFY_MAC" and spec != "SYMMETRIC_DEFAULT"
        documented = SUCCESS if is_public else UNSUPPORTED
        yield f"get_public_key of {kind}", documented, _called("get_public_key", spec, usage, {})


def _signing() -> Iterator[Row]:
    for spec, fitting, wrong in (
        ("ECC_NIST_P384", "ECDSA_SHA_384", "ECDSA_SHA_512"),
        ("ECC_NIST_P521", "ECDSA_SHA_512", "ECDSA_SHA_384"),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256", "ECDSA_SHA_384"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "ECDSA_SHA_512"),
        ("ML_DSA_65", "ML_DSA_SHAKE_256", "ECDSA_SHA_256"),
        ("ML_DSA_87", "ML_DSA_SHAKE_256", "RSASSA_PSS_SHA_256"),
        ("RSA_2048", "RSASSA_PSS_SHA_384", "ML_DSA_SHAKE_256"),
    ):
        yield f"{spec} signs and verifies by {fitting}", "True", _verified(spec, fitting)
        options = {"Message": b"m", "SigningAlgorithm": wrong}
        yield f"{spec} signs by {wrong}", USAGE, _called("sign", spec, "SIGN_VERIFY", options)
    for spec, length in (("ML_DSA_44", 2420), ("ML_DSA_65", 3309), ("ML_DSA_87", 4627)):
        yield f"The length of a signature of {spec}", str(length), _signature_length(spec)


def _encapsulation() -> Iterator[Row]:
    for spec, length in (("ML_KEM_768", 1088), ("ML_KEM_1024", 1568)):
        yield f"Decapsulate returns the secret of Encapsulate: {spec}", "True", _agreed(spec)
        yield f"The length of an encapsulated secret: {spec}", str(length), _encapsulated(spec)
        yield f"A secret that is altered: {spec}", "32 other bytes", _altered(spec)
        yield (
            f"A secret of another length: {spec}",
            INVALID_CIPHERTEXT,
            _called(
                "decapsulate",
                spec,
                "ENCAPSULATE_DECAPSULATE",
                {"EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": b"x" * 100},
            ),
        )
    yield "A data key pair of ML_KEM_768, and one of ML_KEM_1024", "equal lengths", _seeds


def _created() -> Iterator[Row]:
    yield (
        "CustomerMasterKeySpec of a newer key spec",
        VALIDATION,
        lambda a: a.unchecked.create_key(CustomerMasterKeySpec="ML_DSA_44", KeyUsage="SIGN_VERIFY"),
    )
    for spec, usages in _OF_SPEC.items():
        yield (
            f"A multi-Region key of {spec}",
            "True",
            _metadata(spec, usages[0], "MultiRegion", MultiRegion=True),
        )
        yield (
            f"A key of {spec} for imported key material",
            "PendingImport",
            _metadata(spec, usages[0], "KeyState", Origin="EXTERNAL"),
        )


def _grants() -> Iterator[Row]:
    for operation, kind, documented in (
        ("Encrypt", "an RSA key for encryption", SUCCESS),
        ("GenerateDataKeyPair", "an RSA key for encryption", VALIDATION),
        ("GetPublicKey", "a symmetric key", VALIDATION),
        ("GetPublicKey", "an RSA key for encryption", SUCCESS),
        ("GetPublicKey", "an HMAC key", VALIDATION),
        ("GenerateMac", "an HMAC key", SUCCESS),
        ("VerifyMac", "a symmetric key", VALIDATION),
        ("DeriveSharedSecret", "a key for key agreement", SUCCESS),
        ("DeriveSharedSecret", "an elliptic curve key for signing", VALIDATION),
        ("Encapsulate", "an ML-KEM key", SUCCESS),
        ("Decapsulate", "a symmetric key", VALIDATION),
        ("Verify", "an ML-DSA key", SUCCESS),
        ("ReEncryptTo", "an RSA key for encryption", SUCCESS),
        ("ReEncryptFrom", "an RSA key for signing", VALIDATION),
        ("Sign", "a symmetric key", VALIDATION),
        ("DescribeKey", "an HMAC key", SUCCESS),
    ):
        yield f"{operation} in a grant for {kind}", documented, _granted(operation, kind)


# ------------------------------------------------------------------------------------- calls


def _created_as(spec: str, usage: str = "") -> Call:
    def call(account: Account) -> None:
        account.kms.create_key(KeySpec=spec, **({"KeyUsage": usage} if usage else {}))

    return call


def _called(operation: str, spec: str, usage: str, options: dict[str, Any]) -> Call:
    def call(account: Account) -> None:
        getattr(account.kms, operation)(KeyId=account.key(spec, usage), **options)

    return call


def _re_encrypted(spec: str, usage: str) -> Call:
    def call(account: Account) -> None:
        blob = account.blob(account.key())
        account.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=account.key(spec, usage))

    return call


def _signed(account: Account, spec: str, algorithm: str) -> dict[str, Any]:
    options = {"KeyId": account.key(spec, "SIGN_VERIFY"), "SigningAlgorithm": algorithm}
    made = account.kms.sign(Message=b"m", **options)
    return {**options, "Message": b"m", "Signature": made["Signature"]}


def _verified(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> str:
        given = _signed(account, spec, algorithm)
        return str(account.kms.verify(**given)["SignatureValid"])

    return call


def _signature_length(spec: str) -> Call:
    return lambda account: str(len(_signed(account, spec, "ML_DSA_SHAKE_256")["Signature"]))


_AGREED = {"EncapsulationAlgorithm": "ML_KEM"}


def _secret(account: Account, spec: str) -> tuple[str, Any]:
    key = account.key(spec, "ENCAPSULATE_DECAPSULATE")
    return key, account.kms.encapsulate(KeyId=key, **_AGREED)


def _agreed(spec: str) -> Call:
    def call(account: Account) -> str:
        key, made = _secret(account, spec)
        blob = made["SharedSecretCiphertextBlob"]
        found = account.kms.decapsulate(KeyId=key, SharedSecretCiphertextBlob=blob, **_AGREED)
        return str(found["SharedSecret"] == made["SharedSecret"])

    return call


def _encapsulated(spec: str) -> Call:
    return lambda account: str(len(_secret(account, spec)[1]["SharedSecretCiphertextBlob"]))


def _altered(spec: str) -> Call:
    def call(account: Account) -> str:
        key, made = _secret(account, spec)
        blob = bytes([made["SharedSecretCiphertextBlob"][0] ^ 1])
        blob += made["SharedSecretCiphertextBlob"][1:]
        found = account.kms.decapsulate(KeyId=key, SharedSecretCiphertextBlob=blob, **_AGREED)
        secret = found["SharedSecret"]
        other = "other" if secret != made["SharedSecret"] else "same"
        return f"{len(secret)} {other} bytes"

    return call


def _seeds(account: Account) -> str:
    key = account.key()
    lengths = {
        len(account.kms.generate_data_key_pair(KeyId=key, KeyPairSpec=spec)["PrivateKeyPlaintext"])
        for spec in ("ML_KEM_768", "ML_KEM_1024")
    }
    return "equal lengths" if len(lengths) == 1 else "other lengths"


def _metadata(spec: str, usage: str, field: str, **options: Any) -> Call:
    return lambda account: str(account.metadata(account.key(spec, usage, **options))[field])


def _granted(operation: str, kind: str) -> Call:
    def call(account: Account) -> None:
        account.kms.create_grant(
            KeyId=account.key(*_KINDS[kind]),
            GranteePrincipal="arn:aws:iam::123456789012:root",
            Operations=[operation],
        )

    return call
