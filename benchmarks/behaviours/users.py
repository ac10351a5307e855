"""IAM users and roles who make calls, and the key policies and IAM policies that decide on them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

from benchmarks.behaviours.behaviour import Account

OWN: Final = "123456789012"
OTHER: Final = "210987654321"
ALLOW: Final[dict[str, Any]] = {"Effect": "Allow"}
DENY: Final[dict[str, Any]] = {"Effect": "Deny"}
STS: Final[dict[str, Any]] = {**ALLOW, "Action": "sts:*", "Resource": "*"}
EVERYTHING: Final[dict[str, Any]] = {**ALLOW, "Action": "kms:*", "Resource": "*"}
DESCRIBE: Final[dict[str, Any]] = {**ALLOW, "Action": "kms:DescribeKey", "Resource": "*"}
ENCRYPT: Final[dict[str, Any]] = {**ALLOW, "Action": "kms:Encrypt", "Resource": "*"}
TAGGED: Final[dict[str, Any]] = {"Tags": [{"Key": "team", "Value": "blue"}]}

_ASSUME: Final = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def arn_of_root(account: str = "") -> str:
    """Return the ARN that names an account."""
    return f"arn:aws:iam::{account or OWN}:root"


def put_policy(account: Account, key: str, *statements: Mapping[str, Any], **options: Any) -> None:
    """Set a key policy that allows the account everything, and has some statements more."""
    own = {**EVERYTHING, "Principal": {"AWS": OWN}}
    account.kms.put_key_policy(KeyId=key, Policy=document(own, *statements), **options)


class User:
    """An IAM user with a client of AWS KMS.

    Attributes:
        arn: Its ARN.
        kms: Its client.
        credentials: Its access key id and its secret access key.
    """

    def __init__(
        self, owner: Account, *statements: Mapping[str, Any], account: str = "", **options: Any
    ) -> None:
        """Create a user whose IAM policy has some statements; without any, it has none.

        Args:
            owner: An account of the emulator.
            statements: Of the IAM policy.
            account: That of the user, by default the one of keys.
            options: Of CreateUser.
        """
        self._emulator = owner.emulator
        iam, name = self._emulator.client("iam", account or OWN, "secret"), unique("user")
        self.arn = str(iam.create_user(UserName=name, **options)["User"]["Arn"])
        if statements:
            iam.put_user_policy(
                UserName=name, PolicyName="may", PolicyDocument=document(*statements)
            )
        made = iam.create_access_key(UserName=name)["AccessKey"]
        self.credentials = (str(made["AccessKeyId"]), str(made["SecretAccessKey"]))
        self.kms = self.client("kms")

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        return self._emulator.client(service, *self.credentials)

    def in_region(self, region: str) -> Any:
        """Return a client of AWS KMS in another Region."""
        return self._emulator.client("kms", *self.credentials, region=region)


def new_role(account: Account, *statements: Mapping[str, Any], **options: Any) -> str:
    """Create a role and return its ARN.

    Args:
        account: The account.
        statements: Of the role's policy.
        options: Of CreateRole; ``condition`` and ``actions`` are those of its trust policy.
    """
    iam, name = account.emulator.client("iam"), unique("role")
    condition = {"Condition": options.pop("condition")} if "condition" in options else {}
    actions = list(options.pop("actions", _ASSUME))
    trusted = {**ALLOW, "Principal": {"AWS": OWN}, "Action": actions, **condition}
    options["AssumeRolePolicyDocument"] = document(trusted)
    arn = iam.create_role(RoleName=name, **options)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document(*statements))
    return str(arn)


class Session:
    """A session of a role.

    Attributes:
        arn: Its ARN.
        credentials: Its access key id, secret access key and token.
    """

    def __init__(self, account: Account, role: str, sts: Any = None, **options: Any) -> None:
        self._emulator = account.emulator
        client = sts or User(account, STS).client("sts")
        made = client.assume_role(**{"RoleArn": role, "RoleSessionName": "one", **options})
        self.arn = str(made["AssumedRoleUser"]["Arn"])
        self.credentials = credentials(made)

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        return self._emulator.client(service, *self.credentials)


def credentials(made: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the access key id, the secret and the token of an answer of STS."""
    given = made["Credentials"]
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]


def new_policy(account: Account, *statements: Mapping[str, Any]) -> str:
    """Create a managed policy and return its ARN."""
    made = account.emulator.client("iam").create_policy(
        PolicyName=unique("policy"), PolicyDocument=document(*statements)
    )
    return str(made["Policy"]["Arn"])


def unique(name: str) -> str:
    """Return a name that nobody else has."""
    return f"{name}-{secrets.token_hex(8)}"
