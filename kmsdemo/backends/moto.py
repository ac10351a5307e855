"""moto, made faithful by the sandbox: an AWS account in this process, and over HTTP for others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from types import MappingProxyType

from kmsdemo import keys
from kmsdemo.account import Account, environment
from kmsdemo.account.clients import connect
from kmsdemo.backends import Options
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.http.server import Server

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    **environment.of_region("us-east-1"),
}


class Moto:
    """The embedded default. Nothing of it leaves this machine."""

    name = "moto"
    lacks: Mapping[str, str] = MappingProxyType({})
    afterwards = "gone with the sandbox, which never left this machine"

    def __init__(self, until_stopped: ExitStack) -> None:
        self._until_stopped = until_stopped
        self._sandbox = mock_kms()
        until_stopped.enter_context(self._sandbox)
        self._clients = connect()

    @contextmanager
    def account(self) -> Iterator[Account]:
        """Empty the accounts, which is ten times faster than to start moto again."""
        self._sandbox.empty()
        yield Account(self._clients, partial(keys.key_ids, self._clients.kms))

    @contextmanager
    def subprocess_environment(self) -> Iterator[Mapping[str, str]]:
        """Start the server, if it is not running yet, and give the way to it."""
        yield {"AWS_ENDPOINT_URL": self._url, "NO_PROXY": "127.0.0.1"}

    def advance(self, *, days: int) -> None:
        """Move the sandbox's clock; keys whose waiting period is over are gone."""
        self._sandbox.advance(days=days)

    @cached_property
    def _url(self) -> str:
        return self._until_stopped.enter_context(Server().in_background())


def announcement(_: Options) -> str:
    """Say nothing: there is nothing that could go wrong, and nothing to pay."""
    return ""


@contextmanager
def running(_: Options) -> Iterator[Moto]:
    """Start moto, shut off from whatever AWS configuration the user has."""
    with environment.only(_ENVIRONMENT), ExitStack() as until_stopped:
        yield Moto(until_stopped)
