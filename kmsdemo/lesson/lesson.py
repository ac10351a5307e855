"""The lesson: pytest runs the features of the lab, and renderers print what happens."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from kmsdemo.lesson import bookmark
from kmsdemo.lesson.errors import ChapterNotFound
from kmsdemo.lesson.story_narrator import StoryNarrator
from kmsdemo.lesson.topics_narrator import TopicsNarrator
from kmsdemo.suite import story
from kmsdemo.suite.run import run

if TYPE_CHECKING:
    from kmsdemo.backends import Options
    from kmsdemo.lesson.narrator import Narrator
    from kmsdemo.lesson.pace import Pace
    from kmsdemo.lesson.renderer import Renderer

INTERRUPTED = 130
DEMO_PASSWORD = "correct horse battery staple"  # noqa: S105, the lesson shows it


@dataclass(frozen=True, slots=True)
class LessonOptions:
    """The options of a lesson.

    Attributes:
        backend: Where AWS is: one of ``kmsdemo.backends.NAMES``.
        options: The options of the backend.
        password: The password that the scenarios encrypt.
        with_notes: Whether to print the instructor's notes.
        pace: Where the lesson pauses, if it does.
        plugins: Further plugins of pytest.
    """

    backend: str
    options: Options
    password: str = DEMO_PASSWORD
    with_notes: bool = False
    pace: Pace | None = None
    plugins: Sequence[object] = ()


def tell_story(lesson: LessonOptions, renderers: Sequence[Renderer], first: str = "") -> int:
    """Present the lab in its steps, in one account.

    Args:
        lesson: Its options.
        renderers: Where it is printed.
        first: The step to begin with, by number or name; empty for the first.

    Returns:
        The exit code: 0, 1 if a step failed, 130 after Ctrl-C.

    Raises:
        ChapterNotFound: The lab has no such step.
    """
    lab = story.read()
    step = lab.find(first) if first else None
    if first and step is None:
        raise ChapterNotFound(first, ", ".join(step.name for step in lab.steps))
    narrator = StoryNarrator(
        renderers,
        lesson.password,
        lesson.pace,
        story=lab,
        first=step,
        with_notes=lesson.with_notes,
    )
    return _run(lesson, narrator, "features/test_lab.py", "--story")


def tell_topics(lesson: LessonOptions, renderers: Sequence[Renderer], topic: str = "") -> int:
    """Present the topics that go deeper than the lab.

    Args:
        lesson: Its options.
        renderers: Where it is printed.
        topic: One topic, by name or number; empty for all.

    Returns:
        The exit code, as of :func:`tell_story`.

    Raises:
        ChapterNotFound: There is no such topic.
    """
    narrator = TopicsNarrator(renderers, lesson.password, lesson.pace, topic=topic)
    return _run(lesson, narrator, "features/test_features.py", "-m=deeper")


def _run(lesson: LessonOptions, narrator: Narrator, features: str, *options: str) -> int:
    gc.disable()  # faster, and a lesson ends before its garbage takes 100 MB
    code = run(
        narrator,
        features,
        *options,
        f"--password={lesson.password}",
        f"--backend={lesson.backend}",
        *lesson.options.as_arguments(),
        plugins=lesson.plugins,
    )
    if narrator.has_quit:
        narrator.interrupt(f"The lesson is stopped.{_remembered(narrator)}")
        return 0
    if narrator.was_interrupted:
        narrator.interrupt("Interrupted.")
        return INTERRUPTED
    narrator.end()
    if isinstance(narrator, StoryNarrator) and narrator.pace:
        bookmark.forget()
    return 0 if code == pytest.ExitCode.OK else 1


def _remembered(narrator: Narrator) -> str:
    """Save the place in the story, and return what to tell the instructor about it."""
    if narrator.position is None or not isinstance(narrator, StoryNarrator):
        return ""
    try:
        bookmark.save(narrator.position.bookmark)
    except OSError as error:
        return f" Its place cannot be saved in {bookmark.path()}: {error.strerror}."
    return f" Its place is in {bookmark.path()}; kmsdemo lab --pace --resume continues there."
