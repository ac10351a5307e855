"""Findings, collected from the scenarios that check a learner's work."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytest_bdd.parser import Feature, Rule, Scenario

from kmsdemo.errors import Throttled
from kmsdemo.learners import scenario_findings
from kmsdemo.learners.finding import CheckFailed, Finding
from kmsdemo.learners.scenario_findings import collect_findings

FEATURE = cast("Feature", SimpleNamespace(name="The two scripts"))
RULE = Rule("Rule", "They print the lines", "", set())
SKIPPED = ("x.feature", 1, "Skipped: nothing is stored yet")


def scenario(name: str, *, rule: Rule | None = RULE, tags: set[str] | None = None) -> Scenario:
    description = "Encrypt it\n  before you store it."
    return Scenario(FEATURE, "Scenario", name, 1, [], description, tags or set(), rule)


class Run:
    """What pytest-bdd and pytest tell of scenarios."""

    def __init__(self, *tests: tuple[Scenario, str, Exception | None]) -> None:
        self.tests = tests
        self.asked: tuple[str, ...] = ()

    def __call__(self, collector: Any, *asked: str) -> None:
        self.asked = asked
        for one, outcome, exception in self.tests:
            collector.pytest_bdd_before_scenario(one)
            if exception:
                collector.pytest_bdd_step_error(exception)
            for when in ("setup", "call", "teardown"):
                how = outcome if when == "call" else "passed"
                why = SKIPPED if how == "skipped" else None
                report = pytest.TestReport("x", ("x", 1, "x"), {}, how, why, when)  # type: ignore[arg-type]
                collector.pytest_runtest_logreport(report)


def collected(monkeypatch: pytest.MonkeyPatch, *tests: Any, **more: Any) -> list[Finding]:
    monkeypatch.setattr(scenario_findings, "run", Run(*tests))
    return collect_findings("features/x.py", **more)


def test_each_scenario_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Finding] = []
    findings = collected(
        monkeypatch,
        (scenario("One"), "passed", None),
        (scenario("Two", rule=None, tags={"beyond"}), "skipped", None),
        when_found=seen.append,
    )
    assert findings == seen
    assert findings == [
        Finding("They print the lines", "One", "done"),
        Finding("The two scripts", "Two", "not reached", "nothing is stored yet", part="beyond"),
    ]


def test_what_is_not_met_has_what_was_found_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = CheckFailed("It is stored.", expected="A ciphertext.", output="a line")
    advised = CheckFailed("It never ends.", next_step="Look for a loop.")
    findings = collected(
        monkeypatch,
        (scenario("One"), "failed", failure),
        (scenario("Two"), "failed", advised),
        (scenario("Three"), "failed", AssertionError("no")),
    )
    step, hint = "They print the lines", "Encrypt it before you store it."
    assert findings == [
        Finding(step, "One", "not yet", "It is stored.", hint, "A ciphertext.", "a line"),
        Finding(step, "Two", "not yet", "It never ends.", "Look for a loop."),
        Finding(step, "Three", "not yet", "no", hint),
    ]


@pytest.mark.parametrize("hook", ["pytest_bdd_step_error", "pytest_bdd_step_func_lookup_error"])
@pytest.mark.parametrize("error", [Throttled("Encrypt"), OSError(28, "No space left on device")])
def test_what_is_no_fault_of_the_learner_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, hook: str, error: Exception
) -> None:

    def run(collector: Any, *_: str) -> None:
        with pytest.raises(pytest.exit.Exception):
            getattr(collector, hook)(error)
        raise collector.error

    monkeypatch.setattr(scenario_findings, "run", run)
    with pytest.raises(type(error)):
        collect_findings("features/x.py")


def test_an_output_that_is_closed_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Finding) -> None:
        raise BrokenPipeError

    with pytest.raises(pytest.exit.Exception):
        collected(monkeypatch, (scenario("One"), "passed", None), when_found=closed)


def test_ctrl_c_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(collector: Any, *_: str) -> None:
        collector.was_interrupted = True

    monkeypatch.setattr(scenario_findings, "run", run)
    with pytest.raises(KeyboardInterrupt):
        collect_findings("features/x.py")


def test_the_options_are_those_of_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    monkeypatch.setattr(scenario_findings, "run", run)
    assert collect_findings("features/x.py", "--story", "-m", "scripts") == []
    assert run.asked == ("features/x.py", "--story", "-m", "scripts")
