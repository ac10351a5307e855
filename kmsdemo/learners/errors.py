"""Why a class list or a learner's scripts cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import KmsdemoError, WrongUsage


@dataclass(eq=False)
class ClassListUnusable(KmsdemoError):
    """A class list, or the file to hand out, does not serve."""

    path: str
    reason: str

    _what = "{path} does not serve: {reason}."
    _next_step = "Give a file with one name a line, each of them once, in a folder of your own."


@dataclass(eq=False)
class CommandUnusable(WrongUsage):
    """A script cannot be called in the way that was given."""

    command: str
    reason: str

    _what = "The command {command} does not serve: {reason}."
    _next_step = "Give it as in the folder of the scripts; kmsdemo grade --help has an example."


@dataclass(eq=False)
class FolderUnusable(KmsdemoError):
    """The scripts run in a copy of their folder, and this one cannot be copied."""

    folder: str
    reason: str

    _what = "The scripts run in a copy of their folder, but {folder} does not serve: {reason}."
    _next_step = "Put the scripts and what they need into a folder of their own, and go there."
