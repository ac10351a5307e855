"""A pytest plugin that tells the features as a lesson, in the place of pytest's own report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from kmsdemo.lesson import account_state, pace
from kmsdemo.lesson.chapters import name_of, numbered, place_of, reflowed
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending, Renderer
from kmsdemo.suite import call_recording, leftovers_report
from kmsdemo.suite.run import TerminalReportReplacement, skip_reason
from kmsdemo.trace import summary
from kmsdemo.trace.recording import Call

if TYPE_CHECKING:
    from pytest_bdd.parser import Rule, Scenario, Step

    from kmsdemo.backends import Backend
    from kmsdemo.lesson.account_state import Fact

_HINT = (
    "AWS answered otherwise than the feature says. Look at the calls above, then run this "
    "chapter alone: kmsdemo lab --step {name}"
)


@dataclass(slots=True)
class Narrator(TerminalReportReplacement):
    """Tells a run on renderers.

    Attributes:
        renderers: What it is told on.
        first: The chapter to begin with, by the name or number that was asked for.
        is_paced: Wait for a key after each step.
        password: The one of the scenarios, shown only where a chapter is about it.
        unknown: The names of all chapters, where ``first`` is none of them.
        has_quit: The instructor has had enough.
    """

    renderers: Sequence[Renderer]
    first: str = ""
    is_paced: bool = False
    password: str = ""
    unknown: list[str] = field(default_factory=list)
    has_quit: bool = False
    _chapters: dict[str, Chapter] = field(default_factory=dict)
    _told: list[str] = field(default_factory=list)
    _learned: dict[str, dict[str, None]] = field(default_factory=dict)
    _rule: Rule | None = None
    _failed_step: Step | None = None
    _prepared: set[str] = field(default_factory=set)
    _made: Counter[str] = field(default_factory=Counter)
    _outcomes: Counter[str] = field(default_factory=Counter)
    _failures: list[str] = field(default_factory=list)
    _first_of_chapter: set[str] = field(default_factory=set)
    _last_of_chapter: set[str] = field(default_factory=set)
    _left: str = ""
    _account_then: list[Fact] = field(default_factory=list)
    _backend: Backend | None = None
    _began: float = field(default_factory=time.perf_counter)

    # ------------------------------------------------------------------------- the run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Number the chapters, and leave out what comes before the first."""
        self._chapters = numbered(items)
        names = list(self._chapters)
        begin = place_of(self.first, names)
        if begin is None:
            self.unknown = names
            items.clear()
            return
        items[:] = [item for item in items if names.index(name_of(item)) >= begin]
        self._last_of_chapter = set({name_of(item): item.nodeid for item in items}.values())
        backwards = {name_of(item): item.nodeid for item in reversed(items)}
        self._first_of_chapter = set(backwards.values())

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._fail(report.longreprtext)
            self._tell(lambda renderer: renderer.remark(report.longreprtext, "failed"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(
        self, request: pytest.FixtureRequest, scenario: Scenario
    ) -> None:
        if (name := name_of(request.node)) not in self._told:
            self._told.append(name)
            self._open_chapter()
            self._rule = None
        if scenario.rule is not None and scenario.rule is not self._rule:
            rule = scenario.rule
            self._tell(lambda renderer: renderer.rule(rule.name, reflowed(rule.description)))
        self._rule = scenario.rule
        self._failed_step = None
        self._tell(lambda renderer: renderer.scenario(scenario.name))
        self._backend = request.getfixturevalue("backend")

    def pytest_bdd_after_step(
        self, request: pytest.FixtureRequest, scenario: Scenario, step: Step
    ) -> None:
        is_about_the_wire = request.node.get_closest_marker("traffic") and step.type != "given"
        self._tell_step("passed", step, shows_traffic=bool(is_about_the_wire))
        showed = scenario.rule.name if scenario.rule else scenario.name
        self._learned.setdefault(scenario.feature.name, {})[showed] = None
        if self.is_paced and not pace.wait(self._open_chapter):
            self.has_quit = True
            pytest.exit("the instructor has had enough")

    def pytest_bdd_step_error(self, step: Step) -> None:
        self._failed_step = step

    def pytest_bdd_after_scenario(self, request: pytest.FixtureRequest) -> None:
        """Look at what the chapter's first scenario, the step of the lab itself, has made."""
        if request.node.nodeid in self._first_of_chapter and not self.has_quit:
            calls = call_recording.trace.calls[:]
            self._account_then = account_state.look(request.getfixturevalue("account"))
            call_recording.trace.calls[:] = calls

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._outcomes["failed"] += 1
            self._tell_failed_step("failed")
            self._tell(lambda renderer: renderer.remark(report.longreprtext, "failed"))
            self._fail(self._where())
        elif reason := getattr(report, "wasxfail", ""):
            self._outcomes["differs"] += 1
            self._tell_failed_step("differs")
            self._tell(lambda renderer: renderer.remark(f"AWS would do this; {reason}.", "differs"))
        elif report.skipped:
            self._outcomes["skipped"] += 1
            self._tell(
                lambda renderer: renderer.remark(f"Not here: {skip_reason(report)}.", "skipped")
            )
        elif report.when == "call":
            self._outcomes["passed"] += 1
        is_over = report.when == "teardown" and report.nodeid in self._last_of_chapter
        if is_over and self._account_then:
            facts, self._account_then = self._account_then, []
            self._tell(lambda renderer: renderer.state(facts))

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self._left = "\n".join(leftovers_report.said(config))

    # -------------------------------------------------------------------------- its end

    def end(self) -> None:
        """Say what was learned, what was cleaned up, and how it went."""
        learned = {title: list(shown) for title, shown in self._learned.items()}
        ending = Ending(self._summary(), learned, self._cleaned_up(), self._failures)
        self._tell(lambda renderer: renderer.ending(ending))

    def interrupt(self, why: str) -> None:
        """Say that it ended before its end, and what became of what it made."""
        self._made.update(
            _made_by(call_recording.trace.calls)
        )  # those of the step that was cut off
        text = f"{why} {self._cleaned_up() or 'Nothing had been made yet.'}"
        self._tell(lambda renderer: renderer.interrupted(text))

    def _summary(self) -> str:
        seconds = time.perf_counter() - self._began
        name = self._backend.name if self._backend else ""
        sentences = {
            "differs": f"known to differ on {name}",
            "skipped": f"not possible on {name}",
            "failed": "failed",
        }
        others = [
            f", {self._outcomes[outcome]} {sentence}"
            for outcome, sentence in sentences.items()
            if self._outcomes[outcome]
        ]
        chapters = _count(len(self._told), "chapter")
        passed = _count(self._outcomes["passed"], "scenario")
        return f"{chapters} in {seconds:.1f} s: {passed} as AWS documents them{''.join(others)}."

    def _cleaned_up(self) -> str:
        if self._left:
            return self._left
        made = [
            _count(self._made[operation], thing)
            for operation, thing in (
                ("CreateKey", "key"),
                ("CreateTable", "table"),
                ("CreateUser", "IAM user"),
            )
            if self._made[operation]
        ]
        if not made or self._backend is None:
            return ""
        return f"Cleaned up: {', '.join(made)}; {self._backend.afterwards}."

    # -------------------------------------------------------------------------- telling

    def _tell(self, telling: Callable[[Renderer], None]) -> None:
        for renderer in self.renderers:
            telling(renderer)

    def _open_chapter(self) -> None:
        chapter = self._chapters[self._told[-1]]
        self._tell(lambda renderer: renderer.chapter(chapter))

    def _tell_failed_step(self, outcome: str) -> None:
        if self._failed_step is not None:
            self._tell_step(outcome, self._failed_step, shows_traffic=False)

    def _tell_step(self, outcome: str, step: Step, *, shows_traffic: bool) -> None:
        self._tell(lambda renderer: renderer.step(outcome, step.keyword, step.name))
        calls = call_recording.trace.calls[:]
        call_recording.trace.calls.clear()
        self._made.update(_made_by(calls))
        if step.type == "given" and step.name in self._prepared:
            operations = list(dict.fromkeys(call.operation for call in calls))
            if operations:
                self._tell(lambda renderer: renderer.as_before(operations))
            return
        if step.type == "given":
            self._prepared.add(step.name)
        for call in calls:
            told_call = self._told_call(call, shows_traffic=shows_traffic)
            self._tell(lambda renderer, one=told_call: renderer.call(one))  # type: ignore[misc]

    def _told_call(self, call: Call, *, shows_traffic: bool) -> CallSummary:
        caller = f" as {call.caller}" if call.caller else ""
        traffic = summary.in_transit(call, self.password) if shows_traffic else []
        return CallSummary(
            title=f"{call.service} {call.operation}{caller}",
            seconds=call.seconds,
            sent=summary.parameters(call),
            came_back=summary.answer(call),
            command=call.command,
            traffic=traffic,
        )

    def _where(self) -> str:
        step, name = self._failed_step, self._told[-1]
        failed = f"{step.keyword} {step.name}" if step else "its cleaning up"
        chapter = self._chapters[name]
        return f"Failed in {chapter.place}, {chapter.title}: {failed}\n{_HINT.format(name=name)}"

    def _fail(self, what: str) -> None:
        self._failures.append(what)


def _made_by(calls: Sequence[Call]) -> Iterator[str]:
    return (call.operation for call in calls if not call.error)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
