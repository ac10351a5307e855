"""IAM users, each with boto3 clients that use the credentials of that user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_bdd import given, parsers

from kmsdemo.account.clients import Clients, connect

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from kmsdemo.account import Account


@dataclass(frozen=True)
class IamUser:
    """An IAM user: its ARN, for policies, and its access key."""

    user_name: str
    arn: str
    access_key_id: str
    secret_access_key: str = field(repr=False)

    @cached_property
    def clients(self) -> Clients:
        """Clients that use the access key of the user."""
        return connect(access_key_id=self.access_key_id, secret_access_key=self.secret_access_key)


IamUsers = dict[str, IamUser]


@given(parsers.re(r"the IAM users? (?P<names>[\w, ]+)"), target_fixture="iam_users")
def create_iam_users(iam: IAMClient, account: Account, names: str) -> Iterator[IamUsers]:
    with ExitStack() as until_the_end:
        iam_users = {}
        for name in re.split(r", | and ", names):
            iam_users[name] = create_iam_user(iam, account.resource_name(name))
            until_the_end.callback(delete_iam_user, iam, iam_users[name])
        yield iam_users


def create_iam_user(iam: IAMClient, user_name: str) -> IamUser:
    arn = iam.create_user(UserName=user_name)["User"]["Arn"]
    access_key = iam.create_access_key(UserName=user_name)["AccessKey"]
    return IamUser(user_name, arn, access_key["AccessKeyId"], access_key["SecretAccessKey"])


def delete_iam_user(iam: IAMClient, iam_user: IamUser) -> None:
    name = iam_user.user_name
    for policy_name in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy_name)
    iam.delete_access_key(UserName=name, AccessKeyId=iam_user.access_key_id)
    iam.delete_user(UserName=name)
