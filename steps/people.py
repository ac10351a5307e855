"""IAM users, each with clients of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_bdd import given, parsers

from kmsdemo.backends.clients import Clients, connect

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True)
class Person:
    """An IAM user: the ARN that a policy names, and the clients that the user works with."""

    arn: str
    access_key_id: str
    secret_access_key: str = field(repr=False)

    @cached_property
    def clients(self) -> Clients:
        """The user's own clients."""
        return connect(access_key_id=self.access_key_id, secret_access_key=self.secret_access_key)


People = dict[str, Person]


@given(parsers.re(r"the IAM users? (?P<names>[\w, ]+)"), target_fixture="people")
def create_people(iam: IAMClient, names: str) -> People:
    return {name: _create(iam, name) for name in re.split(r", | and ", names)}


def _create(iam: IAMClient, name: str) -> Person:
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    access_key = iam.create_access_key(UserName=name)["AccessKey"]
    return Person(arn, access_key["AccessKeyId"], access_key["SecretAccessKey"])
