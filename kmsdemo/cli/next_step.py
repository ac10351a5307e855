"""The next step of the lab, in one line: what a command ends with on a terminal.

It follows from what the command has just done, without a call to AWS.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final, NamedTuple

import click

from kmsdemo.cli.output import say


class NextStep(NamedTuple):
    """What to do next.

    Attributes:
        command: The command of ``kmsdemo``.
        step: The number of this step of the lab; 0 if only the account can show it.
    """

    command: str
    step: int = 0


_CHECK: Final = NextStep("kmsdemo check")
NEXT_STEPS: Final[Mapping[str, NextStep]] = {
    "setup": NextStep("kmsdemo show encrypt", 3),
    "show": NextStep("kmsdemo encrypt PASSWORD", 4),
    "encrypt": NextStep("kmsdemo items", 5),
    "items": NextStep("kmsdemo decrypt APPUSER", 6),
    "decrypt": NextStep("kmsdemo schedule-deletion --days 7 --force", 7),
    "schedule-deletion": NextStep("kmsdemo cleanup", 8),
    "cancel-deletion": NextStep("kmsdemo enable", 7),
    "enable": NextStep("kmsdemo decrypt APPUSER", 6),
    "describe": _CHECK,
    "import": NextStep("kmsdemo items", 5),
    "export": _CHECK,
    "rotate-to": _CHECK,
    "cleanup": _CHECK,
    "guide": NextStep("kmsdemo shell", 1),
    "grade": _CHECK,
    "sweep": _CHECK,
}
"""What follows each command."""
WITHOUT_NEXT_STEP: Final = frozenset(("lab", "shell", "sandbox", "check", "class"))
"""The commands that end with it anyway, or with Ctrl-C."""
_REPLACED: Final = "kmsdemo.next_step"
_IS_JSON: Final = "kmsdemo.is_json"


def replace_with(command: str, step: int = 0) -> None:
    """Set the next step after the running command, instead of the usual one.

    Args:
        command: The command of ``kmsdemo``.
        step: The number of this step of the lab; 0 if only the account can show it.
    """
    click.get_current_context().meta[_REPLACED] = NextStep(command, step)


def record_json(ctx: click.Context, _: click.Parameter, is_json: bool) -> bool:
    """Note that the running command prints JSON for programs."""
    ctx.meta[_IS_JSON] = is_json
    return is_json


def announce(ctx: click.Context) -> None:
    """Print the next step, unless standard output is a pipe or JSON.

    Args:
        ctx: The context of the group, whose command has succeeded.
    """
    following = ctx.meta.get(_REPLACED) or NEXT_STEPS.get(str(ctx.invoked_subcommand))
    if following and not ctx.meta.get(_IS_JSON) and sys.stdout.isatty():
        say(f"{_label(following.step)}: {following.command}")


def _label(step: int) -> str:
    if not step:
        return "Next"
    from kmsdemo.suite import story  # noqa: PLC0415, the parser only starts where it runs

    return f"Next, {story.read().steps[step - 1].heading}"
