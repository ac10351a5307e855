"""An interrupted run: signals that end it as Ctrl-C does, once."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from kmsdemo.signals import DEFAULTS
from kmsdemo.suite import interruption

TERMINATES = next(number for number in DEFAULTS if number != signal.SIGINT)


@pytest.fixture(autouse=True)
def signals_of_this_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin with Python's own handlers, and restore those of the current run."""
    monkeypatch.setattr(interruption, "_interrupted", False)
    before = {number: signal.getsignal(number) for number in DEFAULTS}
    for number, default in DEFAULTS.items():
        signal.signal(number, default)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", DEFAULTS)
def test_each_signal_interrupts_the_run(number: int) -> None:
    interruption.handle_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_a_signal_that_is_ignored_stays_so() -> None:
    signal.signal(TERMINATES, signal.SIG_IGN)
    interruption.handle_signals()
    assert signal.getsignal(TERMINATES) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is not DEFAULTS[signal.SIGINT]


def test_the_next_step_is_not_begun_where_a_library_kept_the_interrupt() -> None:
    interruption.handle_signals()
    interruption.pytest_bdd_before_step()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interruption.pytest_bdd_before_step()


def test_a_signal_that_is_repeated_does_not_stop_the_clean_up() -> None:
    interruption.handle_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(TERMINATES) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN, "Ctrl-C is heard again"


def test_after_the_run_the_signals_are_those_of_before() -> None:
    interruption.handle_signals()
    interruption.pytest_unconfigure()
    assert {number: signal.getsignal(number) for number in DEFAULTS} == dict(DEFAULTS)


def test_a_handler_of_another_is_left_to_it() -> None:
    def another(*_: object) -> None: ...

    interruption.handle_signals()
    signal.signal(TERMINATES, another)
    interruption.pytest_unconfigure()
    assert signal.getsignal(TERMINATES) is another
