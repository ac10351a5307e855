"""The WSGI application of a sandbox: AWS, ``/health``, ``/advance``, and mounted applications."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request

from kmsdemo.sandbox import clock, mock_kms
from kmsdemo.sandbox.access import authentication
from kmsdemo.sandbox.http import answer, dispatcher
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.browser_rules import BrowserRules
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail.records import ServedCall

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_MOUNTED_REQUESTS: Final = 8
"""How many requests mounted applications answer at once; the calls that they make need threads."""
_OK, _BAD_REQUEST, _TOO_LARGE, _BUSY = 200, 400, 413, 503
_MAX_ADVANCE_BYTES: Final = 1024
_HOW_TO_ADVANCE: Final = f'Send {{"days": N}}, with N a number from 0 to {clock.MAX_DAYS}.'


class Application:
    """The WSGI application of a sandbox.

    Args:
        only_this_machine: Whether only this machine can send requests.
        allowed_origins: The origins whose web pages can call the sandbox, besides its own.

    Attributes:
        mounted: Other applications, such as the console, by the first part of their paths.
        subscribers: The functions that are called with each AWS call before it is answered.
    """

    def __init__(
        self, *, only_this_machine: bool = True, allowed_origins: Collection[str] = ()
    ) -> None:
        self._rules = BrowserRules(
            only_this_machine=only_this_machine, allowed_origins=allowed_origins
        )
        self._mounted_slots = BoundedSemaphore(MAX_MOUNTED_REQUESTS)
        self.mounted: dict[str, WSGIApplication] = {}
        self.subscribers: list[Callable[[ServedCall], None]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        start_response = self._rules.with_cors_headers(request, start_response)
        if rejection := self._rules.rejection(request):
            return rejection(environ, start_response)
        if mounted := self.mounted.get(request.path.split("/")[1]):
            return self._by_mounted(mounted, environ, start_response)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Answer:
        if route := _ROUTES.get((request.method, request.path)):
            return route(request)
        if "console" in self.mounted and _is_from_browser(request):
            return answer.redirect("/console")
        return dispatcher.answer_to(request, self.subscribers)

    def _by_mounted(
        self, mounted: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if not self._mounted_slots.acquire(blocking=False):
            return _TOO_BUSY(environ, start_response)
        try:
            return _all_of(mounted(environ, start_response))
        finally:
            self._mounted_slots.release()


def _all_of(answer: Iterable[bytes]) -> list[bytes]:
    """Return the parts of a WSGI response, and close it."""
    try:
        return list(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()


_TOO_BUSY: Final = Answer(_BUSY, {"Content-Type": "text/plain", "Retry-After": "1"}, b"Busy.\n")


def _is_from_browser(request: Request) -> bool:
    """Return whether a browser opens the URL, instead of a client that calls AWS."""
    is_root = request.path == "/" and not request.query_string
    return is_root and request.method in ("GET", "HEAD") and not request.authorization


def _health(_: Request) -> Answer:
    return answer.of_sandbox(_OK, {"status": "ok", "time": clock.now().isoformat()})


def _advance(request: Request) -> Answer:
    if (request.content_length or 0) > _MAX_ADVANCE_BYTES:
        return answer.of_sandbox(_TOO_LARGE, {"error": _HOW_TO_ADVANCE})
    try:
        account = authentication.clock_account(request)
        days = float(json.loads(request.get_data())["days"])
        with STATE_LOCK:
            mock_kms.advance(days=days, account=account)
    except Refusal as refusal:
        return answer.of_sandbox(refusal.status, {"error": refusal.message or refusal.code})
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return answer.of_sandbox(_BAD_REQUEST, {"error": _HOW_TO_ADVANCE})
    return answer.of_sandbox(_OK, {"status": "ok", "time": clock.now(account or "").isoformat()})


_ROUTES: Final[dict[tuple[str, str], Callable[[Request], Answer]]] = {
    ("GET", "/health"): _health,
    ("POST", "/advance"): _advance,
}
