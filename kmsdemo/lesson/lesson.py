"""The lesson: pytest runs the lab's features, and the narrator tells what happens."""

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
DEMO_PASSWORD = "correct horse battery staple"  # noqa: S105, it is there to be shown


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an instructor chooses.

    Attributes:
        backend: Where AWS is: one of ``kmsdemo.backends.NAMES``.
        options: What the backend is told.
        first: The chapter to begin with, by name or number; empty for the first.
        password: What the scenarios store.
        is_paced: Wait for a key after each step.
    """

    backend: str
    options: Options
    first: str = ""
    password: str = DEMO_PASSWORD
    is_paced: bool = False


def give(lesson: Lesson, renderers: Sequence[Renderer]) -> int:
    """Give a lesson.

    Args:
        lesson: What was chosen.
        renderers: What it is told on.

    Returns:
        The exit code: 0, 1 where a step failed, 130 after Ctrl-C.

    Raises:
        ChapterNotFound: There is no such chapter to begin with.
    """
    narrator = Narrator(
        renderers, first=lesson.first, is_paced=lesson.is_paced, password=lesson.password
    )
    gc.disable()  # a lesson ends before its garbage takes 100 MB
    code = run(
        narrator,
        "features",
        "-m=lab or deeper",
        f"--password={lesson.password}",
        f"--backend={lesson.backend}",
        *lesson.options.as_arguments(),
    )
    if narrator.unknown:
        raise ChapterNotFound(lesson.first, ", ".join(narrator.unknown))
    if narrator.has_quit:
        narrator.interrupt("That was all for today.")
        return 0
    if narrator.was_interrupted:
        narrator.interrupt("Interrupted.")
        return INTERRUPTED
    narrator.end()
    return 0 if code == pytest.ExitCode.OK else 1
