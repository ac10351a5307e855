"""The check: runs the features that look at an account, and collects what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest

from kmsdemo import errors
from kmsdemo.lab.finding import Finding
from kmsdemo.lab.run import InsteadOfReport, run

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_bdd.parser import Scenario


def look(*, junit: Path | None = None) -> list[Finding]:
    """Look at the account that the environment names, and change nothing.

    Args:
        junit: A file for the same as JUnit XML, for a gradebook.

    Returns:
        A finding for each scenario, in the order of the lab.

    Raises:
        KmsdemoError: The account cannot be looked at: no credentials, no endpoint, no right to.
        KeyboardInterrupt: Ctrl-C.
    """
    collector = _Collector()
    run(collector, "features/check/check.py", *([f"--junitxml={junit}"] if junit else []))
    if collector.was_interrupted:
        raise KeyboardInterrupt
    if collector.trouble is not None:
        raise collector.trouble
    return collector.findings


@dataclass(slots=True)
class _Collector(InsteadOfReport):
    findings: list[Finding] = field(default_factory=list)
    trouble: Exception | None = None
    _found: Callable[..., Finding] = Finding
    _hint: str = ""
    _seen: str = ""

    def pytest_bdd_before_scenario(self, scenario: Scenario) -> None:
        step = scenario.rule.name if scenario.rule else scenario.feature.name
        self._found = partial(Finding, step, scenario.name)
        self._hint = " ".join((scenario.description or "").split())

    def pytest_bdd_step_error(self, exception: Exception) -> None:
        if isinstance(exception, errors.KmsdemoError):
            self._give_up(exception)
        self._seen = str(exception)

    def pytest_bdd_step_func_lookup_error(self, exception: Exception) -> None:
        self._give_up(exception)

    def _give_up(self, trouble: Exception) -> None:
        self.trouble = trouble
        pytest.exit(str(trouble))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        if report.skipped:
            self.findings.append(self._found("not reached", reason_of(report)))
        elif report.failed:
            self.findings.append(self._found("not yet", self._seen, self._hint))
        else:
            self.findings.append(self._found("done"))


def reason_of(report: pytest.TestReport) -> str:
    """Return why a scenario was skipped."""
    _, _, reason = cast("tuple[str, int, str]", report.longrepr)
    return reason.removeprefix("Skipped: ")
