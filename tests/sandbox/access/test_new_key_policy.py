"""A new key policy locks its author out unless it allows a later PutKeyPolicy of this very key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ACCOUNT = "123456789012"
TAGS: Any = [{"TagKey": "env", "TagValue": "prod"}]


def policy(key: str, value: str) -> str:
    allowed = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*"}
    condition = {"Condition": {"StringEquals": {key: value}}}
    statement = {**allowed, "Resource": "*", **condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


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
    locked_out = pytest.raises(ClientError, match="will not allow you to update the key policy")
    with locked_out:
        kms.create_key(Policy=policy(key, "x"), Tags=TAGS)
    with locked_out:
        kms.put_key_policy(KeyId=key_id, Policy=policy(key, "x"))
    assert len(kms.list_keys()["Keys"]) == 1


def test_the_policy_of_a_replica_is_checked_for_the_replica(kms: KMSClient) -> None:
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kind = "kms:MultiRegionKeyType"
    with pytest.raises(ClientError, match="will not allow you to update the key policy"):
        kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Policy=policy(kind, "PRIMARY"))
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Policy=policy(kind, "REPLICA"))
