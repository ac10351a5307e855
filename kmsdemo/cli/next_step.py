"""The next step of the lab, in one line: what a command ends with on a terminal.

It follows from what the command has just done; nobody asks AWS for it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final, NamedTuple

import click

from kmsdemo.cli.output import say


class Next(NamedTuple):
    """What to do next.

    Attributes:
        command: The command of ``kmsdemo``.
        step: The number of the lab's step that it is; 0 where only the account can tell.
    """

    command: str
    step: int = 0


_ASK_THE_ACCOUNT: Final = Next("kmsdemo check")
AFTER: Final[Mapping[str, Next]] = {
    "setup": Next("kmsdemo show encrypt", 3),
    "show": Next("kmsdemo encrypt PASSWORD", 4),
    "encrypt": Next("kmsdemo items", 5),
    "items": Next("kmsdemo decrypt APPUSER", 6),
    "decrypt": Next("kmsdemo schedule-deletion --days 7 --force", 7),
    "schedule-deletion": Next("kmsdemo cleanup", 8),
    "cancel-deletion": Next("kmsdemo enable", 7),
    "enable": Next("kmsdemo decrypt APPUSER", 6),
    "describe": Next("kmsdemo encrypt PASSWORD", 4),
    "import": Next("kmsdemo items", 5),
    "export": _ASK_THE_ACCOUNT,
    "rotate-to": _ASK_THE_ACCOUNT,
    "cleanup": _ASK_THE_ACCOUNT,
    "guide": Next("kmsdemo shell", 1),
    "grade": _ASK_THE_ACCOUNT,
    "sweep": _ASK_THE_ACCOUNT,
}
"""What follows each command."""
SAY_IT_THEMSELVES: Final = frozenset(("lab", "shell", "sandbox", "check", "class"))
"""The commands that end with it anyway, or with Ctrl-C."""
_OTHER: Final = "kmsdemo.next_step"
_IS_JSON: Final = "kmsdemo.is_json"


def becomes(command: str, step: int = 0) -> None:
    """Let this be the next step after the running command, instead of what usually follows it.

    Args:
        command: The command of ``kmsdemo``.
        step: The number of the lab's step that it is; 0 where only the account can tell.
    """
    click.get_current_context().meta[_OTHER] = Next(command, step)


def note_json(ctx: click.Context, _: click.Parameter, is_json: bool) -> bool:
    """Keep in mind that the running command prints for programs."""
    ctx.meta[_IS_JSON] = is_json
    return is_json


def say_it(ctx: click.Context) -> None:
    """Print the next step, unless standard output is a pipe or JSON.

    Args:
        ctx: The context of the group, whose command has ended well.
    """
    following = ctx.meta.get(_OTHER) or AFTER.get(str(ctx.invoked_subcommand))
    if following and not ctx.meta.get(_IS_JSON) and sys.stdout.isatty():
        say(f"{_when(following.step)}: {following.command}")


def _when(step: int) -> str:
    if not step:
        return "Next"
    from kmsdemo.suite import story  # noqa: PLC0415, the parser only starts where it runs

    return f"Next, {story.read().steps[step - 1].heading}"
