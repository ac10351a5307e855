"""New key policies and new keys: which policies lock out their author, and who may set them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, MALFORMED
from benchmarks.behaviours.users import (
    ALLOW,
    DENY,
    EVERYTHING,
    OWN,
    User,
    arn_of_root,
    document,
    put_policy,
)

_TAGS: dict[str, Any] = {"Tags": [{"TagKey": "env", "TagValue": "prod"}]}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    reference = "Policy, PutKeyPolicy, AWS KMS API Reference"
    keys = "AWS KMS condition keys, AWS KMS Developer Guide"
    yield from rows("The form of policies", reference, _lockout())
    yield from rows("Conditions of policies", keys, _bypass())
    yield from rows("Conditions of policies", keys, _of_new_keys())


def _lockout() -> Iterator[Row]:
    for key, value in (
        ("kms:PolicyName", "default"),
        ("kms:KeyUsage", "ENCRYPT_DECRYPT"),
        ("kms:KeySpec", "SYMMETRIC_DEFAULT"),
        ("kms:KeyOrigin", "AWS_KMS"),
        ("kms:CallerAccount", OWN),
        ("aws:ResourceAccount", OWN),
        ("aws:ResourceTag/env", "prod"),
    ):
        condition = {"StringEquals": {key: value}}
        yield f"CreateKey with a policy that needs {key}", SUCCESS, _created_with(condition)
        yield f"PutKeyPolicy of a policy that needs {key}", SUCCESS, _put_with(condition)
        other = {"StringEquals": {key: "x"}}
        yield f"PutKeyPolicy of a policy that needs another {key}", MALFORMED, _put_with(other)
    yield "ReplicateKey with a policy that needs a replica", SUCCESS, _replicated_with("REPLICA")
    yield "ReplicateKey with a policy that needs a primary", MALFORMED, _replicated_with("PRIMARY")
    yield (
        "CreateKey by a user whom its policy does not name",
        MALFORMED,
        _created_by_user(own=False),
    )
    yield "CreateKey by a user whom its policy names", SUCCESS, _created_by_user(own=True)
    yield (
        "CreateKey without a policy, by a user without kms:PutKeyPolicy",
        SUCCESS,
        _created_default,
    )
    yield "PutKeyPolicy with a Deny of a later PutKeyPolicy", MALFORMED, _put_deny


def _bypass() -> Iterator[Row]:
    bypass = {"Null": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    yield (
        "kms:BypassPolicyLockoutSafetyCheck is missing by Null, in a call without it",
        SUCCESS,
        _puts(ALLOW, bypass),
    )
    yield (
        "kms:BypassPolicyLockoutSafetyCheck is missing by Null, in a call with it",
        DENIED,
        _puts(ALLOW, bypass, BypassPolicyLockoutSafetyCheck=True),
    )
    must_not = {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    yield (
        "A Deny of kms:BypassPolicyLockoutSafetyCheck in put_key_policy",
        DENIED,
        _puts(DENY, must_not, BypassPolicyLockoutSafetyCheck=True),
    )
    yield (
        "A Deny of kms:BypassPolicyLockoutSafetyCheck, in a call without it",
        SUCCESS,
        _puts(DENY, must_not),
    )


def _of_new_keys() -> Iterator[Row]:
    multi_region = {"Bool": {"kms:MultiRegion": "false"}}
    yield "kms:MultiRegion false in create_key", SUCCESS, _creates(multi_region)
    yield (
        "kms:MultiRegion false, of a multi-Region key",
        DENIED,
        _creates(multi_region, MultiRegion=True),
    )
    primary = {"StringEquals": {"kms:MultiRegionKeyType": "PRIMARY"}}
    yield "kms:MultiRegionKeyType in create_key", SUCCESS, _creates(primary, MultiRegion=True)
    yield "kms:MultiRegionKeyType in create_key of a single-Region key", DENIED, _creates(primary)
    symmetric = {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}
    yield "kms:KeySpec in create_key, by default", SUCCESS, _creates(symmetric)
    hmac = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
    yield "kms:KeySpec in create_key of another spec", DENIED, _creates(symmetric, **hmac)
    usage = {"StringEquals": {"kms:KeyUsage": "ENCRYPT_DECRYPT"}}
    yield "kms:KeyUsage in create_key, by default", SUCCESS, _creates(usage)
    yield "kms:KeyUsage in create_key of another usage", DENIED, _creates(usage, **hmac)
    origin = {"StringEquals": {"kms:KeyOrigin": "AWS_KMS"}}
    yield "kms:KeyOrigin in create_key, by default", SUCCESS, _creates(origin)
    yield (
        "kms:KeyOrigin in create_key of another origin",
        DENIED,
        _creates(origin, Origin="EXTERNAL"),
    )
    tag = {"StringEquals": {"aws:RequestTag/env": "prod"}}
    yield "aws:RequestTag in create_key", SUCCESS, _creates(tag, **_TAGS)
    yield "aws:RequestTag in create_key without tags", DENIED, _creates(tag)


# ------------------------------------------------------------------------------------ lockout


def _needing(condition: Mapping[str, Any]) -> str:
    return document({**EVERYTHING, "Principal": {"AWS": OWN}, "Condition": condition})


def _created_with(condition: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        account.key(Policy=_needing(condition), **_TAGS)

    return call


def _put_with(condition: Mapping[str, Any]) -> Call:
    return lambda account: account.kms.put_key_policy(
        KeyId=account.key(**_TAGS), Policy=_needing(condition)
    )


def _replicated_with(kind: str) -> Call:
    policy = _needing({"StringEquals": {"kms:MultiRegionKeyType": kind}})
    return lambda account: account.kms.replicate_key(
        KeyId=account.key(MultiRegion=True), ReplicaRegion="eu-west-1", Policy=policy
    )


def _created_by_user(*, own: bool) -> Call:
    def call(account: Account) -> None:
        user = User(account, {**EVERYTHING, "Action": "kms:CreateKey"})
        named = user.arn if own else arn_of_root()
        user.kms.create_key(Policy=document({**EVERYTHING, "Principal": {"AWS": named}}))

    return call


def _created_default(account: Account) -> None:
    User(account, {**EVERYTHING, "Action": "kms:CreateKey"}).kms.create_key()


def _put_deny(account: Account) -> None:
    denied = {**DENY, "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"}
    put_policy(account, account.key(), denied)


def _puts(effect: Mapping[str, Any], condition: Mapping[str, Any], **options: Any) -> Call:
    """Return PutKeyPolicy by a user for whom a statement with a condition decides."""

    def call(account: Account) -> None:
        user, key = User(account), account.key()
        decided = {**_statement(user), **effect, "Condition": condition}
        allowed = [_statement(user)] if effect is DENY else []
        put_policy(account, key, *allowed, decided)
        policy = account.kms.get_key_policy(KeyId=key)["Policy"]
        if effect is ALLOW:
            policy = document(_statement(user))
        user.kms.put_key_policy(KeyId=key, Policy=policy, **options)

    return call


def _statement(user: User) -> dict[str, Any]:
    """Return a statement that allows a user everything."""
    return {**EVERYTHING, "Principal": {"AWS": user.arn}}


def _creates(condition: Mapping[str, Any], **options: Any) -> Call:
    def call(account: Account) -> None:
        user = User(
            account,
            {**EVERYTHING, "Action": "kms:CreateKey", "Condition": condition},
            {**EVERYTHING, "Action": "kms:TagResource"},
        )
        user.kms.create_key(**options)

    return call
