"""Who asks, and where: callers without permission, without credentials, without an endpoint."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, then

from kmsdemo import keys
from kmsdemo.backends.clients import Clients, connect
from kmsdemo.errors import KmsdemoError
from steps.refusals import refused

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@given("a caller without any permission", target_fixture="caller")
def create_powerless_caller(iam: IAMClient) -> Clients:
    iam.create_user(UserName="nobody")
    access_key = iam.create_access_key(UserName="nobody")["AccessKey"]
    return connect(
        access_key_id=access_key["AccessKeyId"],
        secret_access_key=access_key["SecretAccessKey"],
    )


@given("no credentials are configured")
def remove_credentials(account: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


@given("no Region is configured")
def remove_region(account: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")


@given("an endpoint where nothing listens")
def name_dead_endpoint(account: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        _, port = server.getsockname()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")


@then(refused("creating the key"))
def creating_is_refused(error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.create(connect().kms)
