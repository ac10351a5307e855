"""Callers who do not get as far as AWS: without credentials, Region or endpoint."""

from __future__ import annotations

import socket

import pytest
from pytest_bdd import given, then

from kmsdemo import keys
from kmsdemo.backends.clients import Clients, connect
from kmsdemo.errors import KmsdemoError
from steps.refusals import refused


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
