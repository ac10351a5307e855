"""A pytest plugin that prints the features as a lesson, instead of the report of pytest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from kmsdemo.lesson import account_state, pause
from kmsdemo.lesson.chapters import index_of, name_of, numbered, reflowed
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
    "The answer of AWS differs from the feature. Check the calls above, then start at this "
    "chapter: kmsdemo lab --step {name}"
)


@dataclass(slots=True)
class Narrator(TerminalReportReplacement):
    """Prints a run with renderers.

    Attributes:
        renderers: Where the lesson is printed.
        first: The first chapter, by name or number.
        is_paced: Whether to wait for a key press after each step.
        password: The password of the scenarios, shown only in scenarios about traffic.
        chapter_names: The names of all chapters if ``first`` is unknown, otherwise empty.
        has_quit: Whether the instructor quit.
    """

    renderers: Sequence[Renderer]
    first: str = ""
    is_paced: bool = False
    password: str = ""
    chapter_names: list[str] = field(default_factory=list)
    has_quit: bool = False
    _chapters: dict[str, Chapter] = field(default_factory=dict)
    _opened: list[str] = field(default_factory=list)
    _learned: dict[str, dict[str, None]] = field(default_factory=dict)
    _rule: Rule | None = None
    _failed_step: Step | None = None
    _prepared: set[str] = field(default_factory=set)
    _created: Counter[str] = field(default_factory=Counter)
    _outcomes: Counter[str] = field(default_factory=Counter)
    _failures: list[str] = field(default_factory=list)
    _first_of_chapter: set[str] = field(default_factory=set)
    _last_of_chapter: set[str] = field(default_factory=set)
    _leftovers: str = ""
    _account_then: list[Fact] = field(default_factory=list)
    _backend: Backend | None = None
    _began: float = field(default_factory=time.perf_counter)

    # ------------------------------------------------------------------------- the run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Number the chapters, and drop those before the first one."""
        self._chapters = numbered(items)
        names = list(self._chapters)
        begin = index_of(self.first, names)
        if begin is None:
            self.chapter_names = names
            items.clear()
            return
        items[:] = [item for item in items if names.index(name_of(item)) >= begin]
        self._last_of_chapter = set({name_of(item): item.nodeid for item in items}.values())
        backwards = {name_of(item): item.nodeid for item in reversed(items)}
        self._first_of_chapter = set(backwards.values())

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._fail(report.longreprtext)
            self._print(lambda renderer: renderer.remark(report.longreprtext, "failed"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(
        self, request: pytest.FixtureRequest, scenario: Scenario
    ) -> None:
        if (name := name_of(request.node)) not in self._opened:
            self._opened.append(name)
            self._open_chapter()
            self._rule = None
        if scenario.rule is not None and scenario.rule is not self._rule:
            rule = scenario.rule
            self._print(lambda renderer: renderer.rule(rule.name, reflowed(rule.description)))
        self._rule = scenario.rule
        self._failed_step = None
        self._print(lambda renderer: renderer.scenario(scenario.name))
        self._backend = request.getfixturevalue("backend")

    def pytest_bdd_after_step(
        self, request: pytest.FixtureRequest, scenario: Scenario, step: Step
    ) -> None:
        is_about_traffic = request.node.get_closest_marker("traffic") and step.type != "given"
        self._print_step("passed", step, with_traffic=bool(is_about_traffic))
        showed = scenario.rule.name if scenario.rule else scenario.name
        self._learned.setdefault(scenario.feature.name, {})[showed] = None
        if self.is_paced and not pause.wait_for_key(self._open_chapter):
            self.has_quit = True
            pytest.exit("the instructor quit")

    def pytest_bdd_step_error(self, step: Step) -> None:
        self._failed_step = step

    def pytest_bdd_after_scenario(self, request: pytest.FixtureRequest) -> None:
        """Keep the state of the account after the first scenario of a chapter."""
        if request.node.nodeid in self._first_of_chapter and not self.has_quit:
            calls = call_recording.trace.calls[:]
            self._account_then = account_state.describe(request.getfixturevalue("account"))
            call_recording.trace.calls[:] = calls

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._outcomes["failed"] += 1
            self._print_failed_step("failed")
            self._print(lambda renderer: renderer.remark(report.longreprtext, "failed"))
            self._fail(self._where())
        elif reason := getattr(report, "wasxfail", ""):
            self._outcomes["differs"] += 1
            self._print_failed_step("differs")
            self._print(
                lambda renderer: renderer.remark(f"Known difference from AWS: {reason}.", "differs")
            )
        elif report.skipped:
            self._outcomes["skipped"] += 1
            self._print(
                lambda renderer: renderer.remark(f"Skipped: {skip_reason(report)}.", "skipped")
            )
        elif report.when == "call":
            self._outcomes["passed"] += 1
        is_over = report.when == "teardown" and report.nodeid in self._last_of_chapter
        if is_over and self._account_then:
            facts, self._account_then = self._account_then, []
            self._print(lambda renderer: renderer.state(facts))

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self._leftovers = "\n".join(leftovers_report.messages(config))

    # ---------------------------------------------------------------------------- end

    def end(self) -> None:
        """Print what was learned, what was cleaned up, and the summary."""
        learned = {title: list(shown) for title, shown in self._learned.items()}
        ending = Ending(self._summary(), learned, self._cleaned_up(), self._failures)
        for renderer in self.renderers:
            renderer.ending(ending)

    def interrupt(self, why: str) -> None:
        """Print that the lesson was interrupted, and what was cleaned up."""
        self._created.update(
            _created_by(call_recording.trace.calls)
        )  # the calls of the interrupted step
        text = f"{why} {self._cleaned_up() or 'Nothing was created yet.'}"
        for renderer in self.renderers:
            renderer.interrupted(text)

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
        chapters = _count(len(self._opened), "chapter")
        passed = _count(self._outcomes["passed"], "scenario")
        return f"{chapters} in {seconds:.1f} s: {passed} passed{''.join(others)}."

    def _cleaned_up(self) -> str:
        if self._leftovers:
            return self._leftovers
        made = [
            _count(self._created[operation], thing)
            for operation, thing in (
                ("CreateKey", "key"),
                ("CreateTable", "table"),
                ("CreateUser", "IAM user"),
            )
            if self._created[operation]
        ]
        if not made or self._backend is None:
            return ""
        return f"Cleaned up: {', '.join(made)}; {self._backend.cleanup_description}."

    # ------------------------------------------------------------------------- printing

    def _print(self, call: Callable[[Renderer], None]) -> None:
        try:
            for renderer in self.renderers:
                call(renderer)
        except (OSError, SystemExit) as error:  # the output is full, or rich has found it closed
            self.stop(error)

    def _open_chapter(self) -> None:
        chapter = self._chapters[self._opened[-1]]
        self._print(lambda renderer: renderer.chapter(chapter))

    def _print_failed_step(self, outcome: str) -> None:
        if self._failed_step is not None:
            self._print_step(outcome, self._failed_step, with_traffic=False)

    def _print_step(self, outcome: str, step: Step, *, with_traffic: bool) -> None:
        self._print(lambda renderer: renderer.step(outcome, step.keyword, step.name))
        calls = call_recording.trace.calls[:]
        call_recording.trace.calls.clear()
        self._created.update(_created_by(calls))
        if step.type == "given" and step.name in self._prepared:
            operations = list(dict.fromkeys(call.operation for call in calls))
            if operations:
                self._print(lambda renderer: renderer.repeated_calls(operations))
            return
        if step.type == "given":
            self._prepared.add(step.name)
        for call in calls:
            call_summary = self._summarize(call, with_traffic=with_traffic)
            self._print(lambda renderer, shown=call_summary: renderer.call(shown))  # type: ignore[misc]

    def _summarize(self, call: Call, *, with_traffic: bool) -> CallSummary:
        caller = f" as {call.caller}" if call.caller else ""
        traffic = summary.in_transit(call, self.password) if with_traffic else []
        return CallSummary(
            title=f"{call.service} {call.operation}{caller}",
            seconds=call.seconds,
            parameters=summary.parameters(call),
            answer=summary.response(call),
            command=call.command,
            traffic=traffic,
        )

    def _where(self) -> str:
        step, name = self._failed_step, self._opened[-1]
        failed = f"{step.keyword} {step.name}" if step else "the clean-up"
        chapter = self._chapters[name]
        return f"Failed in {chapter.number}, {chapter.title}: {failed}\n{_HINT.format(name=name)}"

    def _fail(self, what: str) -> None:
        self._failures.append(what)


def _created_by(calls: Sequence[Call]) -> Iterator[str]:
    return (call.operation for call in calls if not call.error)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
