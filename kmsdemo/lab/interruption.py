"""A pytest plugin: Ctrl-C is remembered, should what it interrupts swallow its exception.

Python loses a ``KeyboardInterrupt`` that comes inside of a destructor, and some libraries catch
everything. The next step of a scenario hears it then.
"""

from __future__ import annotations

import signal
import warnings

_heard = False


def remember() -> None:
    """Remember Ctrl-C from now on, unless it is ignored, as in the background of a shell."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _remember)


def _remember(*_: object) -> None:
    global _heard  # noqa: PLW0603, a signal belongs to the process
    _heard = True
    raise KeyboardInterrupt


def pytest_configure() -> None:
    remember()


def pytest_keyboard_interrupt() -> None:
    # The call that was interrupted leaves its connection open, which is nobody's fault.
    warnings.simplefilter("ignore")


def pytest_unconfigure() -> None:
    if signal.getsignal(signal.SIGINT) is _remember:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_bdd_before_step() -> None:
    if _heard:
        raise KeyboardInterrupt
