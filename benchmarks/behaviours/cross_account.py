"""Keys of other accounts: which operations use them, and whose permission that needs."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.behaviours.behaviour import (
    FAILS,
    SUCCESS,
    Account,
    Behaviour,
    Call,
    Row,
    fails,
    rows,
)
from benchmarks.behaviours.error_codes import DENIED, NOT_FOUND
from benchmarks.behaviours.users import EVERYTHING, OTHER, User, put_policy
from benchmarks.behaviours.valid_calls import ACROSS_ACCOUNTS, WITHIN_ACCOUNT, ValidCall

_BY_KEY_ONLY = ("create_grant", "get_key_rotation_status", "list_grants", "revoke_grant")
_NOT_GRANTED = ("get_key_rotation_status", "list_grants", "revoke_grant")
_FROM_CIPHERTEXT = ("decrypt", "re_encrypt")


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    reference = "Cross-account use, AWS KMS API Reference"
    guide = "Allowing users in other accounts to use a KMS key, AWS KMS Developer Guide"
    yield from rows("Other accounts", guide, _permissions())
    yield from rows("Other accounts", reference, _names())
    yield from rows("Other accounts", reference, _within_account())


def _permissions() -> Iterator[Row]:
    for valid in ACROSS_ACCOUNTS:
        name = valid.action
        yield f"{name}: key policy and IAM policy allow it", SUCCESS, _called(valid, "key", "iam")
        yield f"{name}: only the key policy allows it", DENIED, _called(valid, "key")
        yield f"{name}: only the IAM policy allows it", DENIED, _called(valid, "iam")
        if valid.operation not in _NOT_GRANTED:
            yield f"{name}: a grant allows it, and no policy", SUCCESS, _called(valid, "grant")


def _names() -> Iterator[Row]:
    for valid in ACROSS_ACCOUNTS:
        by_id = SUCCESS if valid.operation in _FROM_CIPHERTEXT else NOT_FOUND
        yield f"{valid.action} by key id", by_id, _named(valid, "id")
        if valid.operation not in _BY_KEY_ONLY:
            yield f"{valid.action} by alias ARN", SUCCESS, _named(valid, "alias")


def _within_account() -> Iterator[Row]:
    for valid in WITHIN_ACCOUNT:
        yield (
            f"{valid.action} of a key of another account, allowed by both policies",
            FAILS,
            fails(_called(valid, "key", "iam")),
        )


def _called(valid: ValidCall, *allowed_by: str) -> Call:
    """Return a call by a user of another account that some policies or a grant allow."""

    def call(account: Account) -> None:
        key = valid.key(account)
        stranger = User(account, *([EVERYTHING] if "iam" in allowed_by else []), account=OTHER)
        if "key" in allowed_by:
            _open(account, key)
        if "grant" in allowed_by:
            _grant(account, key, valid, stranger)
        valid.make(stranger.kms, key, valid.prepare(account, key))

    return call


def _open(account: Account, key: str) -> None:
    """Let a key policy allow everything to both accounts."""
    put_policy(account, key, {**EVERYTHING, "Principal": {"AWS": OTHER}})


def _grant(account: Account, key: str, valid: ValidCall, stranger: User) -> None:
    operations = [valid.action]
    if valid.operation == "re_encrypt":
        operations = ["ReEncryptFrom", "ReEncryptTo"]
    if valid.operation == "create_grant":
        operations += ["Encrypt"]
    account.kms.create_grant(KeyId=key, GranteePrincipal=stranger.arn, Operations=operations)


def _named(valid: ValidCall, kind: str) -> Call:
    """Return a call that names the key by its bare id, or by the ARN of an alias."""

    def call(account: Account) -> None:
        key = valid.key(account)
        _open(account, key)
        name = key.rpartition("/")[2]
        if kind == "alias":
            account.kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
            name = key.replace("key/", "alias/")
        stranger = User(account, EVERYTHING, account=OTHER)
        valid.make(stranger.kms, name, valid.prepare(account, key))

    return call
