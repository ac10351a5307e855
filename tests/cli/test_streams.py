"""Standard input, output and error: closed, full or without a reader, they end in an exit code."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import pytest

from kmsdemo.cli import main, streams
from tests.cli.commands import NAMES, line

FULL = Path("/dev/full")
# Those that print in this process, at once.
PRINTING = [
    "setup",
    "encrypt",
    "describe",
    "schedule-deletion",
    "cleanup",
    "items",
    "show",
    "sweep",
]
pytestmark = pytest.mark.usefixtures("account")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


class ClosedPipe(io.StringIO):
    """An output without a reader."""

    def write(self, _: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


@pytest.fixture
def full() -> Iterator[TextIO]:
    """A file on a disk that is full."""
    with FULL.open("w") as file:
        yield file


def end_of(arguments: list[str], monkeypatch: pytest.MonkeyPatch, **streams: TextIO | None) -> Any:
    """Run a command with other streams, and return its exit code."""
    with monkeypatch.context() as patched:
        for name, stream in streams.items():
            patched.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main.main(arguments, prog_name="kmsdemo")
        for name in (name for name, stream in streams.items() if stream is None):
            with suppress(OSError):
                getattr(sys, name).close()
    return ended.value.code


@pytest.mark.parametrize(
    ("encoding", "errors", "printed"),
    [
        ("ascii", "strict", "\\u2192"),
        ("ASCII", "surrogateescape", "\\u2192"),
        ("UTF-8", "surrogateescape", "→"),
        ("utf-8", "strict", "→"),
        ("latin-1", "replace", "?"),
    ],
)
def test_a_character_that_the_encoding_does_not_have_is_written_otherwise(
    monkeypatch: pytest.MonkeyPatch, encoding: str, errors: str, printed: str
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)
    monkeypatch.setattr(sys, "stdout", stream)
    streams.run(lambda: print("→"))
    stream.buffer.seek(0)
    assert stream.buffer.read().decode(encoding).strip() == printed


@pytest.mark.parametrize("size", ["0", "-1", "²", "٤٠", "9" * 5000, "", " 80", "1e9", "999999999"])
@pytest.mark.parametrize("name", ["COLUMNS", "LINES"])
def test_a_size_that_no_terminal_has_counts_as_none(
    name: str, size: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    end_of(["check"], monkeypatch)
    usual = capsys.readouterr()
    monkeypatch.setenv(name, size)
    assert end_of(["check"], monkeypatch) == 1
    assert capsys.readouterr() == usual


@needs_full
@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_that_cannot_be_written_fails_and_says_why(
    name: str,
    full: TextIO,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert end_of([*name.split(), "--help"], monkeypatch, stdout=full) == 1
    assert capsys.readouterr().err == "Error: standard output: No space left on device.\n"


@needs_full
@pytest.mark.parametrize("name", PRINTING)
def test_output_that_cannot_be_written_fails_and_says_why(
    name: str,
    full: TextIO,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    end_of(["setup"], monkeypatch)
    end_of(["encrypt", "secret"], monkeypatch)
    capsys.readouterr()
    assert end_of(line(name), monkeypatch, stdout=full) == 1
    assert capsys.readouterr().err == "Error: standard output: No space left on device.\n"


@pytest.mark.parametrize("name", ["", *NAMES])
def test_closed_output_fails_and_says_why(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_of([*name.split(), "--help"], monkeypatch, stdout=None) == 1
    assert capsys.readouterr().err.startswith("Error: standard output: ")


@pytest.mark.parametrize("name", ["", *NAMES])
def test_where_nobody_reads_on_it_ends_without_a_word(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_of([*name.split(), "--help"], monkeypatch, stdout=ClosedPipe()) == 1
    assert capsys.readouterr().err == ""


@needs_full
@pytest.mark.parametrize("name", NAMES)
def test_a_message_that_cannot_be_written_changes_no_exit_code(
    name: str, full: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert end_of([*name.split(), "--help=yes"], monkeypatch, stderr=full) == 2
    assert end_of([*name.split(), "--help=yes"], monkeypatch, stderr=None) == 2


@needs_full
def test_a_remark_that_cannot_be_written_is_no_failure(
    full: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_of(["setup"], monkeypatch)
    assert end_of(["items"], monkeypatch, stderr=full) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["encrypt"], 2, "Give PASSWORD, or - to read it from standard input."),
        (["encrypt", "-"], 1, "The password is empty"),
        (["cleanup"], 2, "Give --yes to do it."),
        (["export", "new.csv"], 2, "so nothing is done."),
        (["lab", "--pace"], 2, "--pace needs a keyboard"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_closed_input_is_an_empty_one(
    arguments: list[str],
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    end_of(["setup"], monkeypatch)
    capsys.readouterr()
    assert end_of(arguments, monkeypatch, stdin=None) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("Port 4566 is taken. Give another one."), "Port 4566 is taken. Give another one."),
        (OSError(28, "No space left on device", "out.csv"), "out.csv: No space left on device."),
        (OSError(28, "No space left on device"), "No space left on device."),
        (OSError(2, "No such file or directory", "a"), "a: No such file or directory."),
        (OSError(2, "No usable temporary directory"), "No usable temporary directory."),
        (
            OSError(2, "No such file or directory"),
            "The current folder has been deleted. Change to another one.",
        ),
    ],
)
def test_what_cannot_be_used_is_named(
    capsys: pytest.CaptureFixture[str], error: OSError, reason: str
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        streams.run(fail)
    assert (ended.value.code, capsys.readouterr().err) == (1, f"Error: {reason}\n")


def test_a_character_that_the_encoding_lacks_is_written_as_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end_of(["setup"], monkeypatch)
    end_of(["encrypt", "secret"], monkeypatch)
    written = io.BytesIO()
    output = io.TextIOWrapper(written, encoding="latin-1")
    assert end_of(["items"], monkeypatch, stdout=output) == 0
    assert rb"\u2026  direct" in written.getvalue()
