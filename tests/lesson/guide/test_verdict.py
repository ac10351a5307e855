"""The verdict of a run: it is kept in its page and compared with others."""

from __future__ import annotations

import platform
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from kmsdemo.lesson.guide import page, verdict
from kmsdemo.lesson.guide.errors import NoVerdict
from kmsdemo.lesson.guide.page import Page
from kmsdemo.lesson.guide.verdict import Run, Verdict, VerdictRecorder

NASTY = "</script><script>alert(1)</script>"


class Report:
    """What pytest reports of a test, as far as the recorder asks."""

    def __init__(self, outcome: str = "passed", scenario: str = "One", wasxfail: str = "") -> None:
        self.failed, self.skipped = outcome == "failed", outcome == "skipped"
        self.longreprtext = "the failed step"
        self.longrepr = ("file", 1, "Skipped: no clock")
        self.kmsdemo_scenario = {"feature": "A", "scenario": scenario, "sentences": []}
        if wasxfail:
            self.wasxfail = wasxfail


def recorded(*reports: Report) -> Run:
    run = Run("moto")
    recorder = VerdictRecorder(run)
    for report in reports:
        recorder.pytest_runtest_logreport(report)  # type: ignore[arg-type]
    return run


@pytest.mark.parametrize(
    ("reports", "outcome", "reason"),
    [
        ([Report()], "passed", ""),
        ([Report("failed")], "failed", "the failed step"),
        ([Report("skipped")], "not applicable", "no clock"),
        ([Report("skipped", wasxfail="#1: lenient")], "differs", "#1: lenient"),
        ([Report(), Report("failed"), Report()], "failed", "the failed step"),
        ([Report(), Report("skipped")], "not applicable", "no clock"),
    ],
)
def test_the_worst_report_of_a_scenario_is_its_verdict(
    reports: list[Report], outcome: str, reason: str
) -> None:
    (found,) = recorded(*reports).verdicts
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize("is_bound", [True, False])
def test_a_report_says_which_scenario_it_is_about(is_bound: bool) -> None:
    def test() -> None: ...

    steps = [SimpleNamespace(keyword="When", name="I act")]
    feature = SimpleNamespace(name="A")
    scenario = SimpleNamespace(feature=feature, name="One", line_number=7, steps=steps)
    if is_bound:
        scenario_wrapper_template_registry[test] = cast("Any", scenario)
    recorder = VerdictRecorder(Run("moto"))
    making = recorder.pytest_runtest_makereport(cast("pytest.Item", SimpleNamespace(obj=test)))
    next(making)
    with pytest.raises(StopIteration) as made:
        making.send(report := SimpleNamespace(failed=False, skipped=False))
    assert made.value.value is report
    recorder.pytest_runtest_logreport(report)
    found = [Verdict("A", "One", 7, ["When I act"])]
    assert recorder.run.verdicts == (found if is_bound else [])


def test_the_summary_counts_scenarios() -> None:
    run = recorded(Report(), Report(scenario="Two"), Report("failed", "Three"))
    assert run.summary == "2 passed, 1 failed"


def test_a_page_keeps_its_verdict(tmp_path: Path) -> None:
    run = verdict.begin("moto")
    run.verdicts.append(Verdict(NASTY, "One", 7, ["When I act"], "failed", NASTY))
    file = tmp_path / "report.html"
    file.write_text(page.html(Page(runs=[run])), encoding="utf-8")
    assert verdict.read(file) == run


def test_a_run_says_with_what_it_was() -> None:
    run = verdict.begin("moto")
    assert run.backend == "moto"
    assert list(run.versions) == ["kmsdemo", "boto3", "moto", "pytest-bdd", "Python"]
    assert run.versions["Python"] == platform.python_version()
    assert run.versions["boto3"] == boto3.__version__


@pytest.mark.parametrize("json", ["{", "[]", "{}", '{"backend": "moto", "verdicts": [{"x": 1}]}'])
def test_a_verdict_of_another_form_is_refused(tmp_path: Path, json: str) -> None:
    file = tmp_path / "other.html"
    file.write_text(f'<script type="application/json" id="run">{json}</script>')
    with pytest.raises(NoVerdict, match="another version") as raised:
        verdict.read(file)
    assert raised.value.path == str(file)


@pytest.mark.parametrize("text", ["<html></html>", ""])
def test_a_page_without_a_verdict_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.html"
    file.write_text(text)
    with pytest.raises(NoVerdict, match="no verdict") as raised:
        verdict.read(file)
    assert raised.value.path == str(file)


def test_a_missing_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoVerdict, match=r"none\.html .*No such file"):
        verdict.read(tmp_path / "none.html")
    page = tmp_path / "latin.html"
    page.write_bytes(b"\xe9")
    with pytest.raises(NoVerdict, match=r"latin\.html .*it is not UTF-8"):
        verdict.read(page)


def test_runs_stand_side_by_side() -> None:
    moto, other = recorded(Report()), recorded(Report("failed"), Report(scenario="Two"))
    rows = verdict.scenarios([moto, other])["A"]
    outcomes = {name: [one and one.outcome for one in found] for name, found in rows.items()}
    assert outcomes == {"One": ["passed", "failed"], "Two": [None, "passed"]}


def test_a_report_shows_the_failed_step_and_escapes_what_others_wrote() -> None:
    run = Run("moto", verdicts=[Verdict("A", NASTY, 1, [NASTY], "failed", f"✘ When {NASTY}")])
    text = page.html(Page(runs=[run]))
    assert "<script>alert" not in text
    assert "✘ When &lt;/script&gt;" in text
