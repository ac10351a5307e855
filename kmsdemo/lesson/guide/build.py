"""Builds a guide from a new run of the lab, which must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from kmsdemo.lesson import lesson
from kmsdemo.lesson.guide import verdict
from kmsdemo.lesson.guide.document import Document, Section
from kmsdemo.lesson.guide.errors import RunFailed
from kmsdemo.lesson.guide.renderer import GuideRenderer
from kmsdemo.lesson.guide.run_values import FixedValues
from kmsdemo.lesson.guide.verdict import Run, VerdictRecorder
from kmsdemo.suite import story

if TYPE_CHECKING:
    from kmsdemo.lesson.lesson import LessonOptions

TOPIC = "deeper-"
"""The prefix of the names of topics in links."""


class Interrupted(Exception):
    """The user pressed Ctrl-C; the text says what was cleaned up."""


def build(
    lesson_options: LessonOptions, *, is_fixed: bool = False, with_topics: bool = True
) -> tuple[Document, Run]:
    """Run the lab and return its guide, with the verdict of the run.

    Args:
        lesson_options: The options of the lesson.
        is_fixed: Whether ids, dates and versions are the same for each run.
        with_topics: Whether to run the deeper topics too.

    Raises:
        RunFailed: A scenario failed.
        Interrupted: Ctrl-C.
    """
    run = Run(lesson_options.backend) if is_fixed else verdict.begin(lesson_options.backend)
    lesson_options = replace(lesson_options, plugins=[VerdictRecorder(run)])
    fixed = FixedValues()
    kept = fixed if is_fixed else str
    lab = story.read()
    document = Document(lab.title, lab.description)
    document.steps = _sections(
        GuideRenderer(kept), lambda renderer: lesson.tell_story(lesson_options, [renderer])
    )
    if with_topics:
        document.topics = _sections(
            GuideRenderer(kept, TOPIC, begin_scenario=fixed.another_account),
            lambda renderer: lesson.tell_topics(lesson_options, [renderer]),
        )
    for section, step in zip(document.steps, lab.steps, strict=True):
        section.minutes = step.minutes
    return document, run


def _sections(renderer: GuideRenderer, tell: Callable[[GuideRenderer], int]) -> list[Section]:
    code = tell(renderer)
    if renderer.interruption:
        raise Interrupted(renderer.interruption)
    if code:
        raise RunFailed("; ".join(failure.splitlines()[0] for failure in renderer.failures))
    return renderer.sections


def topic_titles(document: Document) -> dict[str, tuple[str, str]]:
    """Return the name in links and the title of each topic, by the name of its feature."""
    names = [topic for step in document.steps for topic in step.topics]
    return {
        name: (section.name, section.chapter.title)
        for name, section in zip(names, document.topics, strict=False)
    }
