"""Signals that ask a program to end: Ctrl-C, the end of a job, a closing terminal.

Windows has no SIGHUP and no process sessions, and can only kill a program.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

DEFAULTS: Final[dict[int, Any]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
"""Python's handlers of the signals that ask a program to end."""
if hasattr(signal, "SIGHUP"):
    DEFAULTS[signal.SIGHUP] = signal.SIG_DFL
HAS_SESSIONS: Final = hasattr(os, "killpg")


def interrupt_when_terminated() -> None:
    """Let SIGTERM work like Ctrl-C, for the rest of this program."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def left_to_others() -> Iterator[None]:
    """Leave Ctrl-C to the programs that are started inside the context."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not SIG_IGN, which is inherited
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def send_to_session(process: subprocess.Popen[Any], name: str) -> None:
    """Send a signal to all processes of a session in one call; without sessions, end that process.

    Args:
        process: The first process of the session; it may have ended.
        name: Such as ``SIGTERM``.
    """
    with suppress(ProcessLookupError, PermissionError):
        if HAS_SESSIONS:
            os.killpg(process.pid, getattr(signal, name))
        else:
            process.kill()
