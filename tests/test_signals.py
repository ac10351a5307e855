"""Signals: which process gets them, and which handlers remain."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest

from kmsdemo import signals


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Restores the signal handlers after each test."""
    before = {number: signal.getsignal(number) for number in signals.DEFAULTS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_end_of_a_job_works_like_ctrl_c() -> None:
    signals.interrupt_when_terminated()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


def test_ctrl_c_is_left_to_others_inside_the_context_only() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with signals.left_to_others():
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) != signal.SIG_IGN
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_after_an_error_ctrl_c_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="x"), signals.left_to_others():
        raise ValueError("x")
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.skipif(not signals.HAS_SESSIONS, reason="Windows has no sessions of processes")
def test_a_signal_is_sent_to_the_whole_session(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("os.killpg", lambda *arguments: sent.append(arguments))
    process = Mock(pid=42)
    signals.send_to_session(process, "SIGTERM")
    assert sent == [(42, signal.SIGTERM)]
    process.kill.assert_not_called()


def test_without_sessions_the_first_process_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "HAS_SESSIONS", False)
    process = Mock(pid=42)
    signals.send_to_session(process, "SIGTERM")
    process.kill.assert_called_once_with()


@pytest.mark.parametrize("error", [ProcessLookupError, PermissionError])
def test_a_process_that_has_ended_gets_no_signal(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    monkeypatch.setattr(signals, "HAS_SESSIONS", False)
    signals.send_to_session(Mock(kill=Mock(side_effect=error)), "SIGTERM")
