"""Runs our programs as a user does: in a process and a folder of their own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
TIME_LIMIT_SECONDS = 300
_CLOSED = "\0closed"


def environment(**more: str | None) -> dict[str, str]:
    """Return the environment without the options of the pytest that runs us.

    Args:
        more: Further variables; ``None`` takes one away.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    fixed = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    every = {**ours, **fixed, **more}
    return {name: value for name, value in every.items() if value is not None}


def free_port() -> int:
    """Return a port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def python(
    *arguments: str | Path,
    folder: Path = ROOT,
    stdin: str | None = None,
    more: Mapping[str, str | None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` to its end, with nothing or a text on standard input."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(**(more or {})),
        input=stdin or "",
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )


def in_terminal(
    *arguments: str | Path,
    answer: Callable[[str], str] = lambda _: "",
    folder: Path = ROOT,
    more: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run ``python ARGUMENTS`` on a terminal of 80 columns.

    Args:
        answer: Given what is on the terminal so far, returns what is typed; asked whenever
            nothing moves, as a program that begins to read forgets what was typed before.

    Returns:
        The exit code, and all that was printed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    terminal = {"TERM": "xterm-256color", **(more or {})}
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(**terminal),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=_take_terminal,  # noqa: PLW1509, no thread runs yet
    ) as program:
        os.close(theirs)
        printed, end = "", time.monotonic() + TIME_LIMIT_SECONDS
        while (chunk := _read(ours)) != _CLOSED:
            printed += chunk
            if time.monotonic() > end:
                program.kill()
            if not chunk and (typed := answer(printed)):
                os.write(ours, typed.encode())
        os.close(ours)
    return program.returncode, printed.replace("\r\n", "\n")


def _take_terminal() -> None:
    """Make it the terminal that Ctrl-C comes from."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(terminal: int) -> str:
    """Return what was printed; nothing where a moment went by without a word."""
    readable, _, _ = select.select([terminal], [], [], 0.1)
    if not readable:
        return ""
    try:
        return os.read(terminal, 65536).decode(errors="replace") or _CLOSED
    except OSError:  # nobody is at its other end any more
        return _CLOSED
