"""Callers who do not get as far as AWS: without credentials, Region or endpoint."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pytest_bdd import given, then

from kmsdemo import keys
from kmsdemo.account import environment
from kmsdemo.account.clients import connect
from kmsdemo.errors import KmsdemoError
from steps.refusals import refused

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
REGION = {"AWS_DEFAULT_REGION": "us-east-1"}


@given("no credentials are configured")
def remove_credentials() -> Iterator[None]:
    with environment.only(REGION):
        yield


@given("no Region is configured")
def remove_region() -> Iterator[None]:
    with environment.only(CREDENTIALS):
        yield


@given("an endpoint where nothing listens")
def name_dead_endpoint() -> Iterator[None]:
    with environment.only({**CREDENTIALS, **REGION, "AWS_ENDPOINT_URL": free_url()}):
        yield


def free_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return "http://127.0.0.1:{1}".format(*server.getsockname())


@then(refused("creating the key"))
def creating_is_refused(error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.create(connect().kms)
