"""The client of the sandbox's own routes: what it sends, and what each failure is called."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from botocore.credentials import Credentials

from kmsdemo.sandbox.errors import AccessRejected, DaysRefused, NoSandboxThere, SandboxError
from kmsdemo.sandbox.http import client
from tests import fake_endpoint

NOW = "2030-01-01T00:00:00+00:00"
CREDENTIALS = Credentials("111122223333", "secret")


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("credentials", "signed"),
    [
        (None, ""),
        (CREDENTIALS, "AWS4-HMAC-SHA256 Credential=111122223333/"),
    ],
)
def test_it_asks_for_the_days_in_the_name_of_the_caller(
    credentials: Credentials | None, signed: str
) -> None:
    asked: dict[str, str] = {}

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.update(request.headers.items(), path=request.path)
        fake_endpoint.json_answer(200, {"status": "ok", "time": NOW})(request)

    with fake_endpoint.endpoint(answer) as (url, _):
        assert client.advance(f"{url}/", days=1.5, credentials=credentials) == NOW
    assert (asked["path"], asked["Content-Type"]) == ("/advance", "application/json")
    assert asked["Content-Length"] == str(len('{"days": 1.5}'))
    assert asked.get("Authorization", "").startswith(signed)
    assert bool(asked.get("Authorization")) is bool(signed)
    assert "/us-east-1/kmsdemo/aws4_request" in asked.get("Authorization", "") or not signed


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("127.0.0.1:4566", "127.0.0.1:4566 is not a URL with a host."),
        ("http://", "http:// is not a URL with a host."),
        ("http://127.0.0.1:0", "http://127.0.0.1:0 is not a URL with a host."),
        (
            "http://\udcff",
            "http://\udcff: 'utf-8' codec can't encode character '\\udcff' in position 7: "
            "surrogates not allowed.",
        ),
        (
            "http://127.0.0.1:x",
            "http://127.0.0.1:x: Port could not be cast to integer value as 'x'.",
        ),
    ],
)
def test_what_is_no_url_is_named(url: str, reason: str) -> None:
    with pytest.raises(NoSandboxThere) as raised:
        client.advance(url, days=1)
    assert str(raised.value).splitlines()[0] == f"The sandbox cannot be reached: {reason}"


def test_a_url_at_which_nobody_listens_is_named(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    with pytest.raises(NoSandboxThere) as raised:
        client.advance(f"{url}/", days=1)
    reason = f"{url}/advance: [Errno 111] Connection refused."
    assert str(raised.value).splitlines()[0] == f"The sandbox cannot be reached: {reason}"


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with fake_endpoint.endpoint(fake_endpoint.json_answer(200, {"time": NOW})) as (url, _):
        assert client.advance(url, days=1) == NOW


@pytest.mark.parametrize(
    ("status", "answer", "kind", "reason"),
    [
        (403, {"error": "Who?"}, AccessRejected, "rejects your credentials: Who?"),
        (400, {"error": "Why?"}, DaysRefused, "did not move its clock. Why?"),
        (400, {"message": "x"}, NoSandboxThere, "{url} answers 400; it is not a sandbox."),
        (403, [], NoSandboxThere, "{url} answers 403; it is not a sandbox."),
        (500, {"error": "x"}, NoSandboxThere, "{url} answers 500; it is not a sandbox."),
    ],
)
def test_a_refusal_says_what_the_sandbox_says(
    status: int, answer: Any, kind: type[SandboxError], reason: str
) -> None:
    with fake_endpoint.endpoint(fake_endpoint.json_answer(status, answer)) as (url, _):
        with pytest.raises(kind) as raised:
            client.advance(url, days=1)
        assert reason.format(url=f"{url}/advance") in str(raised.value)


@pytest.mark.parametrize("answer", [{}, [], None])
def test_an_answer_without_a_time_is_no_sandboxs(answer: Any) -> None:
    with fake_endpoint.endpoint(fake_endpoint.json_answer(200, answer)) as (url, _):
        with pytest.raises(NoSandboxThere) as raised:
            client.advance(url, days=1)
        assert f"the answer of {url} is not from a sandbox." in str(raised.value)
