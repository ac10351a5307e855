"""A sandbox that listens, shared by the tests that only send requests to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kmsdemo.backends import Backend
from kmsdemo.sandbox.http.server import Server
from tests.sandbox.access.callers import At


@pytest.fixture(scope="session")
def sandbox_url(backend: Backend) -> Iterator[str]:
    """The URL of a running sandbox, whose accounts are those of this process."""
    with Server().in_background() as url:
        yield url


@pytest.fixture
def at(clients: object, sandbox_url: str) -> At:
    """A running sandbox, with empty accounts and clocks at the real time."""
    return At(sandbox_url)
