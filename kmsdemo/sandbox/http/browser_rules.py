"""What browsers may send here: only pages of the sandbox's own, and of origins that were named.

A page on the web can have its visitor's browser call this machine. Such a request carries the
page's origin or, where the page has its own name lead here, that name as the host.

Standards: Fetch, "CORS protocol"; Private Network Access.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from kmsdemo.sandbox.http import answer
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.host_header import is_this_machine

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_FORBIDDEN: Final = 403
_NO_CONTENT: Final = 204
_FOREIGN_HOST: Final = (
    "The sandbox answers only under a name or an address of its own machine.\n"
    "Take the URL that kmsdemo sandbox prints.\n"
)
_FOREIGN_ORIGIN: Final = (
    "The sandbox answers no pages of other origins.\n"
    "kmsdemo sandbox --allow-origin URL lets one in.\n"
)


class BrowserRules:
    """Which requests are let in.

    Args:
        only_this_machine: Nobody else can send requests.
        allowed_origins: Whose pages may call, such as ``http://localhost:3000``; the names of
            their machines are taken for names of this one.
    """

    def __init__(self, *, only_this_machine: bool, allowed_origins: Collection[str] = ()) -> None:
        self._only_this_machine = only_this_machine
        self._origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)
        self._hosts = frozenset(urlsplit(origin).hostname for origin in self._origins)

    def objection(self, request: Request) -> Answer | None:
        """Return what a request that is not let in is answered, and a preflight of one that is."""
        if not self._is_host_known(request.headers.get("Host", "")):
            return answer.sentence(_FORBIDDEN, _FOREIGN_HOST)
        if self._is_foreign(request):
            return answer.sentence(_FORBIDDEN, _FOREIGN_ORIGIN)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Answer(_NO_CONTENT, _granted(request), b"")
        return None

    def granting(self, request: Request, start_response: StartResponse) -> StartResponse:
        """Return what starts the response to a request, so that a named origin can read it."""
        origin = request.headers.get("Origin", "")
        if origin.lower() not in self._origins:
            return start_response

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, *_readable_by(origin).items()], *more)

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
        # Without an origin, a page elsewhere can show ours, and must not have it call AWS.
        is_elsewhere = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        shows = request.headers.get("Sec-Fetch-Mode") == "navigate" and not request.query_string
        return is_elsewhere and not (shows and request.method == "GET")


def _granted(request: Request) -> dict[str, str]:
    asked = request.headers.get("Access-Control-Request-Headers", "")
    return {
        **_readable_by(request.headers.get("Origin", "")),
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": asked,
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "3600",
    }


def _readable_by(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "x-amzn-RequestId, x-amz-crc32",
        "Vary": "Origin",
    }
