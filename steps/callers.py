"""Callers that cannot reach AWS: without credentials, without Region, with a wrong endpoint."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pytest_bdd import given, then

from kmsdemo import keys
from kmsdemo.account import environment
from kmsdemo.account.clients import connect
from kmsdemo.errors import KmsdemoError
from steps.failures import fails

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
REGION = {"AWS_DEFAULT_REGION": "us-east-1"}


@given("no credentials are configured")
def remove_credentials() -> Iterator[None]:
    with environment.isolated(REGION):
        yield


@given("no Region is configured")
def remove_region() -> Iterator[None]:
    with environment.isolated(CREDENTIALS):
        yield


@given("an endpoint where nothing listens")
def configure_unreachable_endpoint() -> Iterator[None]:
    with environment.isolated({**CREDENTIALS, **REGION, "AWS_ENDPOINT_URL": free_url()}):
        yield


def free_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return "http://127.0.0.1:{1}".format(*server.getsockname())


@then(fails("creating the key"))
def creating_fails(error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.create(connect().kms)
