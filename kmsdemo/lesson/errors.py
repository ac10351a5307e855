"""Why a lesson cannot start."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import WrongUsage


@dataclass(eq=False)
class ChapterNotFound(WrongUsage):
    """The lab has no step, or the deeper topics have none, with this name or number."""

    name: str
    chapters: str

    _what = "The lesson has no step or topic {name}."
    _next_step = "Choose one of {chapters}, or a number from 1."


@dataclass(eq=False)
class NoBookmark(WrongUsage):
    """There is no place to resume."""

    path: str

    _what = "There is no saved place in the lesson in {path}."
    _next_step = "Begin with kmsdemo lab --pace; q quits and saves the place."
