"""The lesson: pytest runs the features of the lab, and renderers print what happens."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from kmsdemo.lesson.errors import ChapterNotFound
from kmsdemo.lesson.narrator import Narrator
from kmsdemo.suite.run import run

if TYPE_CHECKING:
    from kmsdemo.backends import Options
    from kmsdemo.lesson.renderer import Renderer

INTERRUPTED = 130
DEMO_PASSWORD = "correct horse battery staple"  # noqa: S105, the lesson shows it


@dataclass(frozen=True, slots=True)
class Lesson:
    """The options of a lesson.

    Attributes:
        backend: Where AWS is: one of ``kmsdemo.backends.NAMES``.
        options: The options of the backend.
        first: The first chapter, by name or number; empty to start at the beginning.
        password: The password that the scenarios encrypt.
        is_paced: Whether to wait for a key press after each step.
    """

    backend: str
    options: Options
    first: str = ""
    password: str = DEMO_PASSWORD
    is_paced: bool = False


def give(lesson: Lesson, renderers: Sequence[Renderer]) -> int:
    """Give a lesson.

    Args:
        lesson: Its options.
        renderers: Where it is printed.

    Returns:
        The exit code: 0, 1 if a step failed, 130 after Ctrl-C.

    Raises:
        ChapterNotFound: The first chapter does not exist.
    """
    narrator = Narrator(
        renderers, first=lesson.first, is_paced=lesson.is_paced, password=lesson.password
    )
    gc.disable()  # faster, and a lesson ends before its garbage takes 100 MB
    code = run(
        narrator,
        "features",
        "-m=lab or advanced",
        f"--password={lesson.password}",
        f"--backend={lesson.backend}",
        *lesson.options.as_arguments(),
    )
    if narrator.chapter_names:
        raise ChapterNotFound(lesson.first, ", ".join(narrator.chapter_names))
    if narrator.has_quit:
        narrator.interrupt("The lesson is stopped.")
        return 0
    if narrator.was_interrupted:
        narrator.interrupt("Interrupted.")
        return INTERRUPTED
    narrator.end()
    return 0 if code == pytest.ExitCode.OK else 1
