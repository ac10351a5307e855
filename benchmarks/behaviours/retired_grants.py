"""Who can retire a grant: the principals that it names, and those that IAM policies allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED
from benchmarks.behaviours.users import ALLOW, DENY, OTHER, User, arn_of_root, put_policy

_RETIRE = {"Action": "kms:RetireGrant", "Resource": "*"}
_GROUP = "arn:aws:iam::123456789012:group/readers"
_SESSION = {"GranteePrincipal": "arn:aws:sts::123456789012:assumed-role/reader/anna"}
_MAY, _MUST_NOT = {**ALLOW, **_RETIRE}, {**DENY, **_RETIRE}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    guide = "Retiring and revoking grants, AWS KMS Developer Guide"
    yield from rows("Grants", guide, _retiring())
    yield from rows("Grants", "Grants in AWS KMS, AWS KMS Developer Guide", _regional())
    yield from rows("Grants", "CreateGrant, AWS KMS API Reference", _named())
    creating = "Granting CreateGrant permission, AWS KMS Developer Guide"
    yield from rows("Grants", creating, _children())


def _retiring() -> Iterator[Row]:
    yield "The retiring principal, denied by an IAM policy", DENIED, _retired("user", _MUST_NOT)
    yield "The retiring principal, denied by the key policy", SUCCESS, _key_policy(DENY, "user")
    yield "A user whom the key policy allows RetireGrant", DENIED, _key_policy(ALLOW, "")
    yield "A user of the key's account, with RetireGrant in IAM", SUCCESS, _retired("", _MAY)
    yield (
        "A user of the key's account, with RetireGrant only for another key",
        DENIED,
        _retired("", {**_MAY, "Resource": "arn:aws:kms:*:*:key/another"}),
    )
    yield "A user of the key's account without permission", DENIED, _retired("")
    yield (
        "A user of the account that is the retiring principal, with RetireGrant in IAM",
        SUCCESS,
        _retired("account", _MAY, account=OTHER),
    )
    yield (
        "A user of the account that is the retiring principal, without permission",
        DENIED,
        _retired("account", account=OTHER),
    )
    yield (
        "A user of an unrelated account, with RetireGrant in IAM",
        DENIED,
        _retired("", _MAY, account=OTHER),
    )
    yield (
        "The root user of an unrelated account, whose key policy allows RetireGrant",
        DENIED,
        _retired_by_root(allowed=True),
    )
    yield (
        "The root user of the account that is the retiring principal",
        SUCCESS,
        _retired_by_root(retiring=True),
    )
    yield "A retiring principal of another account", SUCCESS, _retired("user", account=OTHER)
    yield "A retiring principal revokes its grant", DENIED, _revoked
    yield "A retiring principal lists the grants of the key", DENIED, _listed


def _regional() -> Iterator[Row]:
    yield "A grant for a primary key, in its replica's Region", DENIED, _in_other_region
    yield (
        "A grant token in another Region",
        "InvalidGrantTokenException",
        lambda a: a.in_region("eu-west-1").generate_data_key(
            KeyId=_replicated(a), KeySpec="AES_256", GrantTokens=[_token(a)]
        ),
    )
    yield "A Deny in the key policy, with a grant", DENIED, _granted_and_denied
    yield "A token of a grant that is revoked", "InvalidGrantTokenException", _old_token
    yield "Two grant tokens, one of them unknown", "InvalidGrantTokenException", _two_tokens


def _named() -> Iterator[Row]:
    yield (
        "The same name, other operations",
        "another grant",
        _twice({"Operations": ["Decrypt"]}, {"Operations": ["Encrypt"]}),
    )
    yield (
        "The same name, another constraint",
        "another grant",
        _twice({}, {"Constraints": {"EncryptionContextEquals": {"a": "b"}}}),
    )
    yield (
        "The same name, another retiring principal",
        "another grant",
        _twice({}, {"RetiringPrincipal": arn_of_root()}),
    )
    yield "The same name and parameters for another key", "another grant", _on_two_keys
    yield "Each token of the same grant retires it", SUCCESS, _first_token
    for kind in ("GranteePrincipal", "RetiringPrincipal"):
        for name, principal in (("An account number", OTHER), ("A group", _GROUP)):
            yield f"{name} as {kind}", "InvalidArnException", _granted_to(kind, principal)
    yield "A session of a role as grantee", SUCCESS, lambda a: _grant(a, a.key(), **_SESSION)
    yield "The issuing account of a grant by another account", arn_of_root(OTHER), _issued
    yield "RetireGrant by the other account that created the grant", "[]", _retired_by_issuer


def _children() -> Iterator[Row]:
    """Yield what a grantee can create under a grant that allows CreateGrant with a constraint."""
    for name, parent, child, documented in (
        ("a subset with more pairs", _subset(a="1"), _subset(a="1", b="2"), SUCCESS),
        ("a subset with fewer pairs", _subset(a="1", b="2"), _subset(a="1"), DENIED),
        ("a subset with another value", _subset(a="1"), _subset(a="2"), DENIED),
        ("an equality instead of a subset", _subset(a="1"), _equals(a="1"), SUCCESS),
        ("an equality with more pairs", _subset(a="1"), _equals(a="1", b="2"), SUCCESS),
        ("a subset instead of an equality", _equals(a="1"), _subset(a="1"), DENIED),
        ("the same equality", _equals(a="1"), _equals(a="1"), SUCCESS),
        ("another equality", _equals(a="1"), _equals(a="1", b="2"), DENIED),
        ("a constraint where there was none", {}, _subset(a="1"), SUCCESS),
    ):
        yield f"A child grant with {name}", documented, _child(parent, child)
    yield "A child grant that allows CreateGrant", SUCCESS, _child({}, {}, "Decrypt", "CreateGrant")
    yield "A child grant of a child grant", SUCCESS, _grandchild


# -------------------------------------------------------------------------------- retiring


def _grant(account: Account, key: str, **options: Any) -> Any:
    given = {"GranteePrincipal": arn_of_root(), "Operations": ["Decrypt"], **options}
    return account.kms.create_grant(KeyId=key, **given)


def _key(account: Account) -> str:
    return str(account.metadata(account.key())["Arn"])


def _retired(retiring: str, *statements: Mapping[str, Any], account: str = "") -> Call:
    """Return RetireGrant by a user whose IAM policy has some statements.

    Args:
        retiring: The retiring principal: ``user``, ``account`` or nobody.
        statements: Of the IAM policy.
        account: The user's, by default that of the key.
    """

    def call(owner: Account) -> None:
        key, user = _key(owner), User(owner, *statements, account=account)
        principals = {"user": user.arn, "account": arn_of_root(account)}
        options = {"RetiringPrincipal": principals[retiring]} if retiring else {}
        grant = _grant(owner, key, **options)
        user.kms.retire_grant(KeyId=key, GrantId=grant["GrantId"])

    return call


def _key_policy(effect: Mapping[str, Any], retiring: str) -> Call:
    def call(account: Account) -> None:
        key, user = _key(account), User(account)
        put_policy(account, key, {**effect, **_RETIRE, "Principal": {"AWS": user.arn}})
        grant = _grant(account, key, **({"RetiringPrincipal": user.arn} if retiring else {}))
        user.kms.retire_grant(KeyId=key, GrantId=grant["GrantId"])

    return call


def _retired_by_root(*, allowed: bool = False, retiring: bool = False) -> Call:
    def call(account: Account) -> None:
        key = _key(account)
        if allowed:
            put_policy(account, key, {**_MAY, "Principal": {"AWS": OTHER}})
        options = {"RetiringPrincipal": arn_of_root(OTHER)} if retiring else {}
        grant = _grant(account, key, **options)
        other = account.emulator.client("kms", OTHER, "secret")
        other.retire_grant(KeyId=key, GrantId=grant["GrantId"])

    return call


def _revoked(account: Account) -> None:
    key, user = _key(account), User(account)
    grant = _grant(account, key, RetiringPrincipal=user.arn)
    user.kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])


def _listed(account: Account) -> None:
    key, user = _key(account), User(account)
    _grant(account, key, RetiringPrincipal=user.arn)
    user.kms.list_grants(KeyId=key)


# ------------------------------------------------------------------------ Regions and tokens


def _replicated(account: Account) -> str:
    key_id = account.key(MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    return key_id


def _token(account: Account) -> str:
    return str(_grant(account, account.key())["GrantToken"])


def _in_other_region(account: Account) -> None:
    key_id, user = _replicated(account), User(account)
    _grant(account, key_id, GranteePrincipal=user.arn, Operations=["DescribeKey"])
    user.in_region("eu-west-1").describe_key(KeyId=key_id)


def _granted_and_denied(account: Account) -> None:
    key, user = _key(account), User(account)
    denied = {**DENY, "Action": "kms:Encrypt", "Resource": "*", "Principal": {"AWS": user.arn}}
    put_policy(account, key, denied)
    _grant(account, key, GranteePrincipal=user.arn, Operations=["Encrypt"])
    user.kms.encrypt(KeyId=key, Plaintext=b"secret")


def _old_token(account: Account) -> None:
    key = _key(account)
    grant = _grant(account, key)
    account.kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    account.kms.encrypt(KeyId=key, Plaintext=b"secret", GrantTokens=[grant["GrantToken"]])


def _two_tokens(account: Account) -> None:
    tokens = [_token(account), "x" * 64]
    account.kms.encrypt(KeyId=_key(account), Plaintext=b"secret", GrantTokens=tokens)


def _twice(first: Mapping[str, Any], second: Mapping[str, Any]) -> Call:
    def call(account: Account) -> str:
        key = _key(account)
        grants = {_grant(account, key, Name="mine", **one)["GrantId"] for one in (first, second)}
        return "another grant" if len(grants) > 1 else "the same grant"

    return call


def _on_two_keys(account: Account) -> str:
    grants = {_grant(account, _key(account), Name="mine")["GrantId"] for _ in range(2)}
    return "another grant" if len(grants) > 1 else "the same grant"


def _first_token(account: Account) -> None:
    key = _key(account)
    first, _ = (_grant(account, key, Name="mine")["GrantToken"] for _ in range(2))
    account.kms.retire_grant(GrantToken=first)


def _granted_to(kind: str, principal: str) -> Call:
    return lambda account: _grant(account, account.key(), **{kind: principal})


def _issued(account: Account) -> str:
    key, _ = _granted_by_other(account)
    return str(account.kms.list_grants(KeyId=key)["Grants"][0]["IssuingAccount"])


def _retired_by_issuer(account: Account) -> str:
    key, grant = _granted_by_other(account)
    account.emulator.client("kms", OTHER, "secret").retire_grant(KeyId=key, GrantId=grant)
    return str(account.kms.list_grants(KeyId=key)["Grants"])


def _granted_by_other(account: Account) -> tuple[str, str]:
    """Return a key, and the id of a grant that another account created for it."""
    key, other = _key(account), Account(account.emulator)
    allowed = {**ALLOW, "Action": "kms:CreateGrant", "Resource": "*"}
    put_policy(account, key, {**allowed, "Principal": {"AWS": OTHER}})
    other.kms = account.emulator.client("kms", OTHER, "secret")
    return key, str(_grant(other, key)["GrantId"])


# ------------------------------------------------------------------------------ child grants


def _subset(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


def _equals(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextEquals": pairs}}


def _child(parent: Mapping[str, Any], child: Mapping[str, Any], *operations: str) -> Call:
    def call(account: Account) -> None:
        key, user = _key(account), User(account)
        may = {"GranteePrincipal": user.arn, "Operations": ["Decrypt", "CreateGrant"]}
        _grant(account, key, **may, **parent)
        given = {"GranteePrincipal": arn_of_root(), "Operations": list(operations or ["Decrypt"])}
        user.kms.create_grant(KeyId=key, **given, **child)

    return call


def _grandchild(account: Account) -> None:
    key, first, second = _key(account), User(account), User(account)
    operations = {"Operations": ["Decrypt", "CreateGrant"]}
    _grant(account, key, GranteePrincipal=first.arn, **operations)
    first.kms.create_grant(KeyId=key, GranteePrincipal=second.arn, **operations)
    root = arn_of_root()
    second.kms.create_grant(KeyId=key, GranteePrincipal=root, Operations=["Decrypt"])
