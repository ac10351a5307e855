"""Runs programs as subprocesses, as a user does: with a folder, an environment and a terminal."""

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
TIME_LIMIT_SECONDS = 560
_MEASURED = frozenset({"lab", "guide"})
_CLOSED = "\0closed"


def environment(**variables: str | None) -> dict[str, str]:
    """Return the environment without the variables of the running pytest and its coverage.

    Measuring costs a program a third of its time, and one that is stopped by a signal may hang:
    coverage holds a lock.

    Args:
        variables: Further variables; ``None`` removes one.
    """
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "COVERAGE_"))
    }
    fixed = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    every = {**ours, **fixed, **variables}
    return {name: value for name, value in every.items() if value is not None}


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def run_python(
    *arguments: str | Path,
    folder: Path = ROOT,
    stdin: str | None = None,
    variables: Mapping[str, str | None] | None = None,
    is_measured: bool | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` until it ends.

    Args:
        folder: The working directory.
        stdin: The text on standard input; empty by default.
        variables: Further environment variables; ``None`` removes one.
        is_measured: Whether to measure its coverage, if ours is measured. By default only that of
            the lesson and the guide, which run pytest: no test in process reaches what they do.
    """
    if is_measured is None:
        is_measured = not _MEASURED.isdisjoint(map(str, arguments))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(**(variables or {}), **(_of_coverage() if is_measured else {})),
        input=stdin or "",
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )


def _of_coverage() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def run_in_terminal(
    *arguments: str | Path,
    answer: Callable[[str], str] = lambda _: "",
    interrupt_at: str = _CLOSED,
    folder: Path = ROOT,
    variables: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run ``python ARGUMENTS`` on a terminal of 80 columns.

    Args:
        answer: Returns what to type, given the output so far. Called whenever the program prints
            nothing: a program that starts to read discards earlier input.
        interrupt_at: Press Ctrl-C when this is printed, also while more is printed all the time.
        folder: The working directory.
        variables: Further environment variables.

    Returns:
        The exit code, and the output.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    terminal = {"TERM": "xterm-256color", **(variables or {})}
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
            if interrupt_at not in printed and interrupt_at in printed + chunk:
                os.write(ours, b"\x03")
            printed += chunk
            if time.monotonic() > end:
                program.kill()
            if not chunk and (typed := answer(printed)):
                os.write(ours, typed.encode())
        os.close(ours)
    return program.returncode, printed.replace("\r\n", "\n")


def _take_terminal() -> None:
    """Make standard input the controlling terminal, which sends Ctrl-C."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read(terminal: int) -> str:
    """Return what was printed; empty if nothing was printed for 0.1 s."""
    readable, _, _ = select.select([terminal], [], [], 0.1)
    if not readable:
        return ""
    try:
        return os.read(terminal, 65536).decode(errors="replace") or _CLOSED
    except OSError:  # the program has closed the terminal
        return _CLOSED
