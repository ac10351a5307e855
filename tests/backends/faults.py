"""Injects faults into requests to AWS, from the nth request on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.session import Session
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from kmsdemo.shared_account import sessions

Answer = Callable[[AWSPreparedRequest], Any]


def refused(request: AWSPreparedRequest) -> AWSResponse:
    """Deny access."""
    return _error(request, "AccessDeniedException")


def throttled(request: AWSPreparedRequest) -> AWSResponse:
    """Throttle."""
    return _error(request, "ThrottlingException")


def cut_off(request: AWSPreparedRequest) -> None:
    """Close the connection before AWS receives the request."""
    raise ConnectionClosedError(endpoint_url=request.url)


def response_lost(request: AWSPreparedRequest) -> None:
    """Close the connection after AWS has performed the request."""
    botocore_stubber("before-send", request)
    cut_off(request)


def _error(request: AWSPreparedRequest, code: str) -> AWSResponse:
    body = json.dumps({"__type": code, "message": "injected"}).encode()
    headers = {"x-amzn-errortype": code}
    return AWSResponse(request.url, 400, headers, MockRawResponse(body))  # type: ignore[arg-type]


@dataclass
class Faults:
    """Injects one fault into consecutive requests.

    Attributes:
        fault: The response instead of AWS's.
        first: The first request with the fault, counted from 1.
        how_many: The number of consecutive requests with the fault.
        requests: The number of requests so far.
    """

    fault: Answer
    first: int
    how_many: int
    requests: int = 0

    @contextmanager
    def injected(self) -> Iterator[None]:
        try:
            with sessions.initializer(self._watch):
                yield
        finally:
            self.how_many = 0

    @contextmanager
    def into(self, *clients: Any) -> Iterator[None]:
        """Inject the fault into the requests of clients that exist already."""
        for client in clients:
            client.meta.events.register_first("before-send", self._send)
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("before-send", self._send)

    def _watch(self, session: Session) -> None:
        session.get_component("event_emitter").register_first("before-send", self._send)

    def _send(self, request: AWSPreparedRequest, **_: Any) -> Any:
        self.requests += 1
        if self.first <= self.requests < self.first + self.how_many:
            return self.fault(request)
        return None
