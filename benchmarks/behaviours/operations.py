"""What the page of each operation documents of names of keys, and of states of other keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DISABLED, NOT_FOUND, STATE
from benchmarks.behaviours.imported_material import external, parameters, ready

PAGE = "The page of the operation, AWS KMS API Reference"
SIGNING = ("ECC_NIST_P256", "SIGN_VERIFY")
MAC = ("HMAC_256", "GENERATE_VERIFY_MAC")
_AGREEMENT = ("ECC_NIST_P256", "KEY_AGREEMENT")
RSA = ("RSA_2048", "ENCRYPT_DECRYPT")


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    yield from rows("Key states of other keys", "Key states of AWS KMS keys", _states())
    yield from rows("Names of keys", PAGE, _names())


def _states() -> Iterator[Row]:
    for name, key, call in _BY_SPEC:
        yield f"{name}, Disabled", DISABLED, _in_state(disabled, key, call)
        yield f"{name}, PendingDeletion", STATE, _in_state(pending_deletion, key, call)
    yield (
        "GetParametersForImport, PendingDeletion",
        STATE,
        lambda a: parameters(a, pending_deletion(a, external(a))),
    )
    yield (
        "DeleteImportedKeyMaterial, PendingDeletion",
        SUCCESS,
        lambda a: a.kms.delete_imported_key_material(KeyId=pending_deletion(a, ready(a))),
    )
    yield (
        "ListKeyRotations, PendingDeletion",
        SUCCESS,
        lambda a: a.kms.list_key_rotations(KeyId=pending_deletion(a, a.key())),
    )
    yield (
        "ReplicateKey, Disabled",
        DISABLED,
        lambda a: a.kms.replicate_key(
            KeyId=disabled(a, a.key(MultiRegion=True)), ReplicaRegion="eu-west-1"
        ),
    )
    yield (
        "The key state after CancelKeyDeletion",
        "Disabled",
        lambda a: str(a.metadata(saved(a))["KeyState"]),
    )


def _names() -> Iterator[Row]:
    for name, options in _NO_ALIAS.items():
        yield f"{name} by alias", NOT_FOUND, _by_alias(name, options)
    yield "DescribeKey by alias", SUCCESS, _by_alias("describe_key", {})
    yield "GetPublicKey by alias", SUCCESS, _by_alias("get_public_key", {}, *SIGNING)
    yield (
        "ListAliases of a key that does not exist",
        NOT_FOUND,
        lambda a: a.kms.list_aliases(KeyId="00000000-0000-0000-0000-000000000000"),
    )
    yield (
        "DescribeKey with an ARN of another service",
        "InvalidArnException",
        lambda a: a.kms.describe_key(KeyId="arn:aws:s3:::bucket"),
    )
    yield "The alias of a key that is gone names another key", SUCCESS, _alias_again


# ---------------------------------------------------------------------------------- the calls

_NO_ALIAS: dict[str, dict[str, Any]] = {
    "cancel_key_deletion": {},
    "create_grant": {
        "Operations": ["Encrypt"],
        "GranteePrincipal": "arn:aws:iam::123456789012:root",
    },
    "disable_key": {},
    "enable_key": {},
    "enable_key_rotation": {},
    "get_key_policy": {},
    "get_key_rotation_status": {},
    "list_key_policies": {},
    "list_resource_tags": {},
    "put_key_policy": {"Policy": "{}"},
    "rotate_key_on_demand": {},
    "schedule_key_deletion": {},
    "tag_resource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "untag_resource": {"TagKeys": ["a"]},
    "update_key_description": {"Description": "x"},
}
"""The operations that take key ids and key ARNs only, and their other parameters."""


def _signed(account: Account, key_id: str) -> Any:
    return account.kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")


def _verified(account: Account, key_id: str) -> Any:
    return account.kms.verify(
        KeyId=key_id, Message=b"m", Signature=b"s", SigningAlgorithm="ECDSA_SHA_256"
    )


def _made_mac(account: Account, key_id: str) -> Any:
    return account.kms.generate_mac(KeyId=key_id, Message=b"m", MacAlgorithm="HMAC_SHA_256")


def _verified_mac(account: Account, key_id: str) -> Any:
    return account.kms.verify_mac(KeyId=key_id, Message=b"m", Mac=b"m", MacAlgorithm="HMAC_SHA_256")


def _agreed(account: Account, key_id: str) -> Any:
    public = account.kms.get_public_key(KeyId=account.key(*_AGREEMENT))["PublicKey"]
    return account.kms.derive_shared_secret(
        KeyId=key_id, PublicKey=public, KeyAgreementAlgorithm="ECDH"
    )


def public_key(account: Account, key_id: str) -> Any:
    return account.kms.get_public_key(KeyId=key_id)


_BY_SPEC = (
    ("Sign", SIGNING, _signed),
    ("Verify", SIGNING, _verified),
    ("GetPublicKey", SIGNING, public_key),
    ("GenerateMac", MAC, _made_mac),
    ("VerifyMac", MAC, _verified_mac),
    ("DeriveSharedSecret", _AGREEMENT, _agreed),
)


def _in_state(change: Any, key: tuple[str, str], call: Any) -> Call:
    return lambda account: call(account, change(account, account.key(*key)))


def disabled(account: Account, key_id: str) -> str:
    account.kms.disable_key(KeyId=key_id)
    return key_id


def pending_deletion(account: Account, key_id: str) -> str:
    account.kms.schedule_key_deletion(KeyId=key_id)
    return key_id


def saved(account: Account) -> str:
    key_id = pending_deletion(account, account.key())
    account.kms.cancel_key_deletion(KeyId=key_id)
    return key_id


def _alias(account: Account, key_id: str) -> str:
    alias = f"alias/of-{key_id}"
    account.kms.create_alias(AliasName=alias, TargetKeyId=key_id)
    return alias


def _by_alias(operation: str, options: dict[str, Any], *key: str) -> Call:
    def call(account: Account) -> None:
        alias = _alias(account, account.key(*key))
        getattr(account.kms, operation)(KeyId=alias, **options)

    return call


def _alias_again(account: Account) -> None:
    key_id, other = account.key(), account.key()
    alias = _alias(account, key_id)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    account.emulator.advance(days=8)
    account.kms.create_alias(AliasName=alias, TargetKeyId=other)


def prefix(answer: Any, field: str = "KeyId") -> str:
    return str(answer.get(field)).partition(":")[0]


def grant(account: Account, key_id: str, **options: Any) -> Any:
    root = account.metadata(key_id)["Arn"].split(":")[4]
    given = {"GranteePrincipal": f"arn:aws:iam::{root}:root", "Operations": ["Decrypt"]}
    return account.kms.create_grant(KeyId=key_id, **given, **options)
