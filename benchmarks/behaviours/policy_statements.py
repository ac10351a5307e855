"""Statements of key policies: their elements and their principals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED
from benchmarks.behaviours.users import (
    ALLOW,
    DENY,
    EVERYTHING,
    OTHER,
    OWN,
    User,
    arn_of_root,
    document,
    new_policy,
    put_policy,
)

_ANOTHER_KEY = f"arn:aws:kms:us-east-1:{OWN}:key/another"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    elements = "IAM JSON policy elements reference, IAM User Guide"
    principals = "Key policies in AWS KMS, AWS KMS Developer Guide"
    yield from rows("The form of policies", elements, _elements())
    yield from rows("The form of policies", principals, _principals())


def _elements() -> Iterator[Row]:
    yield "NotAction with another action", SUCCESS, _decides({"NotAction": "kms:Encrypt"})
    yield "NotAction with this action", DENIED, _decides({"NotAction": "kms:Describe*"})
    yield "NotAction with another service", SUCCESS, _decides({"NotAction": "s3:*"})
    yield "A Deny of NotAction", DENIED, _denies({"NotAction": "kms:Encrypt"})
    yield "A Deny of NotAction with this action", SUCCESS, _denies({"NotAction": "kms:Describe*"})
    yield "An action with a question mark", SUCCESS, _decides({"Action": "kms:Describe?ey"})
    yield "An action with a star inside", SUCCESS, _decides({"Action": "kms:*Key"})
    yield "An action in another case", SUCCESS, _decides({"Action": "KMS:DESCRIBEkey"})
    yield "The action *", SUCCESS, _decides({"Action": "*"})
    yield "A list of actions", SUCCESS, _decides({"Action": ["kms:Encrypt", "kms:DescribeKey"]})
    yield "A resource that is another key", DENIED, _decides({"Resource": _ANOTHER_KEY})
    yield "NotResource with another key", SUCCESS, _decides({"NotResource": _ANOTHER_KEY})
    yield "NotResource with all keys", DENIED, _decides({"NotResource": "*"})
    yield "A statement without Resource has no effect", DENIED, _decides({}, without="Resource")
    yield (
        "A statement without Action has no effect on others",
        DENIED,
        _decides({}, without="Action"),
    )
    yield "A Deny without Resource has no effect", SUCCESS, _denies({}, without="Resource")
    yield "Two statements: a Deny before an Allow", DENIED, _denies({}, first=True)
    yield "A policy variable in a policy of 2008", DENIED, _old_variable


def _principals() -> Iterator[Row]:
    yield "The principal * of the key's account", SUCCESS, _decides({"Principal": "*"})
    yield (
        "The principal AWS: * of the key's account",
        SUCCESS,
        _decides({"Principal": {"AWS": "*"}}),
    )
    yield "The principal *, in another account, with IAM", SUCCESS, _from_other(EVERYTHING)
    yield "The principal *, in another account, without IAM", DENIED, _from_other()
    yield (
        "The account as principal, without IAM",
        DENIED,
        _decides({"Principal": {"AWS": arn_of_root()}}),
    )
    yield (
        "The account as principal, with IAM",
        SUCCESS,
        _decides({"Principal": {"AWS": OWN}}, EVERYTHING),
    )
    yield "An IAM policy without the account as principal", DENIED, _only_iam
    yield "A Deny of an IAM policy, without the account as principal", DENIED, _iam_denies
    yield "A Deny with NotPrincipal of another user", DENIED, _not_principal(own=False)
    yield "A Deny with NotPrincipal of the user and its account", SUCCESS, _not_principal(own=True)
    yield "A Deny with NotPrincipal of a user with a boundary", DENIED, _not_principal_bounded
    yield "kms:CallerAccount with the principal *", DENIED, _caller_account(OWN)
    yield "kms:CallerAccount of the caller with the principal *", SUCCESS, _caller_account(OTHER)


# --------------------------------------------------------------------------------- statements


def _decides(changed: Mapping[str, Any], *of_user: Mapping[str, Any], without: str = "") -> Call:
    """Return DescribeKey by a user for whom one statement of the key policy decides."""

    def call(account: Account) -> None:
        user, key = User(account, *of_user), account.key()
        own = {**ALLOW, "Principal": {"AWS": OWN}, "Action": "kms:PutKeyPolicy", "Resource": "*"}
        policy = document(own, _statement(user, changed, without))
        account.kms.put_key_policy(KeyId=key, Policy=policy)
        user.kms.describe_key(KeyId=key)

    return call


def _denies(changed: Mapping[str, Any], without: str = "", *, first: bool = False) -> Call:
    """Return DescribeKey by a user whom one statement allows everything that another one denies."""

    def call(account: Account) -> None:
        user, key = User(account), account.key()
        allow = _statement(user, {})
        deny = {**_statement(user, changed, without), **DENY}
        put_policy(account, key, *((deny, allow) if first else (allow, deny)))
        user.kms.describe_key(KeyId=key)

    return call


def _statement(user: User, changed: Mapping[str, Any], without: str = "") -> dict[str, Any]:
    """Return a statement that allows a user everything, with other elements or without one."""
    replaced = {name.removeprefix("Not") for name in changed}
    whole = {**EVERYTHING, "Principal": {"AWS": user.arn}}
    kept = {name: one for name, one in whole.items() if name not in {*replaced, without}}
    return {**kept, **changed}


def _old_variable(account: Account) -> None:
    user = User(account)
    key = account.key(Tags=[{"TagKey": "owner", "TagValue": user.arn.rpartition("/")[2]}])
    own = {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}
    root = {**EVERYTHING, "Principal": {"AWS": OWN}}
    statements = [root, {**_statement(user, {}), "Condition": own}]
    old = json.dumps({"Version": "2008-10-17", "Statement": statements})
    account.kms.put_key_policy(KeyId=key, Policy=old)
    user.kms.describe_key(KeyId=key)


def _from_other(*of_user: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        user, key = User(account, *of_user, account=OTHER), account.metadata(account.key())["Arn"]
        put_policy(account, key, {**EVERYTHING, "Principal": "*"})
        user.kms.describe_key(KeyId=key)

    return call


def _only_iam(account: Account) -> None:
    user, key = User(account, EVERYTHING), account.key()
    _let_another(account, key)
    user.kms.describe_key(KeyId=key)


def _let_another(account: Account, key: str, *statements: Mapping[str, Any]) -> None:
    """Set a key policy that does not name the account as a principal."""
    another = {**EVERYTHING, "Principal": {"AWS": User(account).arn}}
    account.kms.put_key_policy(
        KeyId=key, Policy=document(another, *statements), BypassPolicyLockoutSafetyCheck=True
    )


def _iam_denies(account: Account) -> None:
    denied = {**DENY, "Action": "kms:DescribeKey", "Resource": "*"}
    user, key = User(account, denied), account.key()
    _let_another(account, key, _statement(user, {}))
    user.kms.describe_key(KeyId=key)


def _not_principal(*, own: bool) -> Call:
    def call(account: Account) -> None:
        user, other, key = User(account), User(account), account.key()
        spared = [user.arn if own else other.arn, arn_of_root()]
        denied = {**DENY, "Action": "kms:DescribeKey", "Resource": "*"}
        put_policy(account, key, _statement(user, {}), {**denied, "NotPrincipal": {"AWS": spared}})
        user.kms.describe_key(KeyId=key)

    return call


def _not_principal_bounded(account: Account) -> None:
    limit = new_policy(account, EVERYTHING)
    user, key = User(account, PermissionsBoundary=limit), account.key()
    denied = {**DENY, "Action": "kms:DescribeKey", "Resource": "*"}
    spared = {"NotPrincipal": {"AWS": [user.arn, arn_of_root()]}}
    put_policy(account, key, _statement(user, {}), {**denied, **spared})
    user.kms.describe_key(KeyId=key)


def _caller_account(allowed: str) -> Call:
    """Return DescribeKey by a user of another account, if one of the accounts is allowed."""

    def call(account: Account) -> None:
        key = account.metadata(account.key())["Arn"]
        condition = {"StringEquals": {"kms:CallerAccount": allowed}}
        put_policy(account, key, {**EVERYTHING, "Principal": "*", "Condition": condition})
        User(account, EVERYTHING, account=OTHER).kms.describe_key(KeyId=key)

    return call
