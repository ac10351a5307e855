"""Callers of a sandbox: clients that sign with one access key or another."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.subprocesses import TIME_LIMIT_SECONDS

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "111122223333"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_SESSION = boto3.Session()
_CONFIG = Config(
    retries={"total_max_attempts": 1},
    read_timeout=TIME_LIMIT_SECONDS,
    parameter_validation=False,
)


class ClassSandbox:
    """Makes clients of a sandbox that listens at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, service: Any, *credentials: str) -> Any:
        """Return a client; by default of the root of the account 123456789012."""
        access_key_id, secret, token = (*(credentials or (ACCOUNT, "x")), None)[:3]
        return _SESSION.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=_CONFIG,
        )

    def user(self, name: str, root: str = ACCOUNT) -> tuple[str, str]:
        """Create an IAM user who may do everything, and return the access key."""
        iam = self.client("iam", root, "x")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(ALLOW_ALL))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]


def policy(*statements: dict[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: Any, **more: Any) -> str:
    """Return a trust policy that lets a principal assume the role."""
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


def of_session(answer: Any) -> tuple[str, str, str]:
    """Return the credentials in an answer of STS."""
    given = answer["Credentials"]
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]


def refusal(error: ClientError) -> tuple[int, str, str]:
    """Return the status, the code and the message of an error."""
    answer = error.response
    said = answer["Error"]
    return answer["ResponseMetadata"]["HTTPStatusCode"], said["Code"], said.get("Message", "")
