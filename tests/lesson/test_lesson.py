"""A lesson: what pytest runs, with which options, and how the lesson ends."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest

from kmsdemo.backends import Options
from kmsdemo.lesson import bookmark, lesson
from kmsdemo.lesson.bookmark import Bookmark
from kmsdemo.lesson.errors import ChapterNotFound
from kmsdemo.lesson.lesson import LessonOptions
from kmsdemo.lesson.markdown import MarkdownRenderer
from kmsdemo.lesson.narrator import Narrator
from kmsdemo.lesson.pace import Pace, Position
from kmsdemo.lesson.story_narrator import StoryNarrator
from kmsdemo.lesson.topics_narrator import TopicsNarrator
from kmsdemo.suite import story

PLUGIN = object()
PACE = cast("Pace", object())
HOW = LessonOptions(
    "endpoint", Options(endpoint_url="http://h:1"), "a secret", True, PACE, [PLUGIN]
)


class Run:
    """A run of pytest that only prints its arguments, and ends as the test says."""

    def __init__(self) -> None:
        self.code: int = pytest.ExitCode.OK
        self.quits = self.is_interrupted = False
        self.position: Position | None = None
        self.narrator: Any = None
        self.options: tuple[str, ...] = ()
        self.plugins: list[object] = []

    def __call__(self, narrator: Narrator, *options: str, plugins: list[object]) -> int:
        self.narrator, self.options, self.plugins = narrator, options, plugins
        narrator.has_quit, narrator.was_interrupted = self.quits, self.is_interrupted
        narrator.position = self.position
        return self.code


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    run = Run()
    monkeypatch.setattr(lesson, "run", run)
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr(bookmark, "path", lambda: tmp_path / "place")
    return run


def told(how: LessonOptions = HOW, *, topics: bool = False) -> tuple[int, str]:
    """Return the exit code of a lesson, and what it printed."""
    file = StringIO()
    tell = lesson.tell_topics if topics else lesson.tell_story
    code = tell(how, [MarkdownRenderer(file)])
    return code, file.getvalue().removeprefix("# The KMS lab\n\n")


def test_the_story_runs_its_feature_as_the_options_say(run: Run) -> None:
    renderers = [MarkdownRenderer(StringIO())]
    lesson.tell_story(HOW, renderers, "4")
    assert run.options == (
        "features/test_lab.py",
        "--story",
        "--password=a secret",
        "--backend=endpoint",
        "--endpoint-url=http://h:1",
    )
    assert run.plugins == [PLUGIN]
    narrator = run.narrator
    assert isinstance(narrator, StoryNarrator)
    assert (narrator.renderers, narrator.password, narrator.pace) == (renderers, "a secret", PACE)
    assert (narrator.story, narrator.first) == (story.read(), story.read().steps[3])
    assert narrator.with_notes


def test_the_topics_run_theirs(run: Run) -> None:
    renderers = [MarkdownRenderer(StringIO())]
    lesson.tell_topics(HOW, renderers, "encrypt")
    assert run.options[:2] == ("features/test_features.py", "-m=deeper")
    narrator = run.narrator
    assert isinstance(narrator, TopicsNarrator)
    assert (narrator.renderers, narrator.password, narrator.pace) == (renderers, "a secret", PACE)
    assert narrator.topic == "encrypt"


def test_without_a_step_or_a_topic_all_is_told(run: Run) -> None:
    told()
    assert run.narrator.first is None
    told(topics=True)
    assert run.narrator.topic == ""


def test_a_step_that_does_not_exist_is_refused_with_those_that_do(run: Run) -> None:
    with pytest.raises(ChapterNotFound) as raised:
        lesson.tell_story(HOW, [], "encypt")
    assert raised.value.name == "encypt"
    assert raised.value.chapters == ", ".join(step.name for step in story.read().steps)
    assert run.narrator is None


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        (pytest.ExitCode.OK, 0),
        (pytest.ExitCode.TESTS_FAILED, 1),
        (pytest.ExitCode.USAGE_ERROR, 1),
    ],
)
@pytest.mark.parametrize("topics", [False, True])
def test_it_ends_with_its_summary_and_an_exit_code(
    run: Run, code: int, ended: int, topics: bool
) -> None:
    run.code = code
    found, printed = told(topics=topics)
    assert found == ended
    assert " scenarios passed." in printed


def test_an_interrupted_lesson_ends_with_130(run: Run) -> None:
    run.is_interrupted = True
    assert told() == (130, "Interrupted. Nothing was created yet.\n\n")


# ------------------------------------------------------------------------------------ its place

POSITION = Position(2, "Step 2", Bookmark("create-the-table", 1))


def test_who_quits_is_told_where_the_place_is_kept(run: Run) -> None:
    run.quits, run.position = True, POSITION
    code, printed = told()
    assert code == 0
    assert printed.startswith(
        f"The lesson is stopped. Its place is in {bookmark.path()}; "
        "kmsdemo lab --pace --resume continues there. Nothing was created yet."
    )
    assert bookmark.load() == POSITION.bookmark


def test_a_place_that_cannot_be_kept_is_no_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Bookmark) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bookmark, "save", full)
    run.quits, run.position = True, POSITION
    code, printed = told()
    assert code == 0
    assert f"cannot be saved in {bookmark.path()}: No space left on device." in printed


@pytest.mark.parametrize(("topics", "position"), [(True, POSITION), (False, None)])
def test_the_topics_and_a_lesson_that_did_not_begin_have_no_place(
    run: Run, topics: bool, position: Position | None
) -> None:
    run.quits, run.position = True, position
    code, printed = told(topics=topics)
    assert (code, printed) == (0, "The lesson is stopped. Nothing was created yet.\n\n")
    assert bookmark.load() is None


@pytest.mark.parametrize(
    ("how", "topics", "is_kept"),
    [(HOW, False, False), (HOW, True, True), (replace(HOW, pace=None), False, True)],
    ids=["the story", "topics", "without pauses"],
)
def test_only_a_paced_story_that_ends_forgets_its_place(
    run: Run, how: LessonOptions, topics: bool, is_kept: bool
) -> None:
    bookmark.save(POSITION.bookmark)
    told(how, topics=topics)
    assert (bookmark.load() is not None) == is_kept
