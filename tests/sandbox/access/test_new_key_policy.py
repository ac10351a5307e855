"""A new key policy locks its author out unless it allows a later PutKeyPolicy of this very key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.keys import Key
from steps.iam_users import IamUser
from tests.sandbox.access.callers import refusal

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ACCOUNT = "123456789012"
TAGS: Any = [{"TagKey": "env", "TagValue": "prod"}]
OTHER_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/other"


def allowing(principal: str = ACCOUNT, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*"}
    statement |= {"Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy(key: str, value: str) -> str:
    return allowing(Condition={"StringEquals": {key: value}})


LOCKED_OUT = pytest.raises(ClientError, match="will not allow you to update the key policy")
HOLDS = [
    ("kms:PolicyName", "default"),
    ("kms:KeyUsage", "ENCRYPT_DECRYPT"),
    ("aws:ResourceTag/env", "prod"),
]


@pytest.mark.parametrize(("key", "value"), HOLDS)
def test_a_policy_may_need_what_the_key_has(kms: KMSClient, key: str, value: str) -> None:
    key_id = kms.create_key(Policy=policy(key, value), Tags=TAGS)["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key_id, Policy=policy(key, value))


@pytest.mark.parametrize("key", [key for key, _ in HOLDS])
def test_a_policy_that_needs_what_the_key_has_not_locks_out(kms: KMSClient, key: str) -> None:
    key_id = kms.create_key(Tags=TAGS)["KeyMetadata"]["KeyId"]
    with LOCKED_OUT:
        kms.create_key(Policy=policy(key, "x"), Tags=TAGS)
    with LOCKED_OUT:
        kms.put_key_policy(KeyId=key_id, Policy=policy(key, "x"))
    assert len(kms.list_keys()["Keys"]) == 1


def test_a_policy_needs_no_more_than_the_resource_of_its_key(kms: KMSClient, key: Key) -> None:
    kms.put_key_policy(KeyId=key.key_id, Policy=allowing(Resource=key.arn))
    with LOCKED_OUT:
        kms.put_key_policy(KeyId=key.key_id, Policy=allowing(Resource=OTHER_KEY))


def test_the_tags_of_the_call_that_creates_a_key_are_not_those_of_a_later_call(
    kms: KMSClient,
) -> None:
    with LOCKED_OUT:
        kms.create_key(Policy=policy("aws:RequestTag/env", "prod"), Tags=TAGS)


def test_a_user_whom_the_new_policy_names_needs_no_iam_policy(
    kms: KMSClient, key: Key, ben: IamUser
) -> None:
    kms.put_key_policy(
        KeyId=key.key_id, Policy=allowing(ben.arn), BypassPolicyLockoutSafetyCheck=True
    )
    ben.clients.kms.put_key_policy(KeyId=key.key_id, Policy=allowing(ben.arn))


@pytest.mark.parametrize(
    ("key", "of_primary", "of_replica"),
    [
        ("kms:MultiRegionKeyType", "PRIMARY", "REPLICA"),
        ("aws:RequestedRegion", "us-east-1", "eu-west-1"),
    ],
)
def test_the_policy_of_a_replica_is_checked_for_the_replica(
    kms: KMSClient, key: str, of_primary: str, of_replica: str
) -> None:
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    with LOCKED_OUT:
        kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Policy=policy(key, of_primary))
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Policy=policy(key, of_replica))


# ------------------------------------------------------------------------------- the form


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            allowing(f"arn:aws:iam::{ACCOUNT}:user/nobody"),
            "Policy contains a statement with one or more invalid principals.",
        ),
        (
            allowing(
                Condition={"ForAllValues:StringEquals": {"kms:EncryptionContext:appuser": "1"}}
            ),
            "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued "
            "condition key matches requests without the specified [encryption context or tag] or "
            "with an unspecified [encryption context or tag]. To fix, remove ForAllValues.",
        ),
    ],
    ids=["a principal that does not exist", "a set of one value"],
)
def test_what_is_no_key_policy_is_refused(kms: KMSClient, document: str, message: str) -> None:
    """No principal exists in an account that has no IAM user and no role."""
    with pytest.raises(ClientError) as raised:
        kms.create_key(Policy=document)
    assert refusal(raised.value) == (400, "MalformedPolicyDocumentException", message)
