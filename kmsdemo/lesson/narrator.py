"""A pytest plugin that prints a run as a lesson: what the story and the topics have in common."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from kmsdemo.lesson import account_state
from kmsdemo.lesson.bookmark import Bookmark
from kmsdemo.lesson.pace import Pace, Position, Quit
from kmsdemo.lesson.renderer import Chapter, Ending, Renderer
from kmsdemo.pluralize import pluralize
from kmsdemo.suite import call_recording, interruption, leftovers_report
from kmsdemo.suite.run import TerminalReportReplacement, skip_reason
from kmsdemo.trace.recording import Call

if TYPE_CHECKING:
    from pytest_bdd.parser import Scenario, Step

    from kmsdemo.backends import Backend
    from kmsdemo.lesson.account_state import Fact

_HINT = (
    "AWS's answer differs from the feature. Check the calls above, then start here again: {command}"
)


@dataclass
class Narrator(TerminalReportReplacement):
    """Prints a run with renderers. Subclasses define what a chapter is and how a step is printed.

    Attributes:
        renderers: Where the lesson is printed.
        password: The password of the scenarios.
        pace: Where the lesson pauses, if it does.
        has_quit: Whether the instructor quit.
        position: Where the lesson paused last.
    """

    renderers: Sequence[Renderer]
    password: str = ""
    pace: Pace | None = None
    has_quit: bool = False
    position: Position | None = None
    _chapters: Mapping[str, Chapter] = field(default_factory=dict)
    _opened: list[str] = field(default_factory=list)
    _failed_step: Step | None = None
    _created: Counter[str] = field(default_factory=Counter)
    _outcomes: Counter[str] = field(default_factory=Counter)
    _failures: list[str] = field(default_factory=list)
    _first_of_chapter: set[str] = field(default_factory=set)
    _last_of_chapter: set[str] = field(default_factory=set)
    _leftovers: str = ""
    _account_then: list[Fact] = field(default_factory=list)
    _backend: Backend | None = None
    _pauses: int = 0
    _began: float = field(default_factory=time.perf_counter)

    # ------------------------------------------------------------------- what subclasses say

    def selected(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """Return the tests to run, and number the chapters."""
        raise NotImplementedError

    def chapter_of(self, item: pytest.Item) -> str:
        """Return the name of the chapter that a test belongs to."""
        raise NotImplementedError

    def begin_scenario(self, scenario: Scenario) -> None:
        """Print the beginning of a scenario."""

    def tell_calls(self, step: Step, calls: Sequence[Call], *, is_about_traffic: bool) -> None:
        """Print what a step did."""
        raise NotImplementedError

    def label(self, name: str) -> str:
        """Return where the lesson is, in a chapter."""
        return self._chapters[name].number

    def end_chapter(self, name: str, facts: Sequence[Fact]) -> None:
        """Print the end of a chapter, with the account as it is or was."""
        raise NotImplementedError

    def command(self, name: str) -> str:
        """Return the command that begins the lesson at a chapter."""
        raise NotImplementedError

    def ending(self) -> Ending:
        """Return the end of the lesson."""
        return Ending(self.summary(), cleaned_up=self._cleaned_up(), failures=self._failures)

    # ------------------------------------------------------------------------- the run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = self.selected(items)
        self._last_of_chapter = set({self.chapter_of(item): item.nodeid for item in items}.values())
        backwards = {self.chapter_of(item): item.nodeid for item in reversed(items)}
        self._first_of_chapter = set(backwards.values())

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failures.append(report.longreprtext)
            self.print(lambda renderer: renderer.remark(report.longreprtext, "failed"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(
        self, request: pytest.FixtureRequest, scenario: Scenario
    ) -> None:
        self._failed_step = None
        if (name := self.chapter_of(request.node)) not in self._opened:
            self._opened.append(name)
            self._pauses = 0
            chapter = self._chapters[name]
            self.print(lambda renderer: renderer.chapter(chapter))
            self._pause()
        self.begin_scenario(scenario)
        self._backend = request.getfixturevalue("backend")

    def pytest_bdd_after_step(self, request: pytest.FixtureRequest, step: Step) -> None:
        is_about_traffic = request.node.get_closest_marker("traffic") and step.type != "given"
        self._print_step("passed", step, is_about_traffic=bool(is_about_traffic))
        if step.type != "given":
            self._pause()

    def pytest_bdd_step_error(self, step: Step) -> None:
        self._failed_step = step

    def pytest_bdd_after_scenario(self, request: pytest.FixtureRequest) -> None:
        """Keep the state of the account after the first scenario of a chapter."""
        # A fixture whose setup was interrupted cannot be asked for: that would be a failure.
        interruption.check()
        if request.node.nodeid in self._first_of_chapter and not self.has_quit:
            calls = call_recording.trace.calls[:]
            self._account_then = account_state.describe(request.getfixturevalue("account"))
            call_recording.trace.calls[:] = calls

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._outcomes["failed"] += 1
            self._print_failed_step("failed")
            self.print(lambda renderer: renderer.remark(report.longreprtext, "failed"))
            self._failures.append(self._where())
        elif reason := getattr(report, "wasxfail", ""):
            self._outcomes["differs"] += 1
            self._print_failed_step("differs")
            remark = f"Known difference from AWS: {reason}."
            self.print(lambda renderer: renderer.remark(remark, "differs"))
        elif report.skipped:
            self._outcomes["skipped"] += 1
            remark = f"Skipped: {skip_reason(report)}."
            self.print(lambda renderer: renderer.remark(remark, "skipped"))
        elif report.when == "call":
            self._outcomes["passed"] += 1
        if report.when == "teardown" and report.nodeid in self._last_of_chapter and self._opened:
            facts, self._account_then = self._account_then, []
            self.end_chapter(self._opened[-1], facts)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self._leftovers = "\n".join(leftovers_report.messages(config))

    # ---------------------------------------------------------------------------- end

    def end(self) -> None:
        """Print the end of the lesson."""
        ending = self.ending()
        for renderer in self.renderers:
            renderer.ending(ending)

    def interrupt(self, why: str) -> None:
        """Print that the lesson was interrupted, and what was cleaned up."""
        # the calls of the interrupted step
        self._created.update(_created_by(call_recording.trace.calls))
        text = f"{why} {self._cleaned_up() or 'Nothing was created yet.'}"
        for renderer in self.renderers:
            renderer.interrupted(text)

    def summary(self) -> str:
        """Return one sentence: how many chapters and scenarios, and how they ended."""
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
        chapters = pluralize(len(self._opened), self.chapter_word)
        passed = pluralize(self._outcomes["passed"], "scenario")
        return f"{chapters} in {seconds:.1f} s: {passed} passed{''.join(others)}."

    chapter_word = "chapter"

    def _cleaned_up(self) -> str:
        if self._leftovers:
            return self._leftovers
        made = [
            pluralize(self._created[operation], thing)
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

    def print(self, call: Callable[[Renderer], None]) -> None:
        """Print with each renderer; end the run if the output is closed or full."""
        try:
            for renderer in self.renderers:
                call(renderer)
        except (OSError, SystemExit) as error:  # rich raises SystemExit where it is closed
            self.stop(error)

    def _pause(self) -> None:
        if self.pace is None:
            return
        name = self._opened[-1]
        number = list(self._chapters).index(name) + 1
        self.position = Position(number, self.label(name), Bookmark(name, self._pauses))
        self._pauses += 1
        try:
            self.pace.wait(self.position)
        except Quit:
            self.has_quit = True
            pytest.exit("the instructor quit")

    def _print_failed_step(self, outcome: str) -> None:
        if self._failed_step is not None:
            self._print_step(outcome, self._failed_step, is_about_traffic=False)

    def _print_step(self, outcome: str, step: Step, *, is_about_traffic: bool) -> None:
        self.print(lambda renderer: renderer.step(outcome, step.keyword, step.name))
        calls = call_recording.trace.calls[:]
        call_recording.trace.calls.clear()
        self._created.update(_created_by(calls))
        self.tell_calls(step, calls, is_about_traffic=is_about_traffic)

    def _where(self) -> str:
        step, name = self._failed_step, self._opened[-1]
        failed = f"{step.keyword} {step.name}" if step else "the clean-up"
        chapter = self._chapters[name]
        hint = _HINT.format(command=self.command(name))
        return f"Failed in {chapter.number}, {chapter.title}: {failed}\n{hint}"


def _created_by(calls: Sequence[Call]) -> Iterator[str]:
    return (call.operation for call in calls if not call.error)
