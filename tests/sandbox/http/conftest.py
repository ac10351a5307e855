"""The application of a sandbox, for tests of requests without a network."""

from __future__ import annotations

import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.http.application import Application


@pytest.fixture
def application(clients: Clients) -> Application:
    return Application()
