"""Conditions of key policies: each decides whether a user who needs the statement decrypts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, MALFORMED
from benchmarks.behaviours.grants import User

_CONTEXT = {"team": "blue", "App": "x"}

_TEAM = "kms:EncryptionContext:team"
_OPERATORS: list[tuple[str, str, str, str, str | list[str]]] = [
    ("StringEquals", SUCCESS, "StringEquals", _TEAM, "blue"),
    (
        "StringEquals of one of two values",
        SUCCESS,
        "StringEquals",
        "kms:KeySpec",
        ["X", "SYMMETRIC_DEFAULT"],
    ),
    ("StringEquals takes a star literally", DENIED, "StringEquals", _TEAM, "b*e"),
    ("StringEqualsIgnoreCase", SUCCESS, "StringEqualsIgnoreCase", _TEAM, "BLUE"),
    ("StringLike", SUCCESS, "StringLike", _TEAM, "b*e"),
    ("StringNotEquals", DENIED, "StringNotEquals", _TEAM, "blue"),
    (
        "StringNotEquals of a key that is missing",
        SUCCESS,
        "StringNotEquals",
        "kms:EncryptionContext:no",
        "x",
    ),
    (
        "StringEquals of a key that is missing",
        DENIED,
        "StringEquals",
        "kms:ViaService",
        "s3.us-east-1.amazonaws.com",
    ),
    (
        "StringEqualsIfExists of a key that is missing",
        SUCCESS,
        "StringEqualsIfExists",
        "kms:ViaService",
        "x",
    ),
    ("Null of a key that is missing", SUCCESS, "Null", "kms:EncryptionContext:no", "true"),
    ("Null of a key that is there", DENIED, "Null", _TEAM, "true"),
    ("Bool", SUCCESS, "Bool", "kms:MultiRegion", "false"),
    ("NumericEquals of a text", DENIED, "NumericEquals", _TEAM, "5"),
    ("NumericGreaterThan", SUCCESS, "NumericGreaterThan", "aws:EpochTime", "1000"),
    ("DateGreaterThan", SUCCESS, "DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"),
    ("DateLessThan", DENIED, "DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"),
    ("NotIpAddress", DENIED, "NotIpAddress", "aws:SourceIp", "127.0.0.0/8"),
    ("ArnLike", SUCCESS, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/user-*"),
    ("ArnLike of another resource", DENIED, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
    (
        "ForAllValues",
        SUCCESS,
        "ForAllValues:StringEquals",
        "kms:EncryptionContextKeys",
        ["team", "App"],
    ),
    (
        "ForAllValues of values in another case",
        DENIED,
        "ForAllValues:StringEquals",
        "kms:EncryptionContextKeys",
        ["team", "app"],
    ),
    (
        "ForAllValues of a key that is missing",
        SUCCESS,
        "ForAllValues:StringEquals",
        "aws:TagKeys",
        ["a"],
    ),
    ("ForAnyValue", SUCCESS, "ForAnyValue:StringEquals", "kms:EncryptionContextKeys", ["team"]),
    (
        "ForAnyValue of a key that is missing",
        DENIED,
        "ForAnyValue:StringEquals",
        "aws:TagKeys",
        ["a"],
    ),
]
_KEYS: list[tuple[str, str, str, str, str | list[str]]] = [
    (
        "The name of a condition key in another case",
        SUCCESS,
        "StringEquals",
        "KMS:ENCRYPTIONCONTEXT:TEAM",
        "blue",
    ),
    ("kms:KeyOrigin", SUCCESS, "StringEquals", "kms:KeyOrigin", "AWS_KMS"),
    ("kms:KeyUsage", SUCCESS, "StringEquals", "kms:KeyUsage", "ENCRYPT_DECRYPT"),
    (
        "kms:EncryptionAlgorithm, which is not in the call",
        SUCCESS,
        "StringEquals",
        "kms:EncryptionAlgorithm",
        "SYMMETRIC_DEFAULT",
    ),
    (
        "kms:MultiRegionKeyType of a single-Region key",
        DENIED,
        "StringEquals",
        "kms:MultiRegionKeyType",
        "PRIMARY",
    ),
    (
        "kms:RequestAlias without an alias in the call",
        DENIED,
        "StringLike",
        "kms:RequestAlias",
        "*",
    ),
    ("kms:ResourceAliases", SUCCESS, "ForAnyValue:StringLike", "kms:ResourceAliases", "alias/*"),
    ("aws:ResourceTag", SUCCESS, "StringEquals", "aws:ResourceTag/env", "prod"),
    ("aws:ResourceTag of another value", DENIED, "StringEquals", "aws:ResourceTag/env", "test"),
    ("aws:RequestedRegion", SUCCESS, "StringEquals", "aws:RequestedRegion", "us-east-1"),
    ("aws:PrincipalType", SUCCESS, "StringEquals", "aws:PrincipalType", "User"),
    (
        "aws:PrincipalTag in a variable, of a user without it",
        DENIED,
        "StringEquals",
        _TEAM,
        "${aws:PrincipalTag/team}",
    ),
    (
        "A variable with a default",
        SUCCESS,
        "StringEquals",
        _TEAM,
        "${aws:PrincipalTag/team, 'blue'}",
    ),
    ("aws:MultiFactorAuthPresent of a user", DENIED, "Bool", "aws:MultiFactorAuthPresent", "false"),
    (
        "aws:MultiFactorAuthPresent, if it exists",
        SUCCESS,
        "BoolIfExists",
        "aws:MultiFactorAuthPresent",
        "false",
    ),
]
_FORMS: list[tuple[str, str, dict[str, Any]]] = [
    ("An action without a service", MALFORMED, {"Action": "Decrypt"}),
    ("An action that AWS KMS does not have", SUCCESS, {"Action": "kms:Nothing"}),
    ("An effect in lower case", MALFORMED, {"Effect": "allow"}),
    (
        "A principal that is a group",
        MALFORMED,
        {"Principal": {"AWS": "arn:aws:iam::123456789012:group/g"}},
    ),
    (
        "A wildcard in the ARN of a principal",
        MALFORMED,
        {"Principal": {"AWS": "arn:aws:iam::123456789012:user/*"}},
    ),
    ("An account number as a principal", SUCCESS, {"Principal": {"AWS": "123456789012"}}),
    (
        "A service of AWS as a principal",
        SUCCESS,
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}},
    ),
    (
        "NotPrincipal with Allow",
        MALFORMED,
        {"Principal": None, "NotPrincipal": {"AWS": "123456789012"}},
    ),
    (
        "A condition operator that is none",
        MALFORMED,
        {"Condition": {"StringIs": {"kms:KeySpec": "x"}}},
    ),
    ("A condition that is a list", MALFORMED, {"Condition": []}),
    ("An action that is a number", MALFORMED, {"Action": 5}),
    ("A Deny of everything for everybody", MALFORMED, {"Effect": "Deny"}),
    ("An unknown element", MALFORMED, {"Actions": "kms:*"}),
]


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of conditions, and of the form of statements."""
    operators = "IAM JSON policy elements: Condition operators, IAM User Guide"
    keys = "AWS KMS condition keys, AWS KMS Developer Guide"
    forms = "Grammar of the IAM JSON policy language, IAM User Guide"
    yield from rows("Conditions of policies", operators, _decisions(_OPERATORS))
    yield from rows("Conditions of policies", keys, _decisions(_KEYS))
    yield from rows("Conditions of policies", keys, _of_other_operations())
    yield from rows("The form of policies", forms, _forms())


def _decisions(table: list[tuple[str, str, str, str, str | list[str]]]) -> Iterator[Row]:
    for name, documented, operator, key, expected in table:
        yield name, documented, _decrypted({operator: {key: expected}})


def _of_other_operations() -> Iterator[Row]:
    both = {"Bool": {"kms:MultiRegion": "true"}, "StringEquals": {_TEAM: "blue"}}
    yield "Two operators, one not met", DENIED, _decrypted(both)
    days = "kms:ScheduleKeyDeletionPendingWindowInDays"
    yield (
        f"{days}, a shorter waiting period",
        DENIED,
        _called(
            "schedule_key_deletion", {"NumericGreaterThan": {days: "10"}}, PendingWindowInDays=7
        ),
    )
    yield (
        "kms:RotationPeriodInDays",
        SUCCESS,
        _called(
            "enable_key_rotation",
            {"NumericLessThan": {"kms:RotationPeriodInDays": "200"}},
            RotationPeriodInDays=100,
        ),
    )
    yield (
        "kms:GrantOperations, one that is not listed",
        DENIED,
        _granted({"ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"}}, "Encrypt"),
    )
    yield (
        "kms:GrantOperations, listed",
        SUCCESS,
        _granted({"ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"}}, "Decrypt"),
    )
    yield (
        "kms:GrantConstraintType of a grant without a constraint",
        DENIED,
        _granted({"StringLike": {"kms:GrantConstraintType": "*"}}, "Decrypt"),
    )
    yield (
        "kms:GrantIsForAWSResource",
        DENIED,
        _granted({"Bool": {"kms:GrantIsForAWSResource": "true"}}, "Decrypt"),
    )
    tags = [{"TagKey": "a", "TagValue": "b"}, {"TagKey": "c", "TagValue": "d"}]
    yield (
        "aws:RequestTag",
        SUCCESS,
        _called("tag_resource", {"StringEquals": {"aws:RequestTag/a": "b"}}, Tags=tags),
    )
    yield (
        "aws:TagKeys, one that is not listed",
        DENIED,
        _called("tag_resource", {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, Tags=tags),
    )
    yield (
        "kms:DataKeyPairSpec",
        DENIED,
        _called(
            "generate_data_key_pair",
            {"StringEquals": {"kms:DataKeyPairSpec": "RSA_2048"}},
            KeyPairSpec="ECC_NIST_P256",
        ),
    )


def _forms() -> Iterator[Row]:
    for name, documented, elements in _FORMS:
        yield name, documented, _written(elements)


# ---------------------------------------------------------------------------------- policies

_ALL: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "*"}


def _put(account: Account, key_id: str, statement: dict[str, Any]) -> None:
    """Let the account's root user do everything, and a statement decide on the rest."""
    root = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    statements = [_ALL | {"Principal": {"AWS": root}}, statement]
    document = {"Version": "2012-10-17", "Statement": statements}
    account.kms.put_key_policy(KeyId=key_id, Policy=json.dumps(document))


def _user(account: Account, condition: dict[str, Any]) -> User:
    """Return a user with a key, whose policy allows everything under a condition."""
    user = User(account)
    tag = {"TagKey": "env", "TagValue": "prod"}
    account.kms.tag_resource(KeyId=user.key_id, Tags=[tag])
    account.kms.create_alias(AliasName=f"alias/{user.key_id}", TargetKeyId=user.key_id)
    allow = _ALL | {"Principal": {"AWS": user.arn}, "Condition": condition}
    _put(account, user.key_id, allow)
    return user


def _decrypted(condition: dict[str, Any]) -> Call:
    def call(account: Account) -> None:
        user = _user(account, condition)
        blob = account.blob(user.key_id, **_CONTEXT)
        user.kms.decrypt(CiphertextBlob=blob, EncryptionContext=_CONTEXT)

    return call


def _called(operation: str, condition: dict[str, Any], **options: Any) -> Call:
    def call(account: Account) -> None:
        user = _user(account, condition)
        getattr(user.kms, operation)(KeyId=user.key_id, **options)

    return call


def _granted(condition: dict[str, Any], operation: str) -> Call:
    def call(account: Account) -> None:
        user = _user(account, condition)
        user.kms.create_grant(KeyId=user.key_id, GranteePrincipal=user.arn, Operations=[operation])

    return call


def _written(elements: dict[str, Any]) -> Call:
    def call(account: Account) -> None:
        given = _ALL | elements
        statement = {name: one for name, one in given.items() if one is not None}
        _put(account, account.key(), statement)

    return call
