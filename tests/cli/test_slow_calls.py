"""A call to AWS that takes long is announced on a terminal, and nothing else is."""

from __future__ import annotations

import io
import sys
import threading
from http.server import BaseHTTPRequestHandler
from unittest.mock import patch

import pytest

from kmsdemo import errors, keys
from kmsdemo.account import environment
from kmsdemo.cli import slow_calls
from tests import fake_endpoint
from tests.subprocesses import TIME_LIMIT_SECONDS

NO_KEYS = fake_endpoint.json_answer(200, {"Keys": []})


class Terminal(io.StringIO):
    """Standard error, with an event for the first text."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = super().write(text)
        self.written.set()
        return written


def list_keys(answer: fake_endpoint.Answer, stderr: io.StringIO) -> None:
    with fake_endpoint.endpoint(answer) as (url, _), patch.object(sys, "stderr", stderr):
        caller = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        where = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}
        with environment.isolated({**caller, **where}):
            assert keys.key_ids(slow_calls.connect().kms) == []


def running_timers() -> list[threading.Thread]:
    timers = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    for timer in timers:
        timer.join(timeout=1)
    return [timer for timer in timers if timer.is_alive()]


def test_a_slow_call_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_calls, "SECONDS", 0.01)
    terminal = Terminal()

    def late(request: BaseHTTPRequestHandler) -> None:
        terminal.written.wait(TIME_LIMIT_SECONDS)
        NO_KEYS(request)

    list_keys(late, terminal)
    assert terminal.getvalue() == "Waiting for AWS: ListKeys …\n"


def test_a_call_that_is_answered_in_time_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_calls, "SECONDS", 10 * TIME_LIMIT_SECONDS)
    terminal = Terminal()
    list_keys(NO_KEYS, terminal)
    assert running_timers() == []
    assert terminal.getvalue() == ""


def test_a_call_that_is_not_answered_is_not_announced_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slow_calls, "SECONDS", 10 * TIME_LIMIT_SECONDS)
    monkeypatch.setattr("time.sleep", lambda _: None)
    terminal = Terminal()

    def cut_off(request: BaseHTTPRequestHandler) -> None:
        request.connection.close()

    with pytest.raises(errors.KmsdemoError):
        list_keys(cut_off, terminal)
    assert running_timers() == []


def test_where_no_terminal_is_nothing_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[object] = []
    monkeypatch.setattr(slow_calls._Announcements, "begin", lambda *_, **__: events.append(1))
    list_keys(NO_KEYS, io.StringIO())
    assert events == []
