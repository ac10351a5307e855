"""Rejects requests of web pages, except the sandbox's own and those of allowed origins.

A page on the web can make its visitor's browser call this machine. The request then has the page's
origin in ``Origin`` or, with DNS rebinding, the page's host name in ``Host``.

Standards: Fetch, "CORS protocol"; Private Network Access.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from kmsdemo.sandbox.errors import OriginInvalid
from kmsdemo.sandbox.http import answer
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.host_header import is_this_machine

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_FORBIDDEN: Final = 403
_NO_CONTENT: Final = 204
_NO_PORT: Final = 0
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
_FOREIGN_HOST: Final = (
    "The sandbox answers only requests to a name or an address of its own machine.\n"
    "Use the URL that kmsdemo sandbox prints.\n"
)
_FOREIGN_ORIGIN: Final = (
    "The sandbox rejects requests from web pages of other origins.\n"
    "Allow an origin with kmsdemo sandbox --allow-origin URL.\n"
)


class BrowserRules:
    """Rejects requests with a foreign ``Host`` or ``Origin``.

    Args:
        only_this_machine: Whether only this machine can send requests.
        allowed_origins: The origins whose pages can call the sandbox, such as
            ``http://localhost:3000``; their host names are also accepted as ``Host``.

    Raises:
        OriginInvalid: One of them is not an origin.
    """

    def __init__(self, *, only_this_machine: bool, allowed_origins: Collection[str] = ()) -> None:
        self._only_this_machine = only_this_machine
        self._origins = frozenset(map(_checked, allowed_origins))
        self._hosts = frozenset(urlsplit(origin).hostname for origin in self._origins)

    def rejection(self, request: Request) -> Answer | None:
        """Return the response to a rejected request, or to an allowed preflight; else ``None``."""
        if not self._is_host_known(request.headers.get("Host", "")):
            return answer.in_text(_FORBIDDEN, _FOREIGN_HOST)
        if self._is_foreign(request):
            return answer.in_text(_FORBIDDEN, _FOREIGN_ORIGIN)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Answer(_NO_CONTENT, _preflight_headers(request), b"")
        return None

    def with_cors_headers(self, request: Request, start_response: StartResponse) -> StartResponse:
        """Return a ``start_response`` that lets an allowed origin read the response."""
        origin = request.headers.get("Origin", "")
        if origin.lower() not in self._origins:
            return start_response

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, *_cors_headers(origin).items()], *more)

        return start

    def _is_host_known(self, host: str) -> bool:
        if is_this_machine(host, self._only_this_machine):
            return True
        try:
            return urlsplit(f"//{host}").hostname in self._hosts - {None}
        except ValueError:
            return False

    def _is_foreign(self, request: Request) -> bool:
        origin = request.headers.get("Origin", "").lower()
        if origin:
            return origin not in {f"http://{request.headers['Host'].lower()}", *self._origins}
        # A link from another site to the console sends no Origin; such a request cannot call AWS.
        is_cross_site = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        is_link = request.headers.get("Sec-Fetch-Mode") == "navigate" and not request.query_string
        return is_cross_site and not (is_link and request.method == "GET")


def _checked(text: str) -> str:
    """Return an origin as browsers write it.

    Standard: HTML, "serialization of an origin".
    """
    origin = text.removesuffix("/").lower()
    try:
        parts = urlsplit(origin)
        is_origin = _ORIGIN.fullmatch(origin) and parts.port != _NO_PORT
    except ValueError:
        is_origin = False
    if not is_origin:
        raise OriginInvalid(text)
    return origin


def _preflight_headers(request: Request) -> dict[str, str]:
    requested = request.headers.get("Access-Control-Request-Headers", "")
    return {
        **_cors_headers(request.headers.get("Origin", "")),
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": requested,
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "3600",
    }


def _cors_headers(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "x-amzn-RequestId, x-amz-crc32",
        "Vary": "Origin",
    }
