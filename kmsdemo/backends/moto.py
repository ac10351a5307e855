"""The backend ``moto``: the sandbox in this process, and over HTTP for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from kmsdemo import keys
from kmsdemo.account import Account, environment
from kmsdemo.account.clients import connect
from kmsdemo.backends import Options
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.http.server import Server
from kmsdemo.sandbox.kms import encryption
from kmsdemo.sandbox.kms.operations import OPERATIONS
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.trail.records import ServedCall

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    **environment.region_variables("us-east-1"),
}


class Moto:
    """The default backend. It needs no network and no credentials."""

    name = "moto"
    unsupported_tags: Mapping[str, str] = MappingProxyType({})
    cleanup_description = "deleted with the sandbox; nothing left this machine"

    def __init__(self, until_stopped: ExitStack) -> None:
        self._until_stopped = until_stopped
        self._sandbox = mock_kms()
        until_stopped.enter_context(self._sandbox)
        self._clients = connect()
        self._idle: list[tuple[str, list[ServedCall]]] = []

    @contextmanager
    def account(self) -> Iterator[Account]:
        """Reset all accounts, which is ten times faster than to start moto again."""
        self._sandbox.empty()
        yield Account(self._clients, partial(keys.key_ids, self._clients.kms))

    @contextmanager
    def subprocess_environment(self) -> Iterator[Mapping[str, str]]:
        """Start the HTTP server, unless it runs already, and yield its URL as a variable."""
        yield _variables(self._url)

    @contextmanager
    def watched_environment(self) -> Iterator[tuple[Mapping[str, str], Sequence[ServedCall]]]:
        """Yield variables for one program at a time, and the list to which its calls are added."""
        url, calls = self._idle.pop() if self._idle else self._watched_url()
        calls.clear()
        try:
            yield _variables(url), calls
        finally:
            self._idle.append((url, calls))

    @contextmanager
    def wrong_plaintexts(self) -> Iterator[None]:
        """Let AWS KMS answer each Decrypt with another plaintext of the same length."""
        with patch.dict(OPERATIONS, Decrypt=_decrypt_wrongly):
            yield

    def advance(self, *, days: int) -> None:
        """Move the clock of the sandbox; keys whose waiting period ends are deleted."""
        self._sandbox.advance(days=days)

    def _watched_url(self) -> tuple[str, list[ServedCall]]:
        server, calls = Server(), list[ServedCall]()
        server.application.subscribers.append(calls.append)
        return self._until_stopped.enter_context(server.in_background()), calls

    @cached_property
    def _url(self) -> str:
        return self._until_stopped.enter_context(Server().in_background())


def _variables(url: str) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}


def _decrypt_wrongly(request: Request) -> dict[str, Any]:
    answer = dict(encryption.decrypt(request))
    return {**answer, "Plaintext": b"x" * len(answer["Plaintext"])}


def announcement(_: Options) -> str:
    """Return an empty text: the sandbox costs nothing and needs no configuration."""
    return ""


@contextmanager
def running(_: Options) -> Iterator[Moto]:
    """Start the sandbox, isolated from the user's AWS configuration."""
    with environment.isolated(_ENVIRONMENT), ExitStack() as until_stopped:
        yield Moto(until_stopped)
