"""Runs features that look at somebody's work, and collects what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kmsdemo import errors
from kmsdemo.learners.finding import Finding, Mismatch
from kmsdemo.suite.run import TerminalReportReplacement, run, skip_reason

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_bdd.parser import Scenario


def collect(
    features: str,
    *options: str,
    junit: Path | None = None,
    when_found: Callable[[Finding], None] = lambda _: None,
) -> list[Finding]:
    """Run features, and return a finding for each scenario, in their order.

    Args:
        features: The file that binds them, as a path inside of the suite.
        options: More options of pytest.
        junit: A file for the same as JUnit XML, for a gradebook.
        when_found: Called with each finding as it is made.

    Raises:
        KmsdemoError: Nothing can be found out: no credentials, no endpoint, no right to.
        KeyboardInterrupt: Ctrl-C.
    """
    collector = _Collector(when_found)
    run(collector, features, *options, *([f"--junitxml={junit}"] if junit else []))
    if collector.was_interrupted:
        raise KeyboardInterrupt
    if collector.trouble is not None:
        raise collector.trouble
    return collector.findings


@dataclass(slots=True)
class _Collector(TerminalReportReplacement):
    when_found: Callable[[Finding], None]
    findings: list[Finding] = field(default_factory=list)
    trouble: BaseException | None = None
    _found: Callable[..., Finding] = Finding
    _hint: str = ""
    _seen: Mismatch = field(default_factory=lambda: Mismatch(""))

    def pytest_bdd_before_scenario(self, scenario: Scenario) -> None:
        step = scenario.rule.name if scenario.rule else scenario.feature.name
        self._found = partial(Finding, step, scenario.name)
        self._hint = " ".join((scenario.description or "").split())

    def pytest_bdd_step_error(self, exception: Exception) -> None:
        if isinstance(exception, errors.KmsdemoError):
            self._give_up(exception)
        self._seen = exception if isinstance(exception, Mismatch) else Mismatch(str(exception))

    def pytest_bdd_step_func_lookup_error(self, exception: Exception) -> None:
        self._give_up(exception)

    def _give_up(self, trouble: BaseException) -> None:
        self.trouble = trouble
        pytest.exit(str(trouble))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        finding = self._finding(report)
        self.findings.append(finding)
        try:
            self.when_found(finding)
        except SystemExit as nobody_reads_on:
            self._give_up(nobody_reads_on)

    def _finding(self, report: pytest.TestReport) -> Finding:
        if report.skipped:
            return self._found("not reached", skip_reason(report))
        if report.failed:
            seen = self._seen
            hint = seen.next_step or self._hint
            return self._found("not yet", seen.sees, hint, seen.expected, seen.output)
        return self._found("done")
