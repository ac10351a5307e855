"""A pytest plugin: whoever interrupts a run is heard, and the run tidies up.

SIGTERM, by which CI cancels, and SIGHUP, of a terminal that is closed, are heard as Ctrl-C is.
Each is remembered, should what it interrupts swallow its exception: Python loses a
``KeyboardInterrupt`` that comes inside of a destructor, and some libraries catch everything. The
next step of a scenario hears it then.
"""

from __future__ import annotations

import signal
import warnings
from typing import Any

# What Python does of itself.
_DEFAULTS: dict[int, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
if hasattr(signal, "SIGHUP"):  # Windows has none
    _DEFAULTS[signal.SIGHUP] = signal.SIG_DFL
_heard = False


def remember() -> None:
    """Remember who interrupts from now on, unless that is ignored, as in the background."""
    for number, default in _DEFAULTS.items():
        if signal.getsignal(number) is default:
            signal.signal(number, _remember)


def _remember(*_: object) -> None:
    global _heard  # noqa: PLW0603, a signal belongs to the process
    _heard = True
    for number in _DEFAULTS.keys() - {signal.SIGINT}:
        signal.signal(number, signal.SIG_IGN)  # who cancels says it twice, and we are tidying up
    raise KeyboardInterrupt


def pytest_configure() -> None:
    remember()


def pytest_keyboard_interrupt() -> None:
    # The call that was interrupted leaves its connection open, which is nobody's fault.
    warnings.simplefilter("ignore")


def pytest_unconfigure() -> None:
    for number, default in _DEFAULTS.items():
        if signal.getsignal(number) is _remember:
            signal.signal(number, default)


def pytest_bdd_before_step() -> None:
    if _heard:
        raise KeyboardInterrupt
