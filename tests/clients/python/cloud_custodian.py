"""Runs Cloud Custodian in process: it reads tags with an API of AWS that only ``mock_kms`` has."""

import json
import os
import sys
from pathlib import Path

import boto3
from c7n.cli import main

from kmsdemo.sandbox import mock_kms

POLICIES = """
policies:
  - name: many-grants
    resource: aws.kms
    filters:
      - { type: grant-count, min: 2 }
  - name: never-used
    resource: aws.kms-key
    filters:
      - type: last-usage
        attrs:
          - { type: value, key: KeyLastUsage.Timestamp, value: absent }
"""


def create_keys():
    kms = boto3.client("kms")
    granted, unused = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName="alias/granted", TargetKeyId=granted)
    kms.create_alias(AliasName="alias/unused", TargetKeyId=unused)
    kms.encrypt(KeyId=granted, Plaintext=b"x")
    for operation in ("Encrypt", "Decrypt"):
        root = "arn:aws:iam::123456789012:root"
        kms.create_grant(KeyId=granted, GranteePrincipal=root, Operations=[operation])


del os.environ["AWS_ENDPOINT_URL"]  # mock_kms answers for AWS's own hosts
with mock_kms():
    create_keys()
    Path("policies.yml").write_text(POLICIES)
    sys.argv = ["custodian", "run", "--region", "us-east-1", "-s", "out", "policies.yml"]
    main()
    (granted,) = json.loads(Path("out/many-grants/resources.json").read_text())
    (unused,) = json.loads(Path("out/never-used/resources.json").read_text())
    print(granted["AliasName"], *unused["AliasNames"])
