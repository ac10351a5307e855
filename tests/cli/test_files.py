"""Every file that a command writes: if there is no space for it, the error names it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from kmsdemo.sandbox.http import server
from tests.cli.commands import parameters

resource = pytest.importorskip("resource", reason="this system limits no file sizes")

FULL = Path("/dev/full")
READ = {
    ("import", ""),
    ("guide", "--class"),
    ("guide", "--run"),
    ("sandbox", "--class"),
    ("grade", "--all"),
    ("class", ""),
}
# With other programs, and the first two on a disk that is full: tests/programs/test_platforms.py.
WITH_PROGRAMS = {
    ("lab", "--transcript"),
    ("guide", "-o"),
    ("grade", "--csv"),
    ("grade", "--junit"),
    ("grade", "--feedback"),
}
CREATED = {
    ("export", ""): ["export", "new", "--yes"],
    ("sandbox", "--state"): ["sandbox", "--port=0", "--state=new"],
}
REPLACED = {
    ("import", "--report"): ["import", "in.csv", "--report=full"],
    ("check", "--junit"): ["check", "--junit=full"],
}


@pytest.fixture(autouse=True)
def in_a_folder(account: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a file to import, in an account with the lab in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server.Server, "serve", server.Server.close)
    (tmp_path / "in.csv").write_text("appuser,password\n1,one\n")
    for command in (["setup"], ["encrypt", "secret"]):
        assert CliRunner().invoke(main, command).exit_code == 0


@contextmanager
def no_space() -> Iterator[None]:
    """Let no file of this process have a first byte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def assert_names(file: str, result: Result) -> None:
    assert result.exit_code in (1, 2), result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert re.search(f"^Error: .*\\b{file}\\b", result.stderr, re.MULTILINE), result.stderr


def test_each_file_that_is_written_is_tried() -> None:
    tried = CREATED.keys() | REPLACED.keys() | WITH_PROGRAMS
    assert tried | READ == {*parameters(click.Path, click.File)}


@pytest.mark.parametrize("arguments", CREATED.values(), ids=map("-".join, CREATED))
def test_a_file_that_finds_no_space_is_named(arguments: list[str]) -> None:
    with no_space():
        result = CliRunner().invoke(main, arguments)
    assert_names("new", result)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", REPLACED.values(), ids=map("-".join, REPLACED))
def test_a_file_that_is_full_is_named(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to(FULL)
    assert_names("full", CliRunner().invoke(main, arguments))
