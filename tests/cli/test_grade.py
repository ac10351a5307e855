"""``kmsdemo grade``: how it ends where the machine was too busy to tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from kmsdemo.learners import grade
from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.finding import Finding
from tests.cli.commands import line

FOUND = Finding("They print the lines of the lab", "The encrypt script prints them", "not yet")


def busy(*_: str, when_found: Callable[[Finding], None] = lambda _: None, **__: Any) -> None:
    when_found(FOUND)
    raise NotGraded("a run of 60 s got 0.5 s of them")


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is too busy after the first finding."""
    monkeypatch.setattr(grade, "grade", busy)


def run(*options: str) -> Result:
    return CliRunner().invoke(main, line("grade", *options))


@pytest.mark.parametrize("options", [[], ["--json"], ["--strict"]], ids=" ".join)
def test_not_graded_is_said_and_ends_with_3(options: list[str]) -> None:
    result = run(*options)
    assert result.exit_code == 3
    assert "Not graded: this machine is too busy (a run of 60 s got 0.5 s of them)." in (
        result.stderr
    )
    assert "Grade again when it does less, or raise --seconds." in result.stderr


@pytest.mark.parametrize("options", [[], ["--json"]], ids=" ".join)
def test_not_graded_has_no_marks(options: list[str]) -> None:
    assert "of 15" not in run(*options).stdout
    assert '"lab"' not in run(*options).stdout


def test_not_graded_writes_no_report(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    assert run(f"--junit={report}").exit_code == 3
    assert not report.exists() or report.read_text() == ""
