"""Standard input, output and error: if one is closed or full, a command ends as documented."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, TextIO, TypeVar, cast

from kmsdemo.cli.output import say

_Result = TypeVar("_Result")

_SIZE = re.compile("[1-9][0-9]{0,4}")
# How a closed stream is opened: input is empty, output cannot be written, messages are lost.
_OPENED = {
    "stdin": ("r", os.O_RDONLY),
    "stdout": ("w", os.O_RDONLY),
    "stderr": ("w", os.O_WRONLY),
}


def run(program: Callable[[], _Result]) -> _Result:
    """Run a program; if its output or a file cannot be used, say so and exit with 1.

    Messages that cannot be written to standard error are lost, and do not change the exit code. A
    character that an encoding does not have is written as a backslash escape.

    Args:
        program: The program, which may raise ``SystemExit``.

    Raises:
        SystemExit: The program's own, or 1.
    """
    _open_closed_streams()
    _forget_impossible_sizes()
    _accept_all_characters()
    stdout, stderr = _Stream(sys.stdout, _fail), _Stream(sys.stderr, lambda _: None)
    try:
        with redirect_stdout(cast("TextIO", stdout)), redirect_stderr(cast("TextIO", stderr)):
            return _run_flushed(program)
    finally:
        _discard_unwritten(sys.stdout)
        _discard_unwritten(sys.stderr)


def _open_closed_streams() -> None:
    """Open the closed streams, so that no other file gets their numbers."""
    for name, (mode, flags) in _OPENED.items():
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))


def _forget_impossible_sizes() -> None:
    """Drop sizes of the terminal that rich takes as they are, and fails with."""
    for name in ("COLUMNS", "LINES"):
        if not _SIZE.fullmatch(os.environ.get(name, "")):
            os.environ.pop(name, None)


def _accept_all_characters() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and _refuses_characters(stream):
            stream.reconfigure(errors="backslashreplace")


def _refuses_characters(stream: TextIOWrapper) -> bool:
    """Return whether a character can raise an error; in the C locale, all but ASCII do.

    Python: "sys.stdout", "PYTHONUTF8".
    """
    is_unicode = stream.encoding.lower().startswith("utf")
    return stream.errors == "strict" or (stream.errors == "surrogateescape" and not is_unicode)


def _run_flushed(program: Callable[[], _Result]) -> _Result:
    try:
        try:
            return program()
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:  # such as head, which closes the pipe early
            say(f"Error: {_reason(error)}", err=True)
        sys.exit(1)


def _reason(error: OSError) -> str:
    if error.strerror is None:
        return str(error)  # the sandbox's own, which say what to do
    if error.strerror == os.strerror(errno.ENOENT) and error.filename is None:
        return "The current folder has been deleted. Change to another one."
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."


def _fail(error: OSError) -> NoReturn:
    raise OSError(error.errno, error.strerror, "standard output") from error


def _discard_unwritten(stream: TextIO) -> None:
    """Keep Python from failing at exit, when it flushes ("Note on SIGPIPE", its documentation)."""
    try:
        stream.flush()
    except OSError:
        with Path(os.devnull).open("w") as devnull:
            os.dup2(devnull.fileno(), stream.fileno())


class _Stream:
    """A standard stream that passes on its errors."""

    def __init__(self, stream: TextIO, when_lost: Callable[[OSError], None]) -> None:
        self._stream = stream
        self._when_lost = when_lost

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._when_lost(error)
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._when_lost(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
