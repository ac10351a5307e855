"""Consoles that are served: of one account, of a class, with the check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kmsdemo import console
from kmsdemo.account.clients import Clients
from kmsdemo.backends import Backend
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.http.server import Server
from tests.console.served_console import (
    ACCOUNTS,
    CLASSROOM,
    Console,
    opened,
    unchecked,
)


@pytest.fixture(scope="module")
def running_unchecked(backend: Backend) -> Iterator[Console]:
    with unchecked() as running:
        yield running


@pytest.fixture(scope="module")
def running_class(backend: Backend) -> Iterator[Console]:
    with unchecked(CLASSROOM) as running:
        yield running


@pytest.fixture(scope="module")
def running_checked(backend: Backend) -> Iterator[Console]:
    server = Server()
    with console.served_by(server) as url, server.in_background():
        yield opened(url, server)


@pytest.fixture
def alone(running_unchecked: Console, clients: Clients) -> Console:
    return replace(running_unchecked, account_id=next(ACCOUNTS))


@pytest.fixture
def of_class(running_class: Console, clients: Clients) -> Iterator[Console]:
    """The console of a class; the accounts are empty, and nobody else has access."""
    with access_keys.restricted_to(CLASSROOM.keys):
        yield running_class


@pytest.fixture
def checked(running_checked: Console, clients: Clients) -> Console:
    return replace(running_checked, account_id=next(ACCOUNTS))
