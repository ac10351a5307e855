"""Key states of all kinds of keys, and dry runs without permission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import (
    DENIED,
    DISABLED,
    DRY_RUN,
    INCORRECT,
    STATE,
    UNSUPPORTED,
    VALIDATION,
)
from benchmarks.behaviours.grants import User
from benchmarks.behaviours.imported_material import external, import_into

IRELAND = "eu-west-1"
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
MAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
_AGREEMENT = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
_KINDS: dict[str, dict[str, Any]] = {
    "a signing key": SIGNING,
    "an HMAC key": MAC,
    "a multi-Region key": {"MultiRegion": True},
}
ROOT = "arn:aws:iam::123456789012:root"
_TAGS = [{"TagKey": "a", "TagValue": "b"}]
_OPERATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "describe_key": ({}, SUCCESS, SUCCESS),
    "disable_key": ({}, SUCCESS, STATE),
    "enable_key": ({}, SUCCESS, STATE),
    "get_key_policy": ({}, SUCCESS, SUCCESS),
    "list_grants": ({}, SUCCESS, SUCCESS),
    "list_resource_tags": ({}, SUCCESS, SUCCESS),
    "schedule_key_deletion": ({}, SUCCESS, STATE),
    "tag_resource": ({"Tags": _TAGS}, SUCCESS, STATE),
    "untag_resource": ({"TagKeys": ["a"]}, SUCCESS, STATE),
    "update_key_description": ({"Description": "x"}, SUCCESS, STATE),
}
"""Parameters, and the result while the key is disabled and while its deletion is pending."""
_PENDING_IMPORT: dict[str, tuple[dict[str, Any], str]] = {
    "cancel_key_deletion": ({}, STATE),
    "create_grant": ({"GranteePrincipal": ROOT, "Operations": ["Decrypt"]}, STATE),
    "delete_imported_key_material": ({}, SUCCESS),
    "describe_key": ({}, SUCCESS),
    "disable_key_rotation": ({}, UNSUPPORTED),
    "enable_key": ({}, STATE),
    "enable_key_rotation": ({}, UNSUPPORTED),
    "generate_data_key": ({"KeySpec": "AES_256"}, STATE),
    "generate_data_key_pair": ({"KeyPairSpec": "ECC_NIST_P256"}, STATE),
    "generate_data_key_without_plaintext": ({"KeySpec": "AES_256"}, STATE),
    "get_key_policy": ({}, SUCCESS),
    "list_grants": ({}, SUCCESS),
    "list_key_policies": ({}, SUCCESS),
    "list_resource_tags": ({}, SUCCESS),
    "schedule_key_deletion": ({}, SUCCESS),
    "tag_resource": ({"Tags": _TAGS}, SUCCESS),
    "untag_resource": ({"TagKeys": ["a"]}, SUCCESS),
    "update_key_description": ({"Description": "x"}, SUCCESS),
}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    states = "Key states of AWS KMS keys, AWS KMS Developer Guide"
    yield from rows("Key states of other keys", states, _states())
    yield from rows("Multi-Region keys", "Change the primary key, the same guide", _primary())
    yield from rows("Imported key material", "Requirements, the same guide", _material())
    yield from rows("Dry runs", "Testing your permissions, the same guide", _dry_runs())
    yield from rows("Grants", "CreateGrant, AWS KMS API Reference", _grants())


def _states() -> Iterator[Row]:
    for kind, options in _KINDS.items():
        for operation, (given, disabled, pending_deletion) in _OPERATIONS.items():
            yield (
                f"{operation} of {kind}, Disabled",
                disabled,
                _in("Disabled", options, operation, given),
            )
            yield (
                f"{operation} of {kind}, PendingDeletion",
                pending_deletion,
                _in("PendingDeletion", options, operation, given),
            )
    for operation, (given, documented) in _PENDING_IMPORT.items():
        yield f"{operation}, PendingImport", documented, _before_import(operation, given)
    yield "sign, PendingImport", STATE, _signed_before_import
    yield "get_public_key, PendingImport", STATE, _public_key_before_import
    yield (
        "The message: CancelKeyDeletion, PendingImport",
        "is not pending deletion.",
        _message_before_import,
    )


def _primary() -> Iterator[Row]:
    yield "UpdatePrimaryRegion to a disabled replica", DISABLED, _moved_to("Disabled")
    yield (
        "UpdatePrimaryRegion to a replica that is pending deletion",
        STATE,
        _moved_to("PendingDeletion"),
    )


def _material() -> Iterator[Row]:
    for name, documented, encoding in (
        ("PKCS #8", SUCCESS, serialization.PrivateFormat.PKCS8),
        ("the traditional encoding", INCORRECT, serialization.PrivateFormat.TraditionalOpenSSL),
    ):
        yield f"An elliptic curve key in {name}", documented, _imported(SIGNING, encoding)
        options = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
        yield f"An RSA key in {name}", documented, _imported(options, encoding)


def _dry_runs() -> Iterator[Row]:
    for kind, operation, given in _DRY_RUNS:
        yield (
            f"{operation}, a dry run with permission",
            DRY_RUN,
            _dry(kind, operation, given, may=True),
        )
        yield (
            f"{operation}, a dry run without permission",
            DENIED,
            _dry(kind, operation, given, may=False),
        )


def _grants() -> Iterator[Row]:
    yield (
        "A grant without operations",
        VALIDATION,
        lambda a: a.kms.create_grant(KeyId=a.key(), GranteePrincipal=ROOT, Operations=[]),
    )
    both = {"EncryptionContextEquals": {"a": "1"}, "EncryptionContextSubset": {"a": "1"}}
    yield (
        "Both constraints on the encryption context (aws-sdk-java issue 328)",
        VALIDATION,
        lambda a: a.kms.create_grant(
            KeyId=a.key(), GranteePrincipal=ROOT, Operations=["Decrypt"], Constraints=both
        ),
    )


# ------------------------------------------------------------------------------------ states


def _disabled(account: Account, key_id: str) -> None:
    account.kms.disable_key(KeyId=key_id)


def _pending_deletion(account: Account, key_id: str) -> None:
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)


_INTO = {"Disabled": _disabled, "PendingDeletion": _pending_deletion}


def _in(state: str, options: Mapping[str, Any], operation: str, given: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(**options)
        _INTO[state](account, key_id)
        getattr(account.kms, operation)(KeyId=key_id, **given)

    return call


def _before_import(operation: str, given: Mapping[str, Any]) -> Call:
    return lambda account: getattr(account.kms, operation)(KeyId=external(account), **given)


def _signed_before_import(account: Account) -> None:
    key_id = external(account, **SIGNING)
    account.kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")


def _public_key_before_import(account: Account) -> None:
    account.kms.get_public_key(KeyId=external(account, **SIGNING))


def _message_before_import(account: Account) -> str:
    found = message(_before_import("cancel_key_deletion", {}), account)
    return found[-len("is not pending deletion.") :]


def message(call: Call, account: Account) -> str:
    try:
        call(account)
    except account.kms.exceptions.ClientError as error:
        return str(error.response["Error"]["Message"])
    return SUCCESS


def _moved_to(state: str) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(MultiRegion=True)
        account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)
        replica = Account(account.emulator)
        replica.kms = account.in_region(IRELAND)
        _INTO[state](replica, key_id)
        account.kms.update_primary_region(KeyId=key_id, PrimaryRegion=IRELAND)

    return call


# ---------------------------------------------------------------------------------- material


def _imported(options: dict[str, Any], encoding: serialization.PrivateFormat) -> Call:
    def call(account: Account) -> None:
        is_rsa = options["KeySpec"].startswith("RSA")
        private: Any = (
            rsa.generate_private_key(65537, 2048)
            if is_rsa
            else ec.generate_private_key(ec.SECP256R1())
        )
        secret = private.private_bytes(
            serialization.Encoding.DER, encoding, serialization.NoEncryption()
        )
        wrapping = ("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048")
        import_into(account, external(account, **options), secret, wrapping=wrapping)

    return call


# ---------------------------------------------------------------------------------- dry runs

_SIGN = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
_MAKE = {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
_DRY_RUNS: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({}, "encrypt", {"Plaintext": b"x"}),
    ({}, "generate_data_key", {"KeySpec": "AES_256"}),
    ({}, "generate_data_key_without_plaintext", {"KeySpec": "AES_256"}),
    ({}, "generate_data_key_pair", {"KeyPairSpec": "ECC_NIST_P256"}),
    ({}, "generate_data_key_pair_without_plaintext", {"KeyPairSpec": "ECC_NIST_P256"}),
    ({}, "create_grant", {"GranteePrincipal": ROOT, "Operations": ["Decrypt"]}),
    (SIGNING, "sign", _SIGN),
    (SIGNING, "verify", _SIGN),
    (MAC, "generate_mac", _MAKE),
    (MAC, "verify_mac", _MAKE),
    (_AGREEMENT, "derive_shared_secret", {"KeyAgreementAlgorithm": "ECDH"}),
]


def _dry(kind: dict[str, Any], operation: str, given: dict[str, Any], *, may: bool) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(**kind)
        made = _made(account, operation, key_id, given)
        kms = account.kms if may else User(account).kms
        getattr(kms, operation)(KeyId=key_id, DryRun=True, **given, **made)

    return call


def _made(account: Account, operation: str, key_id: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameter of an operation that another one makes."""
    if operation == "verify":
        return {"Signature": account.kms.sign(KeyId=key_id, **given)["Signature"]}
    if operation == "verify_mac":
        return {"Mac": account.kms.generate_mac(KeyId=key_id, **given)["Mac"]}
    if operation == "derive_shared_secret":
        return {"PublicKey": account.kms.get_public_key(KeyId=key_id)["PublicKey"]}
    return {}
