"""A pytest plugin: an interrupted run stops and cleans up.

SIGTERM, sent by CI that cancels a job, and SIGHUP, sent by a closing terminal, work like Ctrl-C.
The handler also sets a flag that the next step of a scenario checks: Python drops a
``KeyboardInterrupt`` raised inside a destructor, and some libraries catch every exception.
"""

from __future__ import annotations

import signal
import warnings

from kmsdemo.signals import DEFAULTS

_interrupted = False


def handle_signals() -> None:
    """Install the handler, except for signals that are ignored, as in a background process."""
    for number, default in DEFAULTS.items():
        if signal.getsignal(number) is default:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    global _interrupted  # noqa: PLW0603, a signal belongs to the process
    _interrupted = True
    for number in DEFAULTS.keys() - {signal.SIGINT}:
        signal.signal(number, signal.SIG_IGN)  # CI repeats the signal during clean-up
    raise KeyboardInterrupt


def pytest_configure() -> None:
    handle_signals()


def pytest_keyboard_interrupt() -> None:
    # The interrupted call leaves its connection open: ignore the ResourceWarning.
    warnings.simplefilter("ignore")


def pytest_unconfigure() -> None:
    for number, default in DEFAULTS.items():
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, default)


def pytest_bdd_before_step() -> None:
    check()


def check() -> None:
    """Go on with an interruption that something caught.

    Raises:
        KeyboardInterrupt: The run was interrupted.
    """
    if _interrupted:
        raise KeyboardInterrupt
