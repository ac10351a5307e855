"""AWS managed keys: an AWS service creates them, and they can be used only through it.

AWS: "AWS managed keys", AWS KMS Developer Guide.
"""

from __future__ import annotations

import json
from typing import Final

from moto.utilities.utils import get_partition

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.key import Alias, KeyStore
from kmsdemo.sandbox.kms import keys, rotation
from kmsdemo.sandbox.trail import history

_PREFIX: Final = "alias/aws/"
_SERVICES: Final = frozenset(
    {
        *("acm", "backup", "cloud9", "codeartifact", "codecommit", "connect", "dms", "dynamodb"),
        *("ebs", "elasticfilesystem", "es", "fsx", "glue", "kafka", "kinesis", "kinesisvideo"),
        *("lambda", "rds", "redshift", "s3", "secretsmanager", "sns", "sqs", "ssm", "transfer"),
        *("workspaces", "xray"),
    }
)


def create_if_predefined(store: KeyStore, alias: str) -> None:
    """Create the AWS managed key of a predefined alias, unless it exists.

    AWS: DescribeKey, "predefined AWS alias", AWS KMS API Reference.
    """
    service = alias.removeprefix(_PREFIX)
    if alias in store.aliases or service == alias or service not in _SERVICES:
        return
    key = keys.add(store, _policy(store, service))
    key.key_manager = "AWS"
    key.description = f"Default key that protects my {service} data when no other key is defined"
    rotation.enable(key)
    now = clock.now(store.account_id)
    store.aliases[alias] = Alias(alias, key.id, created=now, updated=now)
    history.record_of_aws("CreateKey", key.arn, now)


def _policy(store: KeyStore, service: str) -> str:
    """Return a policy that lets the account use the key through the service, and describe it."""
    through = {
        "kms:CallerAccount": store.account_id,
        "kms:ViaService": f"{service}.{store.region}.amazonaws.com",
    }
    root = f"arn:{get_partition(store.region)}:iam::{store.account_id}:root"
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]
    look = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": f"auto-{service}-1",
            "Statement": [
                {
                    "Sid": f"Allow access through {service} for all principals in the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": [*use, "kms:CreateGrant", "kms:DescribeKey"],
                    "Resource": "*",
                    "Condition": {"StringEquals": through},
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": root},
                    "Action": look,
                    "Resource": "*",
                },
            ],
        }
    )
