"""Benchmarks print figures; how far they are is shown only to somebody who looks on."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress.show("round 1 of 5")
    progress.clear()
    *_, shown, cleared, _ = terminal.getvalue().replace("\r\r", "\r").split("\r")
    assert shown.rstrip() == "round 1 of 5"
    assert cleared == " " * len(shown)


def test_elsewhere_there_is_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    progress.show("round 1 of 5")
    progress.clear()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("number", ["0", "-1", "many", "", "²", "1e400", "nan"])
@pytest.mark.parametrize(
    "name", ["check_cost", "classroom", "command_time", "load", "sandbox", "shared_vault", "suite"]
)
def test_a_number_that_measures_nothing_is_refused(name: str, number: str) -> None:
    main = import_module(f"benchmarks.{name}").main
    result = CliRunner().invoke(main, ["--", number])
    assert (result.exit_code, "Error: Invalid value" in result.stderr) == (2, True)


def test_no_benchmark_shows_progress_in_another_way() -> None:
    here = Path(progress.__file__)
    others = [path for path in here.parent.glob("*.py") if path != here]
    writers = [path.name for path in others if "stderr" in path.read_text(encoding="utf-8")]
    assert writers == ["suite.py"]  # which passes on the errors of the program that it measures
