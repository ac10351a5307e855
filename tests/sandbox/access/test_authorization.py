"""Who may: key policies, IAM policies and grants, as AWS evaluates and words them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from kmsdemo import keys
from kmsdemo.account.clients import connect
from kmsdemo.keys import Key
from steps.iam_users import IamUser
from tests.sandbox.access.callers import ACCOUNT
from tests.sandbox.access.written_policies import (
    ROOT_MAY_ALL,
    allow,
    may_decrypt,
    put,
    put_iam,
    refusal,
    with_session,
)

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


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


@pytest.mark.parametrize("access_key_id", ["test", "AKIAIOSFODNN7EXAMPLE", "anything"])
def test_classic_credentials_act_as_root(key: Key, access_key_id: str) -> None:
    classic = connect(access_key_id=access_key_id, secret_access_key="x")
    assert classic.kms.describe_key(KeyId=key.key_id)


def test_an_access_key_that_iam_deleted_is_no_ones(iam: IAMClient, key: Key, ben: IamUser) -> None:
    access_key_id = iam.list_access_keys(UserName="ben")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="ben", AccessKeyId=access_key_id)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        ben.clients.kms.describe_key(KeyId=key.key_id)
