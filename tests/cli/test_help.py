"""``kmsdemo --help``: all of it, on one page of a terminal."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from kmsdemo.cli import main
from tests.cli.commands import NAMES, all_commands
from tests.subprocesses import run_python

# The last row is the prompt's.
ROWS = 24 - 1


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rows of the help on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return CliRunner().invoke(main, ["--help"]).stdout.splitlines()


def test_it_fits_a_terminal_of_24_rows_and_80_columns(page: list[str]) -> None:
    assert len(page) <= ROWS
    assert max(map(len, page)) <= 80


def names(row: str) -> list[str]:
    return row.strip().split("  ")[0].split(", ")


def test_it_names_every_command(page: list[str]) -> None:
    shown = [name for row in page if row.startswith("  ") for name in names(row)]
    assert shown == [name for name in NAMES if " " not in name]


@pytest.mark.parametrize("name", [name for name in NAMES if " " not in name])
def test_it_says_of_a_command_what_the_command_says_of_itself(name: str, page: list[str]) -> None:
    command = dict(all_commands())[name]
    (row,) = (row for row in page if name in names(row))
    assert command.get_short_help_str(limit=80) in row or len(names(row)) > 1


@pytest.mark.parametrize("name", NAMES)
def test_each_option_says_what_it_is_for(name: str) -> None:
    options = (one for one in dict(all_commands())[name].params if isinstance(one, click.Option))
    assert [one.opts[0] for one in options if not one.help] == []


@pytest.mark.program
def test_it_imports_no_command() -> None:
    """They import the SDK, rich and Jinja, which took four times as long as the help itself."""
    imported = run_python("-X", "importtime", "-m", "kmsdemo", "--help").stderr
    assert "kmsdemo.cli.group" in imported
    assert [name for name in ("botocore", "rich", "jinja2") if f" {name}\n" in imported] == []


def test_it_cuts_no_sentence(page: list[str]) -> None:
    assert [row for row in page[1:] if row.endswith("...")] == []


def test_it_follows_the_lab(page: list[str]) -> None:
    steps = ("setup", "encrypt", "items", "decrypt", "schedule-deletion", "cleanup")
    shown = [row.split()[0] for row in page if row.startswith("  ")]
    assert [name for name in shown if name in steps] == list(steps)


@pytest.mark.parametrize("script", ["encrypt", "decrypt"])
def test_the_scripts_to_be_read_aloud_fit_80_columns(script: str) -> None:
    shown = CliRunner().invoke(main, ["show", script]).stdout
    assert max(map(len, shown.splitlines())) <= 80
