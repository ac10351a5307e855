"""Who may: key policies, IAM policies and grants, as AWS evaluates and words them."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from kmsdemo import keys
from kmsdemo.account.clients import Clients, connect
from kmsdemo.keys import Key
from kmsdemo.sandbox.access import authorization, policy_document, principals
from kmsdemo.sandbox.access.evaluation import Caller
from kmsdemo.sandbox.access.policy_document import PolicyKind
from kmsdemo.sandbox.refusal import Refusal
from steps.iam_users import IamUser, create_iam_user

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROOT_MAY_ALL = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
OTHER_ACCOUNT = "111122223333"


def allow(principal: Any, action: Any = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**statement, **more}


def put(kms: KMSClient, key: Key, *statements: Any, **options: Any) -> None:
    document = {"Version": "2012-10-17", "Statement": [ROOT_MAY_ALL, *statements]}
    kms.put_key_policy(
        KeyId=key.key_id, PolicyName="default", Policy=json.dumps(document), **options
    )


def with_session(credentials: Any) -> Clients:
    """Return the clients of a role that was assumed."""
    session = connect().botocore_session
    session.set_credentials(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )
    return Clients(session)


def put_iam(iam: IAMClient, user: str, *statements: Any) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)


def may_decrypt(kms: KMSClient, caller: Clients, key: Key, **context: str) -> bool:
    """Encrypt as root, and say whether the caller may decrypt it."""
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext=context)
    with suppress(caller.kms.exceptions.ClientError):
        caller.kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
        return True
    # Not only not allowed: refused for this very reason.
    with pytest.raises(ClientError, match="AccessDeniedException"):
        caller.kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
    return False


def refusal(caller: Clients, key: Key) -> str:
    with pytest.raises(ClientError) as raised:
        caller.kms.encrypt(KeyId=key.key_id, Plaintext=b"x")
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    return raised.value.response["Error"]["Message"]


# --------------------------------------------------------------------------- in AWS's words


def words(iam_user: IamUser, key: Key, reason: str) -> str:
    return (
        f"User: {iam_user.arn} is not authorized to perform: kms:Encrypt "
        f"on resource: {key.arn} {reason}"
    )


def test_a_key_policy_that_names_nobody_refuses_in_its_own_words(
    kms: KMSClient, key: Key, ben: IamUser
) -> None:
    only_root = {**ROOT_MAY_ALL, "Action": "kms:PutKeyPolicy"}
    document = json.dumps({"Statement": [only_root]})
    kms.put_key_policy(KeyId=key.key_id, PolicyName="default", Policy=document)
    reason = "because no resource-based policy allows the kms:Encrypt action"
    assert refusal(ben.clients, key) == words(ben, key, reason)


def test_where_iam_decides_the_refusal_speaks_of_iam(key: Key, ben: IamUser) -> None:
    reason = "because no identity-based policy allows the kms:Encrypt action"
    assert refusal(ben.clients, key) == words(ben, key, reason)


def test_an_explicit_deny_says_where_it_stands(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    put(kms, key, allow({"AWS": ben.arn}, "kms:*"))
    put_iam(iam, "ben", {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"})
    reason = "with an explicit deny in an identity-based policy"
    assert refusal(ben.clients, key) == words(ben, key, reason)
    put(kms, key, allow({"AWS": ben.arn}, "kms:Encrypt", Effect="Deny"))
    reason = "with an explicit deny in a resource-based policy"
    assert refusal(ben.clients, key) == words(ben, key, reason)


# ------------------------------------------------------------------------------ key policies


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


# ------------------------------------------------------------------------------ IAM policies


def test_iam_decides_where_the_key_policy_names_the_account(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    put_iam(iam, "ben", {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key.arn})
    assert may_decrypt(kms, ben.clients, key)
    assert not may_decrypt(kms, ben.clients, keys.create(kms)), "that one is not in the policy"


def test_iam_alone_is_not_enough(kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser) -> None:
    put_iam(iam, "ben", {"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
    narrow = [{**ROOT_MAY_ALL, "Action": ["kms:PutKeyPolicy", "kms:Encrypt"]}]
    document = json.dumps({"Statement": narrow})
    kms.put_key_policy(KeyId=key.key_id, PolicyName="default", Policy=document)
    assert not may_decrypt(kms, ben.clients, key)


def test_an_iam_policy_that_cannot_be_evaluated_allows_nothing_and_says_so(
    iam: IAMClient, key: Key, ben: IamUser
) -> None:
    condition = {"DateLessThan": {"aws:Moon": "2030-01-01T00:00:00Z"}}
    statement = {"Effect": "Deny", "Action": "kms:*", "Resource": "*", "Condition": condition}
    stored = iam_backends[ACCOUNT]["aws"].get_user("ben").policies  # by an older sandbox
    stored["p"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert "does not know the condition key aws:Moon" in refusal(ben.clients, key)


def test_a_short_waiting_period_can_be_forbidden(kms: KMSClient, key: Key, ben: IamUser) -> None:
    days = {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "14"}}
    put(kms, key, allow({"AWS": ben.arn}, "kms:ScheduleKeyDeletion", Condition=days))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        ben.clients.kms.schedule_key_deletion(KeyId=key.key_id, PendingWindowInDays=13)
    assert ben.clients.kms.schedule_key_deletion(KeyId=key.key_id, PendingWindowInDays=14)


def test_policies_of_groups_and_managed_policies_count(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    managed = iam.create_policy(PolicyName="m", PolicyDocument=document)["Policy"]["Arn"]
    iam.create_group(GroupName="class")
    iam.attach_group_policy(GroupName="class", PolicyArn=managed)
    assert not may_decrypt(kms, ben.clients, key)
    iam.add_user_to_group(GroupName="class", UserName="ben")
    assert may_decrypt(kms, ben.clients, key)


def test_operations_without_a_key_are_iams_alone(iam: IAMClient, ben: IamUser) -> None:
    with pytest.raises(ClientError) as raised:
        ben.clients.kms.create_key()
    assert raised.value.response["Error"]["Message"] == (
        f"User: {ben.arn} is not authorized to perform: kms:CreateKey "
        "because no identity-based policy allows the kms:CreateKey action"
    )
    put_iam(iam, "ben", {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"})
    assert ben.clients.kms.create_key()


def test_a_role_is_named_by_its_own_arn(kms: KMSClient, iam: IAMClient, key: Key) -> None:
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*"}]})
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = connect().session
    assumed = session.client("sts").assume_role(RoleArn=role, RoleSessionName="session")[
        "Credentials"
    ]
    reader = with_session(assumed)
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session" in refusal(reader, key)
    put(kms, key, allow({"AWS": role}))
    assert may_decrypt(kms, reader, key)


# ------------------------------------------------------------------------------------ grants


def test_a_grant_allows_its_operations_only(kms: KMSClient, key: Key, ben: IamUser) -> None:
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Decrypt"])
    assert may_decrypt(kms, ben.clients, key)
    assert "kms:Encrypt" in refusal(ben.clients, key)


@pytest.mark.parametrize(
    ("constraints", "context", "allowed"),
    [
        ({"EncryptionContextSubset": {"a": "1"}}, {"a": "1", "b": "2"}, True),
        ({"EncryptionContextSubset": {"a": "1"}}, {"a": "1"}, True),
        ({"EncryptionContextSubset": {"a": "1"}}, {"b": "2"}, False),
        ({"EncryptionContextEquals": {"a": "1"}}, {"a": "1"}, True),
        ({"EncryptionContextEquals": {"a": "1"}}, {"a": "1", "b": "2"}, False),
    ],
)
def test_a_grant_can_be_limited_to_a_context(
    kms: KMSClient, key: Key, ben: IamUser, constraints: Any, context: Any, allowed: bool
) -> None:
    kms.create_grant(
        KeyId=key.key_id,
        GranteePrincipal=ben.arn,
        Operations=["Decrypt"],
        Constraints=constraints,
    )
    assert may_decrypt(kms, ben.clients, key, **context) is allowed


@pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
def test_a_context_limits_no_operation_that_has_none(
    kms: KMSClient, key: Key, ben: IamUser, kind: str
) -> None:
    """AWS: ``GrantConstraints``, AWS KMS API Reference."""
    constraints: Any = {kind: {"a": "1"}}
    grant_id = kms.create_grant(
        KeyId=key.key_id,
        GranteePrincipal=ben.arn,
        Operations=["Decrypt", "DescribeKey", "RetireGrant"],
        Constraints=constraints,
    )["GrantId"]
    assert ben.clients.kms.describe_key(KeyId=key.key_id)
    ben.clients.kms.retire_grant(KeyId=key.arn, GrantId=grant_id)
    assert kms.list_grants(KeyId=key.key_id)["Grants"] == []


def test_a_grant_for_a_resource_of_aws_serves_no_one_else_but_can_be_retired(
    kms: KMSClient, key: Key, ben: IamUser
) -> None:
    constraints: Any = kms.meta.service_model.shape_for("GrantConstraints")
    if "SourceArn" not in constraints.members:
        pytest.skip("this version of botocore does not know SourceArn")
    table: Any = {"SourceArn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/demo-kms"}
    grant_id = kms.create_grant(
        KeyId=key.key_id,
        GranteePrincipal=ben.arn,
        Operations=["Decrypt", "RetireGrant"],
        Constraints=table,
    )["GrantId"]
    assert not may_decrypt(kms, ben.clients, key)
    ben.clients.kms.retire_grant(KeyId=key.arn, GrantId=grant_id)


@pytest.mark.parametrize(
    ("operations", "allowed"), [(["Decrypt"], True), (["Decrypt", "Encrypt"], False)]
)
def test_a_grantee_gives_no_more_than_the_grant(
    kms: KMSClient, key: Key, ben: IamUser, operations: Any, allowed: bool
) -> None:
    given: Any = ["Decrypt", "CreateGrant"]
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=given)
    more = "because it allows more than the grant that allows it"
    with nullcontext() if allowed else pytest.raises(ClientError, match=more):
        ben.clients.kms.create_grant(
            KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=operations
        )


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Condition": {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}},
        {"Resource": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*"},
    ],
    ids=str,
)
def test_a_grantee_whom_a_policy_allows_to_grant_gives_what_it_likes(
    kms: KMSClient, key: Key, ben: IamUser, more: Any
) -> None:
    given: Any = ["Decrypt", "CreateGrant"]
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=given)
    put(kms, key, allow({"AWS": ben.arn}, "kms:CreateGrant", **more))
    ben.clients.kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Encrypt"])
    assert ben.clients.kms.encrypt(KeyId=key.key_id, Plaintext=b"x")


def test_a_policy_that_allows_another_grant_does_not_count(
    kms: KMSClient, key: Key, ben: IamUser
) -> None:
    given: Any = ["Decrypt", "CreateGrant"]
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=given)
    condition = {"StringEquals": {"kms:GranteePrincipal": "arn:aws:iam::123456789012:user/dora"}}
    put(kms, key, allow({"AWS": ben.arn}, "kms:CreateGrant", Condition=condition))
    with pytest.raises(ClientError, match="allows more than the grant"):
        ben.clients.kms.create_grant(
            KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Encrypt"]
        )


# ---------------------------------------------------------------------------------- accounts


def learner(number: str = OTHER_ACCOUNT) -> Clients:
    return connect(access_key_id=number, secret_access_key="x")


def test_another_account_needs_both_the_key_policy_and_its_own_consent(
    kms: KMSClient, key: Key
) -> None:
    other = learner()
    made = other.iam.create_user(UserName="dora")["User"]["Arn"]
    access_key = other.iam.create_access_key(UserName="dora")["AccessKey"]
    dora = connect(
        access_key_id=access_key["AccessKeyId"], secret_access_key=access_key["SecretAccessKey"]
    )
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]

    def decrypts() -> bool:
        with suppress(dora.kms.exceptions.ClientError):
            return bool(dora.kms.decrypt(CiphertextBlob=blob, KeyId=key.arn))
        return False

    assert not decrypts()
    put(kms, key, allow({"AWS": made}))
    assert not decrypts(), "her own account has not consented"
    put_iam(other.iam, "dora", {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})
    assert decrypts()
    put(kms, key)
    assert not decrypts(), "the key's account has withdrawn"


def test_a_key_of_another_account_answers_as_its_own(kms: KMSClient, key: Key) -> None:
    put(kms, key, allow({"AWS": OTHER_ACCOUNT}, "kms:*"))
    assert learner().kms.describe_key(KeyId=key.arn)["KeyMetadata"]["AWSAccountId"] == ACCOUNT


def test_no_policy_lets_another_account_manage_a_key(kms: KMSClient, key: Key) -> None:
    put(kms, key, allow({"AWS": OTHER_ACCOUNT}, "kms:*"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        learner().kms.disable_key(KeyId=key.arn)


def test_a_ciphertext_names_a_key_of_another_account(kms: KMSClient, key: Key) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(ClientError, match="or you are not allowed to access"):
        learner().kms.decrypt(CiphertextBlob=blob)
    with pytest.raises(ClientError, match=f"key/{key.key_id}' does not exist"):
        learner().kms.decrypt(CiphertextBlob=blob, KeyId=key.key_id)
    put(kms, key, allow({"AWS": OTHER_ACCOUNT}))
    assert learner().kms.decrypt(CiphertextBlob=blob)["KeyId"] == key.arn
    assert learner().kms.decrypt(CiphertextBlob=blob, KeyId=key.key_id)["KeyId"] == key.arn
    for unknown in (b"no ciphertext", blob):
        with pytest.raises(ClientError, match="NotFoundException"):
            learner().kms.decrypt(CiphertextBlob=unknown, KeyId=str(uuid4()))


# --------------------------------------------------------------------------- who is meant


def test_a_permissions_boundary_limits_a_role(kms: KMSClient, iam: IAMClient, key: Key) -> None:
    document = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}
    boundary = iam.create_policy(
        PolicyName="b",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": document}),
    )["Policy"]["Arn"]
    trusting = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="limited",
        AssumeRolePolicyDocument=json.dumps({"Statement": [trusting]}),
        PermissionsBoundary=boundary,
    )["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(
        RoleName="limited",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": everything}),
    )
    session = connect().session
    given = session.client("sts").assume_role(RoleArn=role, RoleSessionName="session")
    assumed = given["Credentials"]
    limited = with_session(assumed)
    assert limited.kms.encrypt(KeyId=key.key_id, Plaintext=b"x")
    assert not may_decrypt(kms, limited, key)


def test_a_denial_by_a_tag_of_the_key_denies(kms: KMSClient, key: Key, ben: IamUser) -> None:
    kms.tag_resource(KeyId=key.key_id, Tags=[{"TagKey": "env", "TagValue": "prod"}])
    is_prod = {"StringEquals": {"aws:ResourceTag/env": "prod"}}
    denial = allow("*", "kms:ScheduleKeyDeletion", Effect="Deny", Condition=is_prod)
    put(kms, key, allow({"AWS": ben.arn}, "kms:*"), denial)
    with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
        ben.clients.kms.schedule_key_deletion(KeyId=key.key_id)


def test_accounts_do_not_see_each_other(kms: KMSClient, key: Key) -> None:
    first, second = learner(), learner("444455556666")
    made = first.kms.create_key()["KeyMetadata"]
    assert made["AWSAccountId"] == OTHER_ACCOUNT
    assert second.kms.list_keys()["Keys"] == []
    assert [found["KeyId"] for found in first.kms.list_keys()["Keys"]] == [made["KeyId"]]
    assert [found["KeyId"] for found in kms.list_keys()["Keys"]] == [key.key_id]


def test_the_root_of_an_account_is_named_in_a_refusal(key: Key) -> None:
    with pytest.raises(ClientError, match=f"User: arn:aws:iam::{OTHER_ACCOUNT}:root is not"):
        learner().kms.describe_key(KeyId=key.arn)


@pytest.mark.parametrize("access_key_id", ["test", "AKIAIOSFODNN7EXAMPLE", "anything"])
def test_classic_credentials_act_as_root(key: Key, access_key_id: str) -> None:
    classic = connect(access_key_id=access_key_id, secret_access_key="x")
    assert classic.kms.describe_key(KeyId=key.key_id)


def test_an_access_key_that_iam_deleted_is_no_ones(iam: IAMClient, key: Key, ben: IamUser) -> None:
    access_key_id = iam.list_access_keys(UserName="ben")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="ben", AccessKeyId=access_key_id)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        ben.clients.kms.describe_key(KeyId=key.key_id)


# ------------------------------------------------------------------ a caller and its policies


def written(statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def bounded(iam: IAMClient, boundary: str) -> IamUser:
    """Create a user with an IAM policy and a permissions boundary."""
    arn = iam.create_policy(PolicyName="b", PolicyDocument=boundary)["Policy"]["Arn"]
    ben = create_iam_user(iam, "ben")
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    put_iam(iam, "ben", {"Effect": "Allow", "Action": ["kms:*", "sts:*"], "Resource": "*"})
    return ben


def test_a_caller_has_all_kinds_of_policies_that_apply_to_it(iam: IAMClient) -> None:
    def document(action: str) -> str:
        return written({"Effect": "Allow", "Action": action, "Resource": "*"})

    ben = bounded(iam, document("*"))
    sts = ben.clients.session.client("sts")
    given = sts.get_federation_token(Name="guest", Policy=document("kms:Decrypt"))["Credentials"]
    principal = principals.find(given["AccessKeyId"])
    assert principal
    caller = authorization.caller_for(principal)
    kinds = (caller.policies, caller.session_policies, caller.boundary)
    assert [statement.action.patterns for (statement,) in kinds if statement.action] == [  # type: ignore[misc]
        ("kms:*", "sts:*"),
        ("kms:Decrypt",),
        ("*",),
    ]
    assert (caller.arn, caller.account, caller.names) == (principal.arn, ACCOUNT, principal.names)
    assert caller.own_names == principal.own_names
    assert caller.context()["aws:PrincipalType"] == ["FederatedUser"]


def test_the_root_user_has_no_policies() -> None:
    principal = principals.find(ACCOUNT)
    assert principal
    caller = authorization.caller_for(principal)
    assert (caller.policies, caller.session_policies, caller.boundary) == (None, None, None)


def test_a_boundary_that_is_gone_allows_nothing_and_says_so(iam: IAMClient) -> None:
    ben = bounded(iam, written(ALLOWED))
    arn = f"arn:aws:iam::{ACCOUNT}:policy/b"
    del iam_backends[ACCOUNT]["aws"].managed_policies[arn]
    principal = principals.find(
        iam.list_access_keys(UserName="ben")["AccessKeyMetadata"][0]["AccessKeyId"]
    )
    assert principal
    with pytest.raises(Refusal) as raised:
        authorization.caller_for(principal)
    assert raised.value.code == "AccessDeniedException"
    assert raised.value.message == (
        f"The sandbox cannot evaluate an IAM policy of {ben.arn}: "
        f"The permissions boundary {arn} of {ben.arn} does not exist."
    )


@pytest.mark.parametrize(
    ("name", "exists"),
    [
        ("*", True),
        (ACCOUNT, True),
        (ROOT, True),
        (f"arn:aws:iam::{ACCOUNT}:user/ben", True),
        (f"arn:aws:iam::{ACCOUNT}:user/nobody", False),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", True),
        ("arn:aws:iam::999900001111:user/anybody", True),
        ("ben", False),
    ],
)
@pytest.mark.usefixtures("ben")
def test_a_principal_exists_unless_its_account_is_known_and_has_none(
    name: str, exists: bool
) -> None:
    assert authorization.principal_exists(name, ACCOUNT) is exists


@pytest.mark.usefixtures("clients")
def test_a_user_of_another_known_account_has_to_exist() -> None:
    made = learner().iam.create_user(UserName="dora")["User"]["Arn"]
    assert authorization.principal_exists(made, ACCOUNT)
    assert not authorization.principal_exists(f"{made}x", ACCOUNT)


# ----------------------------------------------------- a key that another account does not have

FOREIGN = f"arn:aws:kms:us-east-1:{OTHER_ACCOUNT}:key/1"
BEN = f"arn:aws:iam::{ACCOUNT}:user/ben"
ALLOWED = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("denied", "reason"),
    [
        ({}, "because no resource-based policy allows the kms:Encrypt action"),
        (
            {"Action": "kms:Decrypt"},
            "because no resource-based policy allows the kms:Encrypt action",
        ),
        *(
            (more, "with an explicit deny in an identity-based policy")
            for more in (
                {"Action": "kms:Encrypt"},
                {"Action": "kms:*", "Resource": FOREIGN},
                {"Action": "kms:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "r"}}},
            )
        ),
    ],
    ids=["nothing denied", "another action", "the action", "the key", "the request"],
)
def test_a_key_that_is_not_there_is_refused_as_if_it_were(denied: Any, reason: str) -> None:
    listed = [ALLOWED, *([{**ALLOWED, "Effect": "Deny", **denied}] if denied else [])]
    policies = policy_document.statements(json.dumps({"Statement": listed}), PolicyKind.IDENTITY)
    caller = Caller(BEN, ACCOUNT, frozenset({BEN}), policies)
    context = {"aws:RequestedRegion": ["r"]}
    error = authorization.denied_in_other_account(caller, "Encrypt", FOREIGN, lambda: context)
    message = (
        f"User: {BEN} is not authorized to perform: kms:Encrypt on resource: {FOREIGN} {reason}"
    )
    assert (error.code, error.message) == ("AccessDeniedException", message)
