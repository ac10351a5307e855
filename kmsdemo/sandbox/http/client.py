"""Asks a running sandbox over HTTP for what AWS has no call for."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kmsdemo.sandbox.errors import NoSandboxThere, NotLetIn, SandboxError, TooManyDays

_TIME_LIMIT_SECONDS = 10
_JSON = {"Content-Type": "application/json"}


def advance(url: str, *, days: float, credentials: Credentials | None = None) -> str:
    """Let days pass in a running sandbox, and return its new time, in ISO 8601.

    Args:
        url: The sandbox's own, as ``AWS_ENDPOINT_URL`` has it.
        days: 0 or more.
        credentials: Of whose account; without any, the days pass in all accounts.

    Raises:
        NoSandboxThere: There is no sandbox at this URL.
        NotLetIn: The sandbox does not know who asks.
        TooManyDays: Its clock cannot be moved as far.
    """
    body = json.dumps({"days": days}).encode()
    request = AWSRequest("POST", f"{url.rstrip('/')}/advance", _JSON, body)
    if credentials:
        SigV4Auth(credentials, "kmsdemo", "us-east-1").add_auth(request)
    return str(_send(request)["time"])


def _send(request: AWSRequest) -> Any:
    url = str(request.url)
    try:
        sent = Request(url, request.data, dict(request.headers.items()))  # noqa: S310, the user's
        without_proxies = build_opener(ProxyHandler({}))
        with without_proxies.open(sent, timeout=_TIME_LIMIT_SECONDS) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            raise _refused(url, error) from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise NoSandboxThere(f"{url}: {getattr(error, 'reason', error)}.") from error


def _refused(url: str, error: HTTPError) -> SandboxError:
    if error.code == HTTPStatus.FORBIDDEN:
        return NotLetIn(_sentence(error))
    if error.code == HTTPStatus.BAD_REQUEST:
        return TooManyDays()
    return NoSandboxThere(f"{url} answers {error.code}; it is no sandbox.")


def _sentence(error: HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"it answers {error.code}."
