"""Asks a running sandbox over HTTP for what AWS has no call for."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from kmsdemo.sandbox.errors import DaysRefused, NoSandboxThere

_TIME_LIMIT_SECONDS = 10
_JSON = {"Content-Type": "application/json"}


def advance(url: str, *, days: float) -> str:
    """Let days pass in a running sandbox, and return its new time, in ISO 8601.

    Args:
        url: The sandbox's own, as ``AWS_ENDPOINT_URL`` has it.
        days: 0 or more.

    Raises:
        NoSandboxThere: There is no sandbox at this URL.
        DaysRefused: The sandbox does not move its clock so far, or back.
    """
    answer = _post(f"{url.rstrip('/')}/advance", {"days": days})
    if not isinstance(answer, dict) or "time" not in answer:
        raise NoSandboxThere(f"{url} answers otherwise than a sandbox.")
    return str(answer["time"])


def _post(url: str, facts: Any) -> Any:
    try:
        request = Request(url, json.dumps(facts).encode(), _JSON)  # noqa: S310, ours or the user's
        without_proxies = build_opener(ProxyHandler({}))
        with without_proxies.open(request, timeout=_TIME_LIMIT_SECONDS) as answer:
            return json.load(answer)
    except HTTPError as error:
        if reason := _refusal(error):
            raise DaysRefused(reason) from error
        reason = f"{url} answers {error.code}; it is no sandbox."
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = f"{url}: {getattr(error, 'reason', error)}."
    raise NoSandboxThere(reason)


def _refusal(error: HTTPError) -> str:
    """Return the reason that a sandbox gives; empty if another program answers."""
    try:
        return str(json.load(error)["error"]) if error.code == HTTPStatus.BAD_REQUEST else ""
    except (ValueError, KeyError, TypeError):
        return ""
