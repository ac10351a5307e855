"""Injects faults into calls to AWS: into one, or into all from one on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, TypeVar

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from kmsdemo.shared_account import sessions

Answer = Callable[[AWSPreparedRequest], Any]
EVERY = 10**9
_Case = TypeVar("_Case")


def refused(request: AWSPreparedRequest) -> AWSResponse:
    """Deny access."""
    return _error(request, 400, "AccessDeniedException")


def throttled(request: AWSPreparedRequest) -> AWSResponse:
    """Throttle."""
    return _error(request, 400, "ThrottlingException")


def unavailable(request: AWSPreparedRequest) -> AWSResponse:
    """Answer as a service that is down."""
    return _error(request, 503, "ServiceUnavailableException")


def garbage(request: AWSPreparedRequest) -> AWSResponse:
    """Answer with a web page, after AWS has performed the request."""
    _perform(request)
    return _response(request, 200, b"<html>It works!</html>")


def another_form(request: AWSPreparedRequest) -> AWSResponse:
    """Answer with JSON, or with XML, that is not what the operation returns."""
    _perform(request)
    return _response(request, 200, b"[]" if "X-Amz-Target" in request.headers else b"<other/>")


def cut_off(request: AWSPreparedRequest) -> None:
    """Close the connection before AWS receives the request."""
    raise ConnectionClosedError(endpoint_url=request.url)


def response_lost(request: AWSPreparedRequest) -> None:
    """Close the connection after AWS has performed the request."""
    _perform(request)
    cut_off(request)


def answer_lost(**_: Any) -> None:
    """Take the place of an operation of a client, whose answer does not arrive."""
    raise ConnectionClosedError(endpoint_url="https://aws.example.com")


def timed_out(request: AWSPreparedRequest) -> None:
    """Let AWS perform the request, and answer too late."""
    _perform(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def performed_twice(request: AWSPreparedRequest) -> None:
    """Let AWS perform the request twice, as behind a proxy that repeats it; the second answers."""
    _perform(request)


def interrupted(request: AWSPreparedRequest) -> None:
    """Press Ctrl-C after AWS has performed the request."""
    _perform(request)
    raise KeyboardInterrupt


def _perform(request: AWSPreparedRequest) -> None:
    if botocore_stubber("before-send", request) is None:
        URLLib3Session().send(request)


def _error(request: AWSPreparedRequest, status: int, code: str) -> AWSResponse:
    """Answer with an error in JSON, or in XML where the service has the query protocol."""
    if "X-Amz-Target" in request.headers:
        body = json.dumps({"__type": code, "message": "injected."})
        return _response(request, status, body.encode(), {"x-amzn-errortype": code})
    body = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
    return _response(request, status, body.encode())


def _response(
    request: AWSPreparedRequest, status: int, body: bytes, headers: dict[str, str] | None = None
) -> AWSResponse:
    return AWSResponse(request.url, status, headers or {}, MockRawResponse(body))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Fault:
    """What happens to a call.

    Attributes:
        answer: Takes the place of AWS's answer.
        attempts: How many attempts of the call get it; boto3 makes several.
        goes_on: Whether all later calls get it too.
    """

    answer: Answer
    attempts: int = EVERY
    goes_on: bool = False


@dataclass
class Faults:
    """Injects a fault into the calls of one program.

    Attributes:
        fault: The fault.
        at: The number of the call that gets it, from 1.
        calls: The names of the calls so far.
    """

    fault: Fault
    at: int
    calls: list[str] = field(default_factory=list)
    _number: count[int] = field(default_factory=lambda: count(1))
    _current: threading.local = field(default_factory=threading.local)

    @contextmanager
    def injected(self) -> Iterator[None]:
        """Inject the fault into the calls of all sessions that are created in the context."""

        def watch(session: Session) -> None:
            self._register(session.get_component("event_emitter"))

        try:
            with sessions.initializer(watch):
                yield
        finally:
            self.at = EVERY  # the clients of these sessions have copies of the handlers

    @contextmanager
    def into(self, *clients: Any) -> Iterator[None]:
        """Inject the fault into the calls of clients that exist already."""
        for client in clients:
            self._register(client.meta.events)
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("before-call", self._begin)
                client.meta.events.unregister("before-send", self._send)

    def _register(self, events: Any) -> None:
        events.register("before-call", self._begin)
        events.register_first("before-send", self._send)

    def _begin(self, model: Any, **_: Any) -> None:
        self._current.number = next(self._number)
        self._current.attempts = 0
        self.calls.append(model.name)

    def _send(self, request: AWSPreparedRequest, **_: Any) -> Any:
        self._current.attempts += 1
        if self._is_hit() and self._current.attempts <= self.fault.attempts:
            return self.fault.answer(request)
        return None

    def _is_hit(self) -> bool:
        number: int = self._current.number
        return number == self.at or (self.fault.goes_on and number > self.at)


@contextmanager
def threads_of(client: Any) -> Iterator[set[int]]:
    """Yield the threads that make the calls of a client."""
    threads: set[int] = set()

    def note(**_: Any) -> None:
        threads.add(threading.get_ident())

    client.meta.events.register("before-call", note)
    try:
        yield threads
    finally:
        client.meta.events.unregister("before-call", note)


def of_every_nth(cases: Sequence[_Case], request: pytest.FixtureRequest) -> Sequence[_Case]:
    """Return every nth case, as ``--faults-at-every`` says."""
    every: int = request.config.getoption("faults_at_every")
    return cases[first(min(every, len(cases)), request) :: every]


def first(among: int, request: pytest.FixtureRequest) -> int:
    """Return a number below another: the same each time, others with ``--faults-seed``."""
    seed = request.config.getoption("faults_seed")
    print(f"The same faults again: --faults-seed {seed}")  # pytest shows it if the test fails
    return Random(f"{seed} {request.node.name}").randrange(among)  # noqa: S311, to be had again
