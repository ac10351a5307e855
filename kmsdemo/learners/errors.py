"""Why a class list or a learner's scripts cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import KmsdemoError, WrongUsage


@dataclass(eq=False)
class ClassListUnusable(KmsdemoError):
    """A class list or its credentials file cannot be used."""

    path: str
    reason: str

    _what = "{path} cannot be used: {reason}."
    _next_step = "Give a file with one name per line, each name once, in a writable folder."


@dataclass(eq=False)
class CommandUnusable(WrongUsage):
    """The command line of a script cannot be run."""

    command: str
    reason: str

    _what = "The command {command} cannot be used: {reason}."
    _next_step = "Give it as you type it in the folder of the scripts; see kmsdemo grade --help."


@dataclass(eq=False)
class ReportUnwritable(WrongUsage):
    """The file for the JUnit report cannot be written."""

    path: str
    reason: str

    _what = "{path} cannot be written: {reason}."
    _next_step = "Name a file in an existing folder that you can write to."


@dataclass(eq=False)
class FolderUnusable(KmsdemoError):
    """The scripts run in a copy of their folder, and it cannot be copied."""

    folder: str
    reason: str

    _what = "The folder {folder} cannot be copied: {reason}."
    _next_step = "Put the scripts and what they need into a new folder, and run the command there."


@dataclass(eq=False)
class CredentialsUnusable(KmsdemoError):
    """The credentials of a class cannot be used."""

    path: str
    reason: str

    _what = "The credentials file {path} cannot be used: {reason}."
    _next_step = "Start kmsdemo sandbox --class FILE with the same list; it writes them."


@dataclass(eq=False)
class NotGraded(KmsdemoError):
    """The machine was too busy to tell whether the scripts are right."""

    reason: str

    _what = "Not graded: this machine is too busy ({reason})."
    _next_step = "Grade again when it is less busy, or raise --seconds."


@dataclass(eq=False)
class ClassUnusable(WrongUsage):
    """The folder with the submissions of a class cannot be used."""

    folder: str
    reason: str

    _what = "The folder {folder} cannot be graded: {reason}."
    _next_step = "Give a writable folder with one folder for each learner."
