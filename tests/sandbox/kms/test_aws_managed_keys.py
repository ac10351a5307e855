"""AWS managed keys: made when somebody asks for their alias, for one service alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.trail import history

ACCOUNT = "123456789012"


def described(clients: Clients, alias: str) -> Any:
    return clients.kms.describe_key(KeyId=alias)["KeyMetadata"]


@pytest.mark.parametrize(("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn")])
def test_its_policy_lets_the_account_use_it_through_the_service(
    clients: Clients, region: str, partition: str
) -> None:
    there = clients.in_region(region)
    key_id = described(there, "alias/aws/ebs")["KeyId"]
    assert json.loads(there.kms.get_key_policy(KeyId=key_id)["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "auto-ebs-1",
        "Statement": [
            {
                "Sid": "Allow access through ebs for all principals in the account",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                ],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": ACCOUNT,
                        "kms:ViaService": f"ebs.{region}.amazonaws.com",
                    }
                },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    }


def test_it_is_made_once_with_its_alias_and_yearly_rotation(clients: Clients) -> None:
    key = described(clients, "alias/aws/s3")
    assert described(clients, "alias/aws/s3")["KeyId"] == key["KeyId"]
    assert (key["KeyManager"], key["Description"]) == (
        "AWS",
        "Default key that protects my s3 data when no other key is defined",
    )
    (alias,) = clients.kms.list_aliases()["Aliases"]
    assert (alias["AliasName"], alias["TargetKeyId"]) == ("alias/aws/s3", key["KeyId"])
    assert alias["CreationDate"] - key["CreationDate"] < timedelta(hours=1)
    status: Any = clients.kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)


def test_its_creation_is_recorded_as_what_aws_did(clients: Clients) -> None:
    key = described(clients, "alias/aws/sns")
    (created,) = [one for one in history.newest_first(ACCOUNT) if one["eventName"] == "CreateKey"]
    assert (created["eventType"], created["resources"][0]["ARN"]) == ("AwsServiceEvent", key["Arn"])


@pytest.mark.parametrize("alias", ["alias/aws/unheard-of", "alias/s3", "alias/aws/"])
def test_no_other_alias_makes_a_key(clients: Clients, alias: str) -> None:
    with pytest.raises(ClientError, match="NotFoundException"):
        clients.kms.describe_key(KeyId=alias)
    assert clients.kms.list_keys()["Keys"] == []
