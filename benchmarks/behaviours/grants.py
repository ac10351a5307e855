"""Grants: what they allow, who retires them, tokens, names, constraints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, NOT_FOUND, VALIDATION

_CONTEXT = {"Constraints": {"EncryptionContextSubset": {"team": "blue"}}}
_EQUALS = {"Constraints": {"EncryptionContextEquals": {"team": "blue"}}}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of grants."""
    yield from rows("Grants", "Grants in AWS KMS, AWS KMS Developer Guide", _rows())


def _rows() -> Iterator[Row]:
    yield "The grantee decrypts", "secret", lambda a: User(a).decrypted("Decrypt")
    yield (
        "The grantee does what the grant does not allow",
        DENIED,
        lambda a: User(a).decrypted("Encrypt"),
    )
    yield "After RevokeGrant", DENIED, _revoked
    yield (
        "A subset constraint, with the context",
        "secret",
        lambda a: User(a).decrypted("Decrypt", {"team": "blue", "more": "x"}, **_CONTEXT),
    )
    yield (
        "A subset constraint, without the context",
        DENIED,
        lambda a: User(a).decrypted("Decrypt", {}, **_CONTEXT),
    )
    yield (
        "An equality constraint, with more context",
        DENIED,
        lambda a: User(a).decrypted("Decrypt", {"team": "blue", "more": "x"}, **_EQUALS),
    )
    yield "A constraint does not apply to DescribeKey", SUCCESS, _described
    yield "The same name and parameters", "the same grant", lambda a: _twice(a, Name="mine")
    yield "The same parameters without a name", "another grant", _twice
    yield "The same name returns another token", "another token", _another_token
    yield "An operation that the key does not have", VALIDATION, _granted(["Sign"])
    yield "An operation that no grant has", VALIDATION, _granted(["ScheduleKeyDeletion"])
    yield (
        "GenerateDataKey in a grant for an RSA key",
        VALIDATION,
        lambda a: _grant(a, a.key("RSA_2048", "ENCRYPT_DECRYPT"), ["GenerateDataKey"]),
    )
    yield (
        "Sign in a grant for a signing key",
        SUCCESS,
        lambda a: _grant(
            a, a.key("ECC_NIST_P256", "SIGN_VERIFY"), ["Sign", "Verify", "GetPublicKey"]
        ),
    )
    yield (
        "A grantee that does not exist",
        "InvalidArnException",
        lambda a: a.kms.create_grant(
            KeyId=a.key(),
            GranteePrincipal="arn:aws:iam::123456789012:user/nobody",
            Operations=["Encrypt"],
        ),
    )
    yield "A name with a space", VALIDATION, _granted(["Encrypt"], Name="my grant")
    yield "RetireGrant by the retiring principal", SUCCESS, lambda a: User(a).retires("retiring")
    yield (
        "RetireGrant by the grantee without RetireGrant",
        DENIED,
        lambda a: User(a).retires("grantee"),
    )
    yield (
        "RetireGrant by the grantee with RetireGrant",
        SUCCESS,
        lambda a: User(a).retires("grantee", "RetireGrant"),
    )
    yield "RetireGrant by its token", "[]", _retired_by_token
    yield "RetireGrant without a grant", VALIDATION, lambda a: a.kms.retire_grant()
    yield (
        "RevokeGrant of a grant that does not exist",
        NOT_FOUND,
        lambda a: a.kms.revoke_grant(KeyId=a.key(), GrantId="0" * 64),
    )
    yield "A grantee grants as much as it may", SUCCESS, lambda a: User(a).grants(["Decrypt"])
    yield "A grantee grants more than it may", DENIED, lambda a: User(a).grants(["Encrypt"])
    yield "A grant token that is one", SUCCESS, _with_token
    yield "ListGrants of one grantee", "1", _listed
    yield (
        "The date of a grant is listed",
        "datetime",
        lambda a: type(_only(a).get("CreationDate")).__name__,
    )
    yield (
        "The issuing account of a grant is listed",
        "root",
        lambda a: str(_only(a).get("IssuingAccount", "none")).rpartition(":")[2],
    )
    yield "A grant lists its key by ARN", "arn", lambda a: str(_only(a)["KeyId"])[:3]
    yield "ListRetirableGrants", "1", _retirable


class User:
    """A user without permissions, and a key."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.key_id = account.key()
        iam, name = account.emulator.client("iam"), f"user-{self.key_id[-12:]}"
        self.arn = iam.create_user(UserName=name)["User"]["Arn"]
        access_key = iam.create_access_key(UserName=name)["AccessKey"]
        self.kms = account.emulator.client(
            "kms", access_key["AccessKeyId"], access_key["SecretAccessKey"]
        )

    def granted(self, *operations: str, **options: Any) -> Any:
        """Create a grant for the user."""
        return self.account.kms.create_grant(
            KeyId=self.key_id, GranteePrincipal=self.arn, Operations=list(operations), **options
        )

    def decrypted(
        self, operation: str, context: dict[str, str] | None = None, **options: Any
    ) -> str:
        """Let the user decrypt by a grant."""
        self.granted(operation, **options)
        blob = self.account.blob(self.key_id, **(context or {}))
        answer = self.kms.decrypt(CiphertextBlob=blob, EncryptionContext=context or {})
        return str(answer["Plaintext"].decode())

    def retires(self, role: str, *more: str) -> None:
        """Let the user retire a grant, as its retiring principal or as its grantee."""
        root = f"arn:aws:iam::{self.arn.split(':')[4]}:root"
        retiring = {"RetiringPrincipal": self.arn} if role == "retiring" else {}
        grant = self.account.kms.create_grant(
            KeyId=self.key_id,
            GranteePrincipal=root if retiring else self.arn,
            Operations=["Decrypt", *more],
            **retiring,
        )
        arn = self.account.metadata(self.key_id)["Arn"]
        self.kms.retire_grant(KeyId=arn, GrantId=grant["GrantId"])

    def grants(self, operations: list[str]) -> None:
        """Let the user, who may grant Decrypt, create a grant."""
        self.granted("Decrypt", "CreateGrant")
        self.kms.create_grant(KeyId=self.key_id, GranteePrincipal=self.arn, Operations=operations)


def _grant(account: Account, key_id: str, operations: list[str], **options: Any) -> Any:
    root = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    return account.unchecked.create_grant(
        KeyId=key_id, GranteePrincipal=root, Operations=operations, **options
    )


def _granted(operations: list[str], **options: Any) -> Call:
    return lambda account: _grant(account, account.key(), operations, **options)


def _revoked(account: Account) -> None:
    user = User(account)
    grant = user.granted("Decrypt")
    account.kms.revoke_grant(KeyId=user.key_id, GrantId=grant["GrantId"])
    user.kms.decrypt(CiphertextBlob=account.blob(user.key_id))


def _described(account: Account) -> None:
    user = User(account)
    user.granted("DescribeKey", "Decrypt", **_CONTEXT)
    user.kms.describe_key(KeyId=user.key_id)


def _twice(account: Account, **options: Any) -> str:
    key_id = account.key()
    first, second = (_grant(account, key_id, ["Decrypt"], **options) for _ in range(2))
    return "the same grant" if first["GrantId"] == second["GrantId"] else "another grant"


def _another_token(account: Account) -> str:
    key_id = account.key()
    first, second = (_grant(account, key_id, ["Decrypt"], Name="mine") for _ in range(2))
    return "the same token" if first["GrantToken"] == second["GrantToken"] else "another token"


def _retired_by_token(account: Account) -> str:
    key_id = account.key()
    grant = _grant(account, key_id, ["Decrypt"])
    account.kms.retire_grant(GrantToken=grant["GrantToken"])
    return str(account.kms.list_grants(KeyId=key_id)["Grants"])


def _with_token(account: Account) -> None:
    key_id = account.key()
    token = _grant(account, key_id, ["Decrypt"])["GrantToken"]
    account.kms.decrypt(CiphertextBlob=account.blob(key_id), GrantTokens=[token])


def _listed(account: Account) -> str:
    user = User(account)
    user.granted("Decrypt")
    _grant(account, user.key_id, ["Encrypt"])
    found = account.kms.list_grants(KeyId=user.key_id, GranteePrincipal=user.arn)["Grants"]
    return str(len(found))


def _only(account: Account) -> Any:
    key_id = account.key()
    _grant(account, key_id, ["Decrypt"])
    return account.kms.list_grants(KeyId=key_id)["Grants"][0]


def _retirable(account: Account) -> str:
    user = User(account)
    _grant(account, user.key_id, ["Decrypt"], RetiringPrincipal=user.arn)
    found = account.kms.list_retirable_grants(RetiringPrincipal=user.arn)["Grants"]
    return str(len(found))
