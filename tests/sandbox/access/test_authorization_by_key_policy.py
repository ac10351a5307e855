"""What key policies allow and deny, and who may change them."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import connect
from kmsdemo.keys import Key
from steps.iam_users import IamUser
from tests.sandbox.access.callers import ACCOUNT, OTHER_ACCOUNT
from tests.sandbox.access.written_policies import (
    ROOT,
    ROOT_MAY_ALL,
    allow,
    may_decrypt,
    put,
    put_iam,
)

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (allow({"AWS": "BEN"}), True),
        (allow({"AWS": ["BEN", ROOT]}), True),
        (allow("*"), True),
        (allow({"AWS": "*"}), True),
        (allow({"AWS": "BEN"}, ["kms:Encrypt", "kms:Decrypt"]), True),
        (allow({"AWS": "BEN"}, "kms:De*"), True),
        (allow({"AWS": "BEN"}, "KMS:decrypt"), True),
        (allow({"AWS": "BEN"}, "kms:Decryp?"), True),
        (allow({"AWS": "BEN"}, "*"), True),
        (allow({"AWS": "BEN"}, "kms:Encrypt"), False),
        (allow({"AWS": "BEN"}, "kms:Decr.pt"), False),
        (allow({"AWS": "BEN"}, Resource="ARN"), True),
        (allow({"AWS": "BEN"}, Resource="arn:aws:kms:us-east-1:123456789012:key/other"), False),
        (allow({"Service": "s3.amazonaws.com"}), False),
        (allow({"AWS": OTHER_ACCOUNT}), False),
        (
            {
                "Effect": "Allow",
                "Principal": {"AWS": "BEN"},
                "NotAction": "kms:Encrypt",
                "Resource": "*",
            },
            True,
        ),
        (
            {
                "Effect": "Allow",
                "Principal": {"AWS": "BEN"},
                "NotAction": "kms:De*",
                "Resource": "*",
            },
            False,
        ),
    ],
)
def test_a_statement_of_the_key_policy(
    kms: KMSClient, key: Key, ben: IamUser, statement: Any, allowed: bool
) -> None:
    text = json.dumps(statement).replace("BEN", ben.arn).replace('"ARN"', f'"{key.arn}"')
    put(kms, key, json.loads(text))
    assert may_decrypt(kms, ben.clients, key) is allowed


def test_a_denial_for_all_but_some(kms: KMSClient, key: Key, ben: IamUser) -> None:
    def deny_all_but(*spared: str) -> None:
        deny = {"Effect": "Deny", "NotPrincipal": {"AWS": list(spared)}, "Action": "kms:Decrypt"}
        put(kms, key, allow({"AWS": ben.arn}), {**deny, "Resource": "*"})

    deny_all_but(f"arn:aws:iam::{ACCOUNT}:user/ben", ROOT)
    assert may_decrypt(kms, ben.clients, key)
    for spared in (f"arn:aws:iam::{OTHER_ACCOUNT}:user/dora", ROOT, ben.arn):
        deny_all_but(spared)
        assert not may_decrypt(kms, ben.clients, key), "it names the user or the account only"


@pytest.mark.parametrize(
    ("retiring", "effects", "allowed"),
    [
        (True, {}, True),
        (True, {"IAM policy": "Deny"}, False),
        (True, {"key policy": "Deny"}, True),
        (False, {}, False),
        (False, {"key policy": "Allow"}, False),
        (False, {"IAM policy": "Allow"}, True),
    ],
)
def test_the_grant_and_iam_decide_who_retires_it(
    kms: KMSClient,
    iam: IAMClient,
    key: Key,
    ben: IamUser,
    retiring: bool,
    effects: dict[str, str],
    allowed: bool,
) -> None:
    statement = {"Action": "kms:RetireGrant", "Resource": "*"}
    if effect := effects.get("IAM policy"):
        put_iam(iam, "ben", {**statement, "Effect": effect})
    if effect := effects.get("key policy"):
        put(kms, key, {**statement, "Effect": effect, "Principal": {"AWS": ben.arn}})
    given: Any = {"RetiringPrincipal": ben.arn} if retiring else {}
    grant = kms.create_grant(
        KeyId=key.key_id, GranteePrincipal=ROOT, Operations=["Decrypt"], **given
    )
    with nullcontext() if allowed else pytest.raises(ClientError, match="AccessDeniedException"):
        ben.clients.kms.retire_grant(KeyId=key.arn, GrantId=grant["GrantId"])


def test_a_denial_of_the_key_policy_is_stronger_than_everything(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    put_iam(iam, "ben", {"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
    grantee = {"GranteePrincipal": ben.arn, "Operations": ["Decrypt"]}
    kms.create_grant(KeyId=key.key_id, **grantee)  # type: ignore[arg-type]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    put(kms, key, deny, allow({"AWS": ben.arn}))
    assert not may_decrypt(kms, ben.clients, key)
    assert not may_decrypt(kms, connect(), key), "root too"


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("condition", "context", "allowed"),
    [
        ({"StringEquals": {"kms:EncryptionContext:appuser": "1"}}, {"appuser": "1"}, True),
        ({"StringEquals": {"kms:EncryptionContext:appuser": "1"}}, {"appuser": "2"}, False),
        ({"StringEquals": {"kms:EncryptionContext:appuser": "1"}}, {}, False),
        ({"StringEquals": {"kms:EncryptionContext:appuser": ["1", "2"]}}, {"appuser": "2"}, True),
        ({"StringLike": {"kms:EncryptionContext:appuser": "1*"}}, {"appuser": "12345"}, True),
        ({"StringNotEquals": {"kms:EncryptionContext:appuser": "1"}}, {"appuser": "2"}, True),
        ({"StringNotEquals": {"kms:EncryptionContext:appuser": "1"}}, {"appuser": "1"}, False),
        ({"Null": {"kms:EncryptionContext:appuser": "true"}}, {}, True),
        ({"Null": {"kms:EncryptionContext:appuser": "false"}}, {}, False),
        (
            {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["appuser"]}},
            {"appuser": "1", "more": "2"},
            False,
        ),
        (
            {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": ["appuser"]}},
            {"appuser": "1", "more": "2"},
            True,
        ),
        ({"StringEquals": {"kms:CallerAccount": ACCOUNT}}, {}, True),
        ({"StringEquals": {"kms:CallerAccount": OTHER_ACCOUNT}}, {}, False),
        ({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, {}, False),
        ({"StringEqualsIfExists": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, {}, True),
        ({"Bool": {"kms:GrantIsForAWSResource": True}}, {}, False),
        ({"Bool": {"kms:GrantIsForAWSResource": "false"}}, {}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/b*"}}, {}, True),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/b*"}}, {}, False),
        ({"StringEquals": {"aws:username": "ben"}}, {}, True),
        (
            {"StringEquals": {"kms:EncryptionContext:owner": "${aws:username}"}},
            {"owner": "ben"},
            True,
        ),
        (
            {"StringEquals": {"kms:EncryptionContext:owner": "${aws:username}"}},
            {"owner": "x"},
            False,
        ),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, {}, True),
        ({"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}, {}, True),
        ({"StringEquals": {"kms:KeyOrigin": "EXTERNAL"}}, {}, False),
        ({"Bool": {"kms:MultiRegion": "false"}}, {}, True),
        ({"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}, {}, True),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, {}, True),
        ({"StringEquals": {"aws:ResourceAccount": ACCOUNT}}, {}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {}, False),
        ({"NumericGreaterThan": {"aws:EpochTime": "1577836800"}}, {}, True),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, {}, True),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, {}, False),
        ({"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*"}}, {}, True),
    ],
)
def test_a_condition_of_the_key_policy(
    kms: KMSClient,
    key: Key,
    ben: IamUser,
    condition: Any,
    context: dict[str, str],
    allowed: bool,
) -> None:
    put(kms, key, allow({"AWS": ben.arn}, Condition=condition))
    assert may_decrypt(kms, ben.clients, key, **context) is allowed


@pytest.mark.parametrize(
    "document",
    [
        "no JSON",
        "[]",
        '{"Statement": [{"Effect": "Maybe"}]}',
        '{"Statement": [{"Effect": "Allow", "Principal": "*"}]}',
        json.dumps({"Statement": [allow("*", Condition={"MoonIs": {"a": "full"}})]}),
        json.dumps({"Statement": [ROOT_MAY_ALL, allow({"AWS": "ben"})]}),
        json.dumps({"Statement": [ROOT_MAY_ALL, allow({"Service": "cloudtrail"})]}),
        *(
            json.dumps(
                {
                    "Statement": [
                        ROOT_MAY_ALL,
                        allow("*", Condition={"ForAllValues:StringEquals": {single: "b"}}),
                    ]
                }
            )
            for single in ("aws:RequestTag/a", "kms:EncryptionContext:a")
        ),
        json.dumps({"Statement": [ROOT_MAY_ALL, allow("*", Condition={"Bool": {"x:y": "true"}})]}),
    ],
)
def test_a_malformed_key_policy_is_refused(kms: KMSClient, key: Key, document: str) -> None:
    with pytest.raises(ClientError, match="MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key.key_id, PolicyName="default", Policy=document)
    with pytest.raises(ClientError, match="MalformedPolicyDocumentException"):
        kms.create_key(Policy=document)
    assert len(kms.list_keys()["Keys"]) == 1


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            allow({"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}, "kms:*"),
            "Policy contains a statement with one or more invalid principals.",
        ),
        (
            allow({"AWS": ROOT}, "kms:DescribeKey"),
            "The new key policy will not allow you to update the key policy in the future.",
        ),
        (
            allow(
                {"AWS": ROOT},
                "kms:PutKeyPolicy",
                Condition={"StringEquals": {"kms:CallerAccount": OTHER_ACCOUNT}},
            ),
            "The new key policy will not allow you to update the key policy in the future.",
        ),
    ],
    ids=["nobody", "not to change it", "to others only"],
)
@pytest.mark.usefixtures("ben")
def test_a_policy_is_refused_in_these_words(
    kms: KMSClient, key: Key, statement: Any, message: str
) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with pytest.raises(ClientError) as raised:
        kms.put_key_policy(KeyId=key.key_id, Policy=document)
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("MalformedPolicyDocumentException", message)


def test_who_may_change_the_policy_under_a_condition_that_holds_is_not_locked_out(
    kms: KMSClient, key: Key
) -> None:
    condition = {"StringEquals": {"kms:CallerAccount": ACCOUNT}}
    statement = allow({"AWS": ROOT}, "kms:Put*", Condition=condition)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    kms.put_key_policy(KeyId=key.key_id, Policy=document)
    kms.put_key_policy(KeyId=key.key_id, Policy=document)


def test_nobody_locks_themselves_out_unless_they_insist(kms: KMSClient, key: Key) -> None:
    document = json.dumps({"Statement": [{**ROOT_MAY_ALL, "Action": "kms:Encrypt"}]})
    policy: Any = {"KeyId": key.key_id, "PolicyName": "default", "Policy": document}
    with pytest.raises(ClientError, match="will not allow you to update the key policy"):
        kms.put_key_policy(**policy)
    kms.put_key_policy(**policy, BypassPolicyLockoutSafetyCheck=True)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.put_key_policy(**policy)
