"""What listens: its limits, and that no client disturbs another one."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import boto3
import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.http import waitress_server
from kmsdemo.sandbox.http.server import Server
from kmsdemo.sandbox.http.waitress_server import MAX_HEADER_BYTES
from kmsdemo.sandbox.service import MAX_BODY_BYTES
from tests.subprocesses import environment

HALF_A_HEADER = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-"
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf of it"
UNSIGNED_FORM = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 3\r\n\r\nx=1"
)
HEALTH = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def url(clients: Clients) -> Iterator[str]:
    with Server().in_background() as url:
        yield url


@contextmanager
def connected(url: str, sent: bytes = b"") -> Iterator[socket.socket]:
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port))) as connection:
        connection.sendall(sent)
        yield connection


def status(connection: socket.socket) -> int:
    """Return the status of an answer; 0 where the connection was closed without one."""
    try:
        first_line = connection.makefile("rb").readline()
    except ConnectionResetError:  # it was closed before it had read everything
        return 0
    return int(first_line.split()[1]) if first_line else 0


def is_healthy(url: str) -> bool:
    with urlopen(f"{url}/health") as answer:
        return bool(json.load(answer)["status"] == "ok")


# -------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * MAX_HEADER_BYTES, 431),
        (HALF_A_BODY.replace(b"1000", str(MAX_BODY_BYTES + 1).encode()), 413),
        (HALF_A_BODY.replace(b"1000", b"99999999999999999999"), 413),
        (HALF_A_BODY.replace(b"1000", b"-1"), 400),
        (HALF_A_BODY.replace(b"1000", b"many"), 400),
        (HALF_A_BODY.replace(b"Content-Length: 1000", b"Transfer-Encoding: gzip"), 400),
        (
            HALF_A_BODY.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked") + b"\r\n",
            400,
        ),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 403),
        (b"get / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 0),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n", 403),
        (b"GET /%ff%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
        (b"BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 403),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
    ],
)
def test_what_is_too_much_or_no_http_is_refused(url: str, sent: bytes, expected: int) -> None:
    with connected(url, sent) as connection:
        assert status(connection) == expected
    assert is_healthy(url)


def test_a_body_in_chunks_has_its_limit_too(url: str) -> None:
    head = HALF_A_HEADER.removesuffix(b"X-Amz-") + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with connected(url, head) as connection:
        connection.settimeout(600)
        sending = Thread(target=send_until_closed, args=(connection, chunk))
        sending.start()
        assert status(connection) == 413
        with suppress(OSError):  # the server has closed it already
            connection.shutdown(socket.SHUT_RDWR)
        sending.join()
    assert is_healthy(url)


def send_until_closed(connection: socket.socket, chunk: bytes) -> None:
    try:
        for _ in range(100):
            connection.sendall(chunk)
    except OSError:
        return
    pytest.fail("100 MB were read")


# ------------------------------------------------------------------------ slow and idle ones


@pytest.mark.parametrize("sent", [b"", HALF_A_HEADER, HALF_A_BODY, UNSIGNED_FORM])
def test_whoever_stays_connected_holds_nobody_up(url: str, sent: bytes) -> None:
    with connected(url, sent):
        assert is_healthy(url)
        assert boto3.client("kms", endpoint_url=url).list_keys()["Keys"] == []


@pytest.mark.program
@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1000,
    reason="both ends of 400 connections need a thousand descriptors",
)
def test_300_slow_and_100_silent_ones_hold_nobody_up(url: str) -> None:
    with ExitStack() as connections:
        for sent in [HALF_A_HEADER] * 150 + [HALF_A_BODY] * 150 + [b""] * 100:
            connections.enter_context(connected(url, sent))
        assert is_healthy(url)
        assert boto3.client("kms", endpoint_url=url).list_keys()["Keys"] == []


@pytest.mark.program
def test_where_there_are_few_descriptors_newcomers_are_let_in() -> None:
    """The connection that has been idle the longest is closed."""
    command = [sys.executable, "-m", "kmsdemo", "sandbox", "--port", "0"]
    with (
        subprocess.Popen(
            command,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),  # noqa: PLW1509
        ) as program,
        ExitStack() as connections,
    ):
        assert program.stdout is not None
        url = program.stdout.readline().split()[5]
        for _ in range(100):
            connections.enter_context(connected(url))
        assert is_healthy(url)
        program.terminate()


@pytest.mark.parametrize(
    ("began_seconds_ago", "is_receiving", "is_too_slow"),
    [(59, True, False), (61, True, True), (61, False, False)],
)
def test_a_request_has_a_minute_to_arrive(
    began_seconds_ago: int, is_receiving: bool, is_too_slow: bool
) -> None:
    now = time.time()
    request = object() if is_receiving else None
    connection: Any = SimpleNamespace(request=request, began=now - began_seconds_ago)
    assert waitress_server._Connection.is_too_slow(connection, now) is is_too_slow


def connection(idle_since: int, *, is_answered: bool = False) -> Any:
    requests = [object()] if is_answered else []
    return SimpleNamespace(requests=requests, last_activity=idle_since, will_close=False)


def test_at_the_limit_the_connection_that_was_idle_for_longest_is_closed() -> None:
    answered, older, newer = connection(1, is_answered=True), connection(2), connection(3)
    server: Any = SimpleNamespace(active_channels={1: newer, 2: answered, 3: older})
    for _ in range(2):  # one at a time
        waitress_server._Server._make_room(server)
        closing = [one.will_close for one in (answered, older, newer)]
        assert closing == [False, True, False]


def test_where_every_connection_is_answered_none_is_closed() -> None:
    answered = connection(1, is_answered=True)
    server: Any = SimpleNamespace(active_channels={1: answered})
    waitress_server._Server._make_room(server)
    assert answered.will_close is False


@pytest.mark.parametrize(
    ("descriptors", "connections"),
    [(64, 32), (20, 1), (33, 1), (5000, 1000), (resource.RLIM_INFINITY, 1000)],
)
def test_the_limit_of_connections_leaves_descriptors_for_files(
    monkeypatch: pytest.MonkeyPatch, descriptors: int, connections: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    assert waitress_server._max_connections() == connections


def test_its_limits_are_those_of_the_sandbox(clients: Clients) -> None:
    server = Server()
    limits = vars(server._server._server.adj)
    server.close()
    expected = {
        "threads": 16,
        "backlog": 128,
        "channel_timeout": 60,
        "cleanup_interval": 5,
        "max_request_header_size": MAX_HEADER_BYTES,
        "max_request_body_size": MAX_BODY_BYTES + 1,
        "connection_limit": waitress_server._max_connections(),
        "clear_untrusted_proxy_headers": False,
        "log_socket_errors": False,
    }
    assert {name: limits.get(name) for name in expected} == expected


def test_a_request_that_takes_too_long_is_given_up(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waitress_server, "_CLEANUP_SECONDS", 0)
    monkeypatch.setattr(waitress_server._Connection, "is_too_slow", lambda *_: True)
    with Server().in_background() as url, connected(url, HALF_A_HEADER) as connection:
        assert status(connection) == 0


# ------------------------------------------------------------------------------ connections


def test_a_connection_is_kept(url: str) -> None:
    connection = HTTPConnection(url.removeprefix("http://"))
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/health")
        connection.getresponse().read()
        sockets.add(connection.sock.getsockname())
    connection.close()
    assert len(sockets) == 1


def test_requests_that_are_sent_ahead_are_all_answered(url: str) -> None:
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with connected(url, HEALTH * 2 + last) as connection:
        assert connection.makefile("rb").read().count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_it_listens_on_ipv6(clients: Clients, host: str) -> None:
    with Server(host).in_background() as url:
        port = url.rpartition(":")[2]
        assert is_healthy(f"http://[::1]:{port}")


@pytest.mark.parametrize("sent", [b"", HALF_A_HEADER, HALF_A_BODY, HEALTH])
def test_it_stops_while_clients_are_connected(clients: Clients, sent: bytes) -> None:
    with ExitStack() as connections:
        with Server().in_background() as url:
            connection = connections.enter_context(connected(url, sent))
            assert is_healthy(url)
        while connection.recv(1000):
            pass


def test_it_stops_while_a_request_is_answered(clients: Clients) -> None:
    begun, over = Event(), Event()

    def waiting(_: Any, start_response: Any) -> list[bytes]:
        begun.set()
        over.wait()
        start_response("200 OK", [])
        return [b""]

    server = Server()
    server.application.mounted["wait"] = waiting
    with ExitStack() as connections:
        with server.in_background() as url:
            request = b"GET /wait HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            connection = connections.enter_context(connected(url, request))
            begun.wait()
        assert connection.recv(1000) == b""
        over.set()
