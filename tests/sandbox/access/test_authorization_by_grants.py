"""What a grant allows, to whom, and in which encryption context."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.keys import Key
from steps.iam_users import IamUser
from tests.sandbox.access.callers import ACCOUNT
from tests.sandbox.access.written_policies import allow, may_decrypt, put, refusal

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


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
