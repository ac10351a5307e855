"""IAM users, each with clients of their own."""

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
class Person:
    """An IAM user: the ARN that a policy names, and the clients that the user works with."""

    user_name: str
    arn: str
    access_key_id: str
    secret_access_key: str = field(repr=False)

    @cached_property
    def clients(self) -> Clients:
        """The user's own clients."""
        return connect(access_key_id=self.access_key_id, secret_access_key=self.secret_access_key)


People = dict[str, Person]


@given(parsers.re(r"the IAM users? (?P<names>[\w, ]+)"), target_fixture="people")
def create_people(iam: IAMClient, account: Account, names: str) -> Iterator[People]:
    with ExitStack() as until_the_end:
        people = {}
        for name in re.split(r", | and ", names):
            people[name] = create_person(iam, account.named(name))
            until_the_end.callback(delete_person, iam, people[name])
        yield people


def create_person(iam: IAMClient, user_name: str) -> Person:
    arn = iam.create_user(UserName=user_name)["User"]["Arn"]
    access_key = iam.create_access_key(UserName=user_name)["AccessKey"]
    return Person(user_name, arn, access_key["AccessKeyId"], access_key["SecretAccessKey"])


def delete_person(iam: IAMClient, person: Person) -> None:
    name = person.user_name
    for policy_name in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy_name)
    iam.delete_access_key(UserName=name, AccessKeyId=person.access_key_id)
    iam.delete_user(UserName=name)
