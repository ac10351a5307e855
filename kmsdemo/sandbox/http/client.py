"""A client for the sandbox's own routes, which AWS does not have."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kmsdemo.sandbox.errors import AccessRejected, DaysRefused, NoSandboxThere, SandboxError

_TIME_LIMIT_SECONDS = 10
_JSON = {"Content-Type": "application/json"}


def advance(url: str, *, days: float, credentials: Credentials | None = None) -> str:
    """Move the clock of a running sandbox forward, and return its new time, in ISO 8601.

    Args:
        url: The URL of the sandbox, as in ``AWS_ENDPOINT_URL``.
        days: The number of days, 0 or more.
        credentials: Those of the account whose clock moves; without any, the clocks of all
            accounts move, which a class rejects.

    Raises:
        NoSandboxThere: There is no sandbox at this URL.
        AccessRejected: The sandbox rejects the credentials.
        DaysRefused: The sandbox cannot move its clock by this number of days.
    """
    _check_url(url)
    body = json.dumps({"days": days}).encode()
    request = AWSRequest("POST", f"{url.rstrip('/')}/advance", _JSON, body)
    if credentials:
        SigV4Auth(credentials, "kmsdemo", "us-east-1").add_auth(request)
    answer = _send(request)
    if not isinstance(answer, dict) or "time" not in answer:
        raise NoSandboxThere(f"the answer of {url} is not from a sandbox.")
    return str(answer["time"])


def _check_url(url: str) -> None:
    """Reject a URL without a host, with an impossible port or not UTF-8: botocore signs none."""
    try:
        url.encode()
        is_complete = urlsplit(url).hostname and urlsplit(url).port != 0
    except ValueError as error:
        raise NoSandboxThere(f"{url}: {error}.") from error
    if not is_complete:
        raise NoSandboxThere(f"{url} is not a URL with a host.")


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
    reason = _reason(error)
    if reason and error.code == HTTPStatus.FORBIDDEN:
        return AccessRejected(reason)
    if reason and error.code == HTTPStatus.BAD_REQUEST:
        return DaysRefused(reason)
    return NoSandboxThere(f"{url} answers {error.code}; it is not a sandbox.")


def _reason(error: HTTPError) -> str:
    """Return the reason that a sandbox gives; empty if another program answers."""
    try:
        return str(json.load(error)["error"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
