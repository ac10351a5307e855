"""Why a lesson cannot start."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import WrongUsage


@dataclass(eq=False)
class ChapterNotFound(WrongUsage):
    """The lesson has no chapter with this name or number."""

    name: str
    chapters: str

    _what = "The lesson has no chapter {name}."
    _next_step = "Choose one of {chapters}, or a number from 1."
