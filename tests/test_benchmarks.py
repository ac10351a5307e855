"""Benchmarks print figures; how far they are is shown only to somebody who looks on."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

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


def test_no_benchmark_shows_progress_in_another_way() -> None:
    here = Path(progress.__file__)
    others = [path for path in here.parent.glob("*.py") if path != here]
    writers = [path.name for path in others if "stderr" in path.read_text(encoding="utf-8")]
    assert writers == ["suite.py"]  # which passes on the errors of the program that it measures
