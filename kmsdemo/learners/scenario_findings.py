"""Runs the features that check a learner's work, and collects their findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kmsdemo import errors
from kmsdemo.learners.finding import CheckFailed, Finding, Part
from kmsdemo.suite.run import TerminalReportReplacement, run, skip_reason

if TYPE_CHECKING:
    from pytest_bdd.parser import Scenario


def collect_findings(
    features: str,
    *options: str,
    when_found: Callable[[Finding], None] = lambda _: None,
) -> list[Finding]:
    """Run features, and return a finding for each scenario, in order.

    Args:
        features: The test module that binds them, as a path in the suite.
        options: More options of pytest.
        when_found: Called with each finding as it is made.

    Raises:
        KmsdemoError: The check cannot run: no credentials, no endpoint, no permission.
        KeyboardInterrupt: Ctrl-C.
    """
    collector = _Collector(when_found)
    run(collector, features, *options)
    if collector.was_interrupted:
        raise KeyboardInterrupt
    return collector.findings


@dataclass(slots=True)
class _Collector(TerminalReportReplacement):
    when_found: Callable[[Finding], None]
    findings: list[Finding] = field(default_factory=list)
    _finding_of: Callable[..., Finding] = Finding
    _hint: str = ""
    _failure: CheckFailed = field(default_factory=lambda: CheckFailed(""))

    def pytest_bdd_before_scenario(self, scenario: Scenario) -> None:
        step = scenario.rule.name if scenario.rule else scenario.feature.name
        part: Part = "beyond" if "beyond" in scenario.tags else "lab"
        self._finding_of = partial(Finding, step, scenario.name, part=part)
        self._hint = " ".join((scenario.description or "").split())

    def pytest_bdd_step_error(self, exception: Exception) -> None:
        # An OSError is this machine's, such as a full disk, and no fault of the scripts.
        if isinstance(exception, errors.KmsdemoError | OSError):
            self.stop(exception)
        self._failure = (
            exception if isinstance(exception, CheckFailed) else CheckFailed(str(exception))
        )

    def pytest_bdd_step_func_lookup_error(self, exception: Exception) -> None:
        self.stop(exception)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        finding = self._finding(report)
        self.findings.append(finding)
        try:
            self.when_found(finding)
        except (OSError, SystemExit) as error:  # the output is full, or rich has found it closed
            self.stop(error)

    def _finding(self, report: pytest.TestReport) -> Finding:
        if report.skipped:
            return self._finding_of("not reached", skip_reason(report))
        if report.failed:
            failure = self._failure
            next_step = failure.next_step or self._hint
            return self._finding_of(
                "not yet", failure.actual, next_step, failure.expected, failure.output
            )
        return self._finding_of("done")
