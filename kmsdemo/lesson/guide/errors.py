"""Why a guide cannot be written."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import KmsdemoError, WrongUsage


@dataclass(eq=False)
class GuideUnwritable(WrongUsage):
    """The file or the folder of a guide cannot be written."""

    path: str
    reason: str

    _what = "{path} cannot be written: {reason}."
    _next_step = "Name a new file that ends in .html or .md, in an existing folder."


@dataclass(eq=False)
class HandoutsUnwritable(WrongUsage):
    """The folder of the hand-outs cannot be written."""

    path: str
    reason: str

    _what = "{path} cannot be written: {reason}."
    _next_step = "With --class, name a folder of hand-outs, or a new one in an existing folder."


@dataclass(eq=False)
class NoVerdict(WrongUsage):
    """A page has no verdict of a run."""

    path: str
    reason: str

    _what = "{path} cannot be compared: {reason}."
    _next_step = "Name a page that pytest --guide=FILE or kmsdemo guide -o FILE wrote as HTML."


@dataclass(eq=False)
class RunFailed(KmsdemoError):
    """The lab did not pass, so there is nothing to write about."""

    failures: str

    _what = "The lab did not pass, and no guide is written: {failures}"
    _next_step = "Run kmsdemo lab to see it; pytest features --guide=FILE.html writes a report."
