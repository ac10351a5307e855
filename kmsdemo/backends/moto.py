"""moto, made faithful by the sandbox: an AWS account in this process, and over HTTP for others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from types import MappingProxyType
from unittest.mock import patch

from kmsdemo.backends.clients import Clients, connect
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.server import Server

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}


class Moto:
    """The embedded default. Nothing of it leaves this machine."""

    divergences: Mapping[str, str] = MappingProxyType({})

    def __init__(self, until_stopped: ExitStack) -> None:
        self._until_stopped = until_stopped
        self._sandbox = mock_kms()
        until_stopped.enter_context(self._sandbox)
        self._clients = connect()

    @contextmanager
    def account(self) -> Iterator[Clients]:
        """Empty the accounts, which is ten times faster than to start moto again."""
        self._sandbox.empty()
        yield self._clients

    def environment(self) -> Mapping[str, str]:
        """Start the server, if it is not running yet, and return the way to it."""
        return _ENVIRONMENT | {"AWS_ENDPOINT_URL": self._url}

    def advance(self, *, days: int) -> None:
        """Move the sandbox's clock; keys whose waiting period is over are gone."""
        self._sandbox.advance(days=days)

    @cached_property
    def _url(self) -> str:
        return self._until_stopped.enter_context(Server().in_background())


@contextmanager
def running() -> Iterator[Moto]:
    """Start moto, shut off from whatever AWS configuration the user has."""
    theirs = {name for name in os.environ if name.startswith("AWS_")}
    ours = {name: value for name, value in os.environ.items() if name not in theirs}
    with patch.dict(os.environ, ours | _ENVIRONMENT, clear=True), ExitStack() as until_stopped:
        yield Moto(until_stopped)
