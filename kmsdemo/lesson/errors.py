"""Why a lesson cannot start."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import WrongUsage


@dataclass(eq=False)
class ChapterNotFound(WrongUsage):
    """No step of the lab, or no deeper topic, has this name or number."""

    name: str
    chapters: str

    _what = "The lesson has no step or topic {name}."
    _next_step = "Choose one of {chapters}, or a number from 1."


@dataclass(eq=False)
class NoBookmark(WrongUsage):
    """There is no saved place to resume."""

    path: str

    _what = "There is no saved place in the lesson in {path}."
    _next_step = "Begin with kmsdemo lab --pace; q quits and saves the place."
