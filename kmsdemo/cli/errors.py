"""Why a command cannot be run."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import KmsdemoError


@dataclass(eq=False)
class CommandNotFound(KmsdemoError):
    """A program does not exist or cannot be started."""

    command: str
    reason: str

    _what = "{command} cannot be started: {reason}."
    _next_step = "Check the name and the PATH."
