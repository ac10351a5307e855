"""Runs programs as subprocesses, as a user does: with a folder, an environment and a terminal."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import pty
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock

from tests.fork_server import PLUGINS, Program

ROOT = Path(__file__).parent.parent
PYTHON = shlex.quote(sys.executable)
"""This Python, as a word of a command line; a folder of it may have a space in its name."""
TIME_LIMIT_SECONDS = 560
PYTEST = ("-m", "pytest", *PLUGINS)
"""pytest with the plugins that a run needs."""
_CLOSED = "\0closed"
_one_at_a_time = Lock()


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
    is_measured: bool = False,
    starts_anew: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` until it ends.

    A module or code is run in a fork of a process that has imported what it needs, where no
    variable changes how Python starts.

    Args:
        folder: The working directory.
        stdin: The text on standard input; empty by default.
        variables: Further environment variables; ``None`` removes one.
        is_measured: Whether to measure its coverage, if ours is measured: for what no test in
            process reaches, since it takes as long again.
        starts_anew: Whether to start Python, because the test is about what it imports.
    """
    every = environment(**(variables or {}), **(_of_coverage() if is_measured else {}))
    if not starts_anew and _can_be_forked(*arguments, *(variables or {})):
        return _run_forked(list(map(str, arguments)), folder, every, stdin or "")
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=every,
        input=stdin or "",
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )


def _can_be_forked(option: str | Path, *more: str | Path) -> bool:
    """Whether Python runs a module or code, and no variable changes how it starts."""
    return str(option) in {"-c", "-m"} and not any(str(one).startswith("PYTHON") for one in more)


def _run_forked(
    arguments: list[str], folder: Path, variables: dict[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(prefix="kmsdemo-streams-") as place:
        streams = [Path(place, name) for name in ("stdin", "stdout", "stderr")]
        for stream, text in zip(streams, (stdin, "", ""), strict=True):
            stream.write_text(text, encoding="utf-8")
        code = _fork(_program(arguments, folder, variables, streams))
        printed = [stream.read_text(encoding="utf-8") for stream in streams[1:]]
    if code == -signal.SIGALRM:
        raise subprocess.TimeoutExpired(arguments, TIME_LIMIT_SECONDS, *printed)
    return subprocess.CompletedProcess(arguments, code, *printed)


def _program(
    arguments: Sequence[str | Path],
    folder: Path,
    variables: dict[str, str],
    streams: Sequence[str | Path],
) -> Program:
    return {
        "arguments": list(map(str, arguments)),
        "folder": str(folder),
        "environment": variables,
        "streams": list(map(str, streams)),
        "seconds": TIME_LIMIT_SECONDS,
    }


def _fork(program: Program) -> int:
    """Return the exit code of a program, when it has ended."""
    with _one_at_a_time:
        server = _fork_server()
        assert server.stdin
        assert server.stdout
        print(json.dumps(program), file=server.stdin, flush=True)
        return int(server.stdout.readline())


@cache
def _fork_server() -> subprocess.Popen[str]:
    """Start the server of this process; it ends when its standard input is closed."""
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("fork_server.py")],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)
    return server


def _of_coverage() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def run_in_terminal(
    *arguments: str | Path,
    answer: Callable[[str], str] = lambda _: "",
    interrupt_at: str = _CLOSED,
    folder: Path = ROOT,
    variables: Mapping[str, str] | None = None,
    is_measured: bool = False,
) -> tuple[int, str]:
    """Run a module or code, as ``python ARGUMENTS`` does, on a terminal of 80 columns.

    Args:
        answer: Returns what to type, given the output so far. Called whenever the program prints
            nothing: a program that starts to read discards earlier input.
        interrupt_at: Press Ctrl-C when this is printed, also while more is printed all the time.
        folder: The working directory.
        variables: Further environment variables.
        is_measured: Whether to measure its coverage, if ours is measured.

    Returns:
        The exit code, and the output.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    coverage = _of_coverage() if is_measured else {}
    every = environment(**{"TERM": "xterm-256color", **coverage, **(variables or {})})
    program = _program(arguments, folder, every, [os.ttyname(theirs)] * 3)
    with ThreadPoolExecutor(1) as background:
        code = background.submit(_fork, program)
        code.add_done_callback(lambda _: os.close(theirs))  # then the end is read, after the rest
        try:
            printed = _converse(ours, answer, interrupt_at)
        finally:
            os.close(ours)  # which ends the program
    return code.result(), printed.replace("\r\n", "\n")


def _converse(terminal: int, answer: Callable[[str], str], interrupt_at: str) -> str:
    """Return everything that the program on a terminal prints while it is answered."""
    printed = ""
    while (chunk := _read(terminal)) != _CLOSED:
        if interrupt_at not in printed and interrupt_at in printed + chunk:
            os.write(terminal, b"\x03")
        printed += chunk
        if not chunk and (typed := answer(printed)):
            os.write(terminal, typed.encode())
    return printed


def _read(terminal: int) -> str:
    """Return what was printed; empty if nothing was printed for 0.1 s."""
    readable, _, _ = select.select([terminal], [], [], 0.1)
    if not readable:
        return ""
    try:
        return os.read(terminal, 65536).decode(errors="replace") or _CLOSED
    except OSError:  # the program has closed the terminal
        return _CLOSED
