"""``pytest --guide=FILE``: when the page of a run is written, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kmsdemo.lesson.guide import report, verdict
from kmsdemo.lesson.guide.verdict import Verdict, VerdictRecorder


class Pytest:
    """A run of pytest with options and plugins."""

    def __init__(self, guide: Path | None) -> None:
        self.stash = pytest.Stash()
        self.pluginmanager = self
        self.plugins: dict[str, Any] = {}
        self.lines: list[str] = []
        self._options: Mapping[str, Any] = {"guide": guide, "backend": "localstack"}

    def getoption(self, name: str) -> Any:
        return self._options[name]

    def register(self, plugin: object, name: str) -> None:
        self.plugins[name] = plugin

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def begin(self) -> None:
        report.pytest_configure(cast("pytest.Config", self))

    def end(self) -> None:
        report.pytest_sessionfinish(cast("pytest.Session", SimpleNamespace(config=self)))
        told = cast("pytest.TerminalReporter", self)
        report.pytest_terminal_summary(told, cast("pytest.Config", self))


def test_the_page_has_the_verdict_of_the_run_in_the_order_of_the_features(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run = Pytest(page)
    run.begin()
    recorder = run.plugins["kmsdemo_verdict"]
    assert isinstance(recorder, VerdictRecorder)
    recorder.run.verdicts += [Verdict("B", "One", 1), Verdict("A", "Two", 9), Verdict("A", "1", 2)]
    run.end()
    written = verdict.read(page)
    assert written.backend == "localstack"
    assert [one.scenario for one in written.verdicts] == ["1", "Two", "One"]
    assert run.lines == [f"The verdict of the run is in {page}"]


def test_without_the_option_nothing_is_recorded() -> None:
    run = Pytest(None)
    run.begin()
    run.end()
    assert (run.plugins, run.lines) == ({}, [])


def test_a_worker_writes_no_page(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run = Pytest(page)
    run.begin()
    run.workerinput = {}  # type: ignore[attr-defined]
    run.end()
    assert not page.exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("report.md", "a report is HTML"), ("none/report.html", "there is no folder")],
)
def test_a_page_that_cannot_be_written_is_wrong_usage(
    tmp_path: Path, name: str, reason: str
) -> None:
    with pytest.raises(pytest.UsageError, match=f"{name} cannot be written: {reason}"):
        Pytest(tmp_path / name).begin()
