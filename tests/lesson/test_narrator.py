"""What a narrator prints about a run, and where it pauses."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytest_bdd.parser import Feature, Scenario, Step

from kmsdemo.lesson import account_state
from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.bookmark import Bookmark
from kmsdemo.lesson.markdown import MarkdownRenderer
from kmsdemo.lesson.narrator import Narrator
from kmsdemo.lesson.pace import Pace, Position, Quit
from kmsdemo.lesson.renderer import Chapter
from kmsdemo.suite import interruption, leftovers_report
from kmsdemo.suite.call_recording import trace
from kmsdemo.trace.recording import Call

CHAPTERS = {
    "key": Chapter("Topic 1 of 2", "Create a key", "Why a key."),
    "table": Chapter("Topic 2 of 2", "Create a table", "Why a table."),
}
ACCOUNT = object()
BACKEND = SimpleNamespace(name="moto", cleanup_description="deleted with the sandbox")
SKIPPED = ("x.feature", 1, "Skipped: AWS's clock cannot be moved")
FEATURE = Feature(None, "x", "x", "Feature", "en", "X", set(), None, 1, "")  # type: ignore[arg-type]


class KeyAndTableNarrator(Narrator):
    """Tells the topics of :data:`CHAPTERS`; the test ``key::1`` is of the topic ``key``."""

    chapter_word = "topic"

    def selected(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        self._chapters = CHAPTERS
        return list(items)

    def chapter_of(self, item: pytest.Item) -> str:
        return item.nodeid.partition("::")[0]

    def tell_calls(self, step: Step, calls: Sequence[Call], *, is_about_traffic: bool) -> None:
        how = "with bodies" if is_about_traffic else ""
        self.print(
            lambda renderer: renderer.repeated_calls([*(one.operation for one in calls), how])
        )

    def end_chapter(self, name: str, facts: Sequence[Fact]) -> None:
        self.print(lambda renderer: renderer.state(name, facts))

    def command(self, name: str) -> str:
        return f"kmsdemo lab --deeper {name}"


class Lesson:
    """A run of pytest, as its hooks tell a narrator."""

    def __init__(self, tests: Sequence[str], pace: Pace | None = None) -> None:
        self._file = StringIO()
        self.narrator = KeyAndTableNarrator([MarkdownRenderer(self._file)], pace=pace)
        items = [self._item(test) for test in tests]
        self.narrator.pytest_collection_modifyitems(items)

    def _item(self, test: str, marker: str = "") -> pytest.Item:
        item = SimpleNamespace(nodeid=test, get_closest_marker=lambda name: name == marker)
        return cast("pytest.Item", item)

    def begin(self, test: str) -> None:
        scenario = Scenario(FEATURE, "Scenario", test, 1, [], "")
        self.narrator.pytest_bdd_before_scenario(self._request(test), scenario)

    def step(self, keyword: str, *calls: Call, marker: str = "") -> None:
        trace.calls[:] = calls
        request = self._request("key::1", marker)
        self.narrator.pytest_bdd_after_step(request, step(keyword))

    def _request(self, test: str, marker: str = "") -> pytest.FixtureRequest:
        fixtures = {"backend": BACKEND, "account": ACCOUNT}
        node = self._item(test, marker)
        request = SimpleNamespace(node=node, getfixturevalue=fixtures.__getitem__)
        return cast("pytest.FixtureRequest", request)

    def end(
        self, test: str, outcome: Any = "passed", why: Any = None, *, when: Any = "call"
    ) -> None:
        report = pytest.TestReport(test, ("x.feature", 1, test), {}, outcome, why, when)
        self.narrator.pytest_runtest_logreport(report)

    def differs(self, test: str, reason: str) -> None:
        report = pytest.TestReport(test, ("x.feature", 1, test), {}, "skipped", None, "call")
        report.wasxfail = reason
        self.narrator.pytest_runtest_logreport(report)

    def after_scenario(self, test: str) -> None:
        self.narrator.pytest_bdd_after_scenario(self._request(test))

    def take(self) -> str:
        """Return what was printed since the last time."""
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return text


def step(keyword: str) -> Step:
    return Step("I act", keyword.lower(), 0, 1, keyword)


def call(operation: str, error: str = "") -> Call:
    return Call("kms", operation, {}, [], error=error)


@pytest.fixture
def lesson() -> Lesson:
    """A lesson of two topics, in the first scenario of the first one."""
    lesson = Lesson(["key::1", "key::2", "table::1"])
    lesson.begin("key::1")
    lesson.take()
    return lesson


def test_a_chapter_is_opened_at_its_first_scenario() -> None:
    lesson = Lesson(["key::1", "key::2"])
    lesson.begin("key::1")
    assert lesson.take().endswith("## Topic 1 of 2: Create a key\n\nWhy a key.\n\n")
    lesson.begin("key::2")
    assert lesson.take() == ""


def test_the_end_counts_how_the_scenarios_ended(lesson: Lesson) -> None:
    lesson.begin("table::1")
    lesson.end("key::1")
    lesson.end("key::1", when="setup")
    lesson.end("key::2", "failed", "why")
    lesson.end("key::2", "failed", "why", when="teardown")
    lesson.end("table::1", "skipped", SKIPPED)
    lesson.differs("table::2", "it lets a disabled key decrypt")
    sentence = lesson.narrator.summary()
    assert sentence.startswith("2 topics in ")
    assert sentence.endswith(
        " s: 1 scenario passed, 1 known to differ on moto, 1 not possible on moto, 2 failed."
    )


def test_what_did_not_happen_is_not_counted(lesson: Lesson) -> None:
    lesson.end("key::1")
    lesson.end("key::2")
    sentence = lesson.narrator.summary()
    assert sentence.startswith("1 topic in ")
    assert sentence.endswith(" s: 2 scenarios passed.")


def test_a_step_that_passed_is_told_with_its_calls(lesson: Lesson) -> None:
    lesson.step("When", call("CreateKey"), call("Encrypt"))
    assert lesson.take() == "✔ **When** I act\n\n- as before: CreateKey, Encrypt, \n\n"
    assert trace.calls == []


@pytest.mark.parametrize(
    ("keyword", "marker", "is_shown"),
    [("When", "traffic", True), ("Given", "traffic", False), ("When", "clock", False)],
)
def test_bodies_are_told_where_the_scenario_is_about_them(
    lesson: Lesson, keyword: str, marker: str, is_shown: bool
) -> None:
    lesson.step(keyword, marker=marker)
    assert ("with bodies" in lesson.take()) == is_shown


def test_a_step_that_failed_is_told_with_the_reason_and_what_to_do(lesson: Lesson) -> None:
    lesson.narrator.pytest_bdd_step_error(step("Then"))
    trace.calls[:] = [call("Decrypt")]
    lesson.end("key::1", "failed", "AssertionError: why")
    told = lesson.take()
    assert told.startswith("✘ **Then** I act\n\n- as before: Decrypt, \n\n")
    assert "```text\nAssertionError: why\n```" in told
    (failure,) = lesson.narrator.ending().failures
    assert failure == (
        "Failed in Topic 1 of 2, Create a key: Then I act\n"
        "AWS's answer differs from the feature. Check the calls above, then start here again: "
        "kmsdemo lab --deeper key"
    )


def test_a_failure_after_the_steps_is_one_of_the_clean_up(lesson: Lesson) -> None:
    lesson.end("key::1", "failed", "why", when="teardown")
    (failure,) = lesson.narrator.ending().failures
    assert failure.startswith("Failed in Topic 1 of 2, Create a key: the clean-up\n")


def test_the_next_scenario_has_not_failed_yet(lesson: Lesson) -> None:
    lesson.narrator.pytest_bdd_step_error(step("Then"))
    lesson.begin("key::2")
    lesson.end("key::2", "failed", "why")
    assert "Then" not in lesson.take()


def test_a_known_difference_is_told_as_one(lesson: Lesson) -> None:
    lesson.narrator.pytest_bdd_step_error(step("Then"))
    lesson.differs("key::1", "it lets a disabled key decrypt")
    told = lesson.take()
    assert told.startswith("≠ **Then** I act\n")
    assert "Known difference from AWS: it lets a disabled key decrypt.\n" in told
    assert lesson.narrator.ending().failures == []


def test_a_scenario_that_is_skipped_says_why(lesson: Lesson) -> None:
    lesson.end("key::1", "skipped", SKIPPED)
    assert "Skipped: AWS's clock cannot be moved.\n" in lesson.take()


def test_features_that_cannot_be_read_are_a_failure(lesson: Lesson) -> None:
    report = pytest.CollectReport("features", "failed", "no such step", [])
    lesson.narrator.pytest_collectreport(report)
    assert "no such step" in lesson.take()
    assert lesson.narrator.ending().failures == ["no such step"]


def test_a_chapter_ends_with_the_account_after_its_first_scenario(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(account: object) -> list[Fact]:
        assert account is ACCOUNT
        trace.calls.append(call("DescribeKey"))  # which the lesson does not tell
        return [Fact("key", f"seen at {next(looks)}")]

    looks = iter(["key::1", "key::2"])
    monkeypatch.setattr(account_state, "describe", describe)
    trace.calls[:] = [call("Encrypt")]
    lesson.after_scenario("key::1")
    lesson.after_scenario("key::2")
    assert [one.operation for one in trace.calls] == ["Encrypt"]
    lesson.end("key::1", when="teardown")
    assert lesson.take() == ""
    lesson.end("key::2", when="teardown")
    assert lesson.take() == "| key | |\n|---|---|\n| key | seen at key::1 |\n\n"


def test_what_calls_created_is_cleaned_up(lesson: Lesson) -> None:
    lesson.step("When", call("CreateKey"), call("CreateKey"), call("CreateTable", "refused"))
    lesson.step("When", call("CreateUser"))
    assert lesson.narrator.ending().cleaned_up == (
        "Cleaned up: 2 keys, 1 IAM user; deleted with the sandbox."
    )


def test_what_could_not_be_removed_is_told_instead(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers_report, "messages", lambda _: ["A key stays.", "So does"])
    lesson.step("When", call("CreateKey"))
    lesson.narrator.pytest_unconfigure(cast("pytest.Config", None))
    assert lesson.narrator.ending().cleaned_up == "A key stays.\nSo does"


@pytest.mark.parametrize(
    ("calls", "end"),
    [
        ([], "Nothing was created yet."),
        ([call("CreateTable")], "Cleaned up: 1 table; deleted with the sandbox."),
    ],
)
def test_an_interrupted_lesson_says_what_is_cleaned_up(
    lesson: Lesson, calls: list[Call], end: str
) -> None:
    trace.calls[:] = calls
    lesson.narrator.interrupt("Interrupted.")
    assert lesson.take() == f"Interrupted. {end}\n\n"


def test_after_an_interruption_no_account_is_asked_for(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interruption, "_interrupted", True)
    with pytest.raises(KeyboardInterrupt):
        lesson.after_scenario("key::1")


def test_an_output_that_is_closed_ends_the_run(lesson: Lesson) -> None:
    def closed(_: object) -> None:
        raise BrokenPipeError

    with pytest.raises(pytest.exit.Exception):
        lesson.narrator.print(closed)
    assert isinstance(lesson.narrator.error, BrokenPipeError)


# ------------------------------------------------------------------------------------ the pace


class RecordedPauses:
    """Keeps where a lesson pauses, and quits at the last of these pauses."""

    def __init__(self, most: int) -> None:
        self.positions: list[Position] = []
        self._most = most

    def wait(self, position: Position) -> None:
        self.positions.append(position)
        if len(self.positions) == self._most:
            raise Quit


def paced(most: int = 100) -> tuple[Lesson, list[Position]]:
    pauses = RecordedPauses(most)
    return Lesson(["key::1", "table::1"], cast("Pace", pauses)), pauses.positions


def test_it_pauses_after_a_heading_and_each_step_that_acts() -> None:
    lesson, positions = paced()
    lesson.begin("key::1")
    lesson.step("Given")
    lesson.step("When")
    lesson.begin("table::1")
    assert positions == [
        Position(1, "Topic 1 of 2", Bookmark("key", 0)),
        Position(1, "Topic 1 of 2", Bookmark("key", 1)),
        Position(2, "Topic 2 of 2", Bookmark("table", 0)),
    ]
    assert lesson.narrator.position == positions[-1]


def test_the_instructor_who_quits_ends_the_run() -> None:
    lesson, _ = paced(most=2)
    lesson.begin("key::1")
    with pytest.raises(pytest.exit.Exception, match="the instructor quit"):
        lesson.step("Then")
    assert lesson.narrator.has_quit
    lesson.after_scenario("key::1")  # which asks the account for nothing
