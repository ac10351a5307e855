"""What the page of each operation documents of its limits and its errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import (
    DISABLED,
    DRY_RUN,
    INVALID_CIPHERTEXT,
    MALFORMED,
    NOT_FOUND,
    UNSUPPORTED,
    USAGE,
    VALIDATION,
)
from benchmarks.behaviours.imported_material import external, parameters
from benchmarks.behaviours.operation_answers import _mac
from benchmarks.behaviours.operations import PAGE, RSA, SIGNING, disabled, grant


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    yield from rows("Limits", PAGE, _limits())
    yield from rows("Errors of one operation", PAGE, _errors())


def _limits() -> Iterator[Row]:
    for name, options in _TOO_MUCH.items():
        operation = name.partition(":")[0]
        yield f"{operation}{name.partition(':')[2]}", VALIDATION, _unchecked(operation, options)
    yield "ReplicateKey with 51 tags", "TagException", _many_tags
    yield "A grant constraint of 8 pairs", SUCCESS, _constrained({str(n): "x" for n in range(8)})
    yield "A grant constraint of 9 pairs", VALIDATION, _constrained({str(n): "x" for n in range(9)})
    yield "A grant constraint of 384 characters", SUCCESS, _constrained({"a": "x" * 384})
    yield "A grant constraint of 385 characters", VALIDATION, _constrained({"a": "x" * 385})


def _errors() -> Iterator[Row]:
    yield "A grant constraint on an RSA key", VALIDATION, _constrained({"a": "x"}, *RSA)
    yield (
        "ListGrants of a grant that does not exist",
        "InvalidGrantIdException",
        lambda a: a.kms.list_grants(KeyId=a.key(), GrantId="0" * 64),
    )
    yield (
        "ListKeyRotations of an RSA key",
        UNSUPPORTED,
        lambda a: a.kms.list_key_rotations(KeyId=a.key(*RSA)),
    )
    yield (
        "GetKeyPolicy of another name",
        NOT_FOUND,
        lambda a: a.kms.get_key_policy(KeyId=a.key(), PolicyName="mine"),
    )
    yield (
        "PutKeyPolicy of what is no JSON",
        MALFORMED,
        lambda a: a.kms.put_key_policy(KeyId=a.key(), Policy="{"),
    )
    yield (
        "VerifyMac of another message",
        "KMSInvalidMacException",
        lambda a: _mac(a, b"one", b"another"),
    )
    yield (
        "GenerateMac with an RSA key",
        USAGE,
        lambda a: a.kms.generate_mac(KeyId=a.key(*RSA), Message=b"m", MacAlgorithm="HMAC_SHA_256"),
    )
    yield (
        "Verify with an algorithm of another key spec",
        USAGE,
        lambda a: a.kms.verify(
            KeyId=a.key(*SIGNING), Message=b"m", Signature=b"s", SigningAlgorithm="ECDSA_SHA_384"
        ),
    )
    yield "Sign a representative μ of 63 bytes", VALIDATION, _represented(63)
    yield "Sign a representative μ of 64 bytes", SUCCESS, _represented(64)
    yield "ReEncrypt of what is no ciphertext", INVALID_CIPHERTEXT, _nonsense
    yield "ReEncrypt under a disabled key", DISABLED, _under_disabled
    yield "A marker of another operation", "InvalidMarkerException", _foreign_marker
    yield "An import token after a day", "ExpiredImportTokenException", _late_token
    yield "A dry run of RevokeGrant", DRY_RUN, lambda a: _dry_grant(a, "revoke_grant")
    yield "A dry run of RetireGrant", DRY_RUN, lambda a: _dry_grant(a, "retire_grant")
    yield "XksKeyId with origin AWS_KMS", VALIDATION, lambda a: a.key(XksKeyId="b" * 8)
    yield (
        "Two names of a custom key store",
        VALIDATION,
        lambda a: a.kms.describe_custom_key_stores(CustomKeyStoreId="c", CustomKeyStoreName="n"),
    )


_TOO_MUCH: dict[str, dict[str, Any]] = {
    "encrypt: no plaintext": {"Plaintext": b""},
    "encrypt: 11 grant tokens": {"Plaintext": b"x", "GrantTokens": ["t"] * 11},
    "encrypt: an empty grant token": {"Plaintext": b"x", "GrantTokens": [""]},
    "decrypt: 6,145 bytes": {"CiphertextBlob": b"x" * 6145},
    "create_grant: a name of 257 characters": {
        "GranteePrincipal": "arn:aws:iam::123456789012:root",
        "Operations": ["Encrypt"],
        "Name": "x" * 257,
    },
    "put_key_policy: 131,073 characters": {"Policy": "x" * 131_073},
    "list_key_rotations: an unknown kind": {"IncludeKeyMaterial": "SOME"},
    "get_parameters_for_import: an unknown spec": {
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_1024",
    },
    "replicate_key: a Region of 33 characters": {"ReplicaRegion": "x" * 33},
    "generate_mac: no message": {"Message": b"", "MacAlgorithm": "HMAC_SHA_256"},
    "verify_mac: a MAC of 6,145 bytes": {
        "Message": b"m",
        "Mac": b"x" * 6145,
        "MacAlgorithm": "HMAC_SHA_256",
    },
    "verify: a signature of 6,145 bytes": {
        "Message": b"m",
        "Signature": b"x" * 6145,
        "SigningAlgorithm": "ECDSA_SHA_256",
    },
    "derive_shared_secret: a public key of 8,193 bytes": {
        "PublicKey": b"x" * 8193,
        "KeyAgreementAlgorithm": "ECDH",
    },
}
"""Parameters that break one limit, by operation and limit."""


def _unchecked(operation: str, options: dict[str, Any]) -> Call:
    def call(account: Account) -> None:
        key = {} if operation == "decrypt" else {"KeyId": account.key()}
        getattr(account.unchecked, operation)(**key, **options)

    return call


def _many_tags(account: Account) -> None:
    tags = [{"TagKey": str(number), "TagValue": ""} for number in range(51)]
    key_id = account.key(MultiRegion=True)
    account.unchecked.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Tags=tags)


def _constrained(pairs: dict[str, str], *key: str) -> Call:
    constraints = {"EncryptionContextSubset": pairs}
    return lambda account: grant(account, account.key(*key), Constraints=constraints)


def _represented(length: int) -> Call:
    return lambda account: account.kms.sign(
        KeyId=account.key("ML_DSA_44", "SIGN_VERIFY"),
        Message=b"x" * length,
        MessageType="EXTERNAL_MU",
        SigningAlgorithm="ML_DSA_SHAKE_256",
    )


def _nonsense(account: Account) -> None:
    account.kms.re_encrypt(CiphertextBlob=b"x" * 64, DestinationKeyId=account.key())


def _under_disabled(account: Account) -> None:
    blob, key_id = account.blob(account.key()), disabled(account, account.key())
    account.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)


def _foreign_marker(account: Account) -> None:
    for _ in range(2):
        account.key()
    marker = account.kms.list_keys(Limit=1)["NextMarker"]
    account.kms.list_aliases(Marker=marker)


def _late_token(account: Account) -> None:
    key_id = external(account)
    given = parameters(account, key_id)
    account.emulator.advance(days=2)
    account.kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=b"x",
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )


def _dry_grant(account: Account, operation: str) -> None:
    key_id = account.key()
    grant_id = grant(account, key_id)["GrantId"]
    key_arn = account.metadata(key_id)["Arn"]
    getattr(account.kms, operation)(KeyId=key_arn, GrantId=grant_id, DryRun=True)
