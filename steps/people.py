"""IAM users, each with clients of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_bdd import given, parsers

from kmsdemo.backends.clients import Clients, connect

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True, slots=True)
class Person:
    """An IAM user: the ARN that a policy names, and the clients that the user works with."""

    arn: str
    clients: Clients


People = dict[str, Person]


@given(parsers.re(r"the IAM users? (?P<names>[\w, ]+)"), target_fixture="people")
def create_people(iam: IAMClient, names: str) -> People:
    return {name: _create(iam, name) for name in re.split(r", | and ", names)}


def _create(iam: IAMClient, name: str) -> Person:
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    access_key = iam.create_access_key(UserName=name)["AccessKey"]
    clients = connect(
        access_key_id=access_key["AccessKeyId"],
        secret_access_key=access_key["SecretAccessKey"],
    )
    return Person(arn, clients)
