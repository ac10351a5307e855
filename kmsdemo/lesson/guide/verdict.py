"""The verdict of a run: how each scenario ended, where and with which versions."""

from __future__ import annotations

import json
import platform
import re
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest

from kmsdemo.lesson.features import scenario_of
from kmsdemo.lesson.guide.errors import NoVerdict
from kmsdemo.suite.run import skip_reason

OUTCOMES: Final = ("passed", "not applicable", "differs", "failed")
"""From the best to the worst."""
_ON_REPORT: Final = "kmsdemo_scenario"
_VERSIONS: Final = ("kmsdemo", "boto3", "moto", "pytest-bdd")
_IN_PAGE: Final = re.compile(r'<script type="application/json" id="run">(.*?)</script>', re.DOTALL)


@dataclass(slots=True)
class Verdict:
    """How a scenario ended.

    Attributes:
        feature: The title of its feature.
        scenario: Its name.
        line: Where it is in the feature.
        sentences: Its steps.
        outcome: One of ``OUTCOMES``; of an outline, the worst.
        reason: Why it did not pass: the failed step and its calls, or a sentence.
    """

    feature: str
    scenario: str
    line: int = 0
    sentences: Sequence[str] = ()
    outcome: str = "passed"
    reason: str = ""

    def add(self, outcome: str, reason: str) -> None:
        """Count in another test of the same scenario, or another phase of the same test."""
        if OUTCOMES.index(outcome) >= OUTCOMES.index(self.outcome):
            self.outcome, self.reason = outcome, reason or self.reason


@dataclass(slots=True)
class Run:
    """A run of the features.

    Attributes:
        backend: Where AWS was.
        date: When it began, in UTC; empty if the page is to be the same in each build.
        versions: The versions of what matters.
        verdicts: How each scenario ended.
    """

    backend: str
    date: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """How many scenarios ended how, such as ``84 passed, 2 failed``."""
        counted = Counter(verdict.outcome for verdict in self.verdicts)
        return ", ".join(f"{counted[name]} {name}" for name in OUTCOMES if counted[name])

    def find(self, feature: str, scenario: str) -> Verdict | None:
        """Return how a scenario ended; ``None`` if it was not run."""
        return next(
            (one for one in self.verdicts if (one.feature, one.scenario) == (feature, scenario)),
            None,
        )

    def sort(self) -> None:
        """Sort the verdicts: tests run in any order."""
        self.verdicts.sort(key=lambda verdict: (verdict.feature, verdict.line))

    def as_json(self) -> str:
        """Return the run as JSON that can be part of a page."""
        return json.dumps(asdict(self), ensure_ascii=False).replace("<", "\\u003c")


def begin(backend: str) -> Run:
    """Return a run that begins now."""
    versions = {name: metadata.version(name) for name in _VERSIONS}
    return Run(
        backend,
        f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        {**versions, "Python": platform.python_version()},
    )


def read(page: Path) -> Run:
    """Return the run whose verdict is in a page.

    Raises:
        NoVerdict: There is no such page, or no verdict in it.
    """
    try:
        found = _IN_PAGE.search(page.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "it is not UTF-8"
        raise NoVerdict(str(page), reason) from error
    if found is None:
        raise NoVerdict(str(page), "it has no verdict of a run")
    try:
        fields = json.loads(found[1])
        fields["verdicts"] = [Verdict(**verdict) for verdict in fields["verdicts"]]
        return Run(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise NoVerdict(str(page), "its verdict is of another version of kmsdemo") from error


def scenarios(runs: Iterable[Run]) -> dict[str, dict[str, list[Verdict | None]]]:
    """Return how each scenario ended in each run: by feature, then by scenario."""
    runs = list(runs)
    found: dict[str, dict[str, list[Verdict | None]]] = {}
    for run in runs:
        for one in run.verdicts:
            verdicts = [other.find(one.feature, one.scenario) for other in runs]
            found.setdefault(one.feature, {})[one.scenario] = verdicts
    return found


@dataclass(slots=True)
class VerdictRecorder:
    """A pytest plugin that records the verdict of a run, also of one with ``-n``.

    Attributes:
        run: The run.
    """

    run: Run

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Write on a report which scenario it is about: with ``-n``, another process reads it."""
        report = yield
        if facts := _facts(item):
            setattr(report, _ON_REPORT, facts)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not (facts := getattr(report, _ON_REPORT, None)):
            return
        verdict = self.run.find(facts["feature"], facts["scenario"])
        if verdict is None:
            verdict = Verdict(**facts)
            self.run.verdicts.append(verdict)
        verdict.add(*_outcome(report))


def _facts(item: pytest.Item) -> dict[str, Any]:
    """Return which scenario a test is about; empty if it is another test."""
    try:
        scenario = scenario_of(item)
    except (AttributeError, KeyError, TypeError):
        return {}
    sentences = [f"{step.keyword} {step.name}" for step in scenario.steps]
    return {
        "feature": scenario.feature.name,
        "scenario": scenario.name,
        "line": scenario.line_number,
        "sentences": sentences,
    }


def _outcome(report: pytest.TestReport) -> tuple[str, str]:
    if report.failed:
        return "failed", report.longreprtext
    if reason := getattr(report, "wasxfail", ""):
        return "differs", reason
    if report.skipped:
        return "not applicable", skip_reason(report)
    return "passed", ""
