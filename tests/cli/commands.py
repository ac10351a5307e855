"""All commands, as click knows them, so that a new one is tested too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from kmsdemo.cli import main

# What a command must be told to do something, beside the parameter that a test is about.
ARGUMENTS: dict[str, list[str]] = {
    "encrypt": ["secret"],
    "decrypt": ["12345"],
    "import": ["no-such.csv"],
    "export": ["no-such-folder/passwords.csv", "--yes"],
    "rotate-to": ["alias/demo-kms-other"],
    "schedule-deletion": ["--force"],
    "cleanup": ["--yes"],
    "sweep": ["--yes"],
    "show": ["encrypt"],
    "sandbox advance": ["--days=1", "--endpoint-url=http://127.0.0.1:1"],
    "grade": ["--encrypt=no-such {password} {key_id}", "--decrypt=no-such {appuser} {key_id}"],
    # A real account is refused before anything starts: its id is missing.
    "lab": ["--backend=aws"],
    "guide": ["--output=no-such-folder/lab.html"],
    "class": ["no-such-file"],
}


def all_commands(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its name, such as ``sandbox advance``."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))


NAMES = [name for name, _ in all_commands()]


def parameters(*kinds: type[Any]) -> list[tuple[str, str]]:
    """Return the parameters of these types: the command's name, and the flag, if it has one."""
    return [
        (name, parameter.opts[0] if isinstance(parameter, click.Option) else "")
        for name, command in all_commands()
        for parameter in command.params
        if isinstance(parameter.type, kinds)
    ]


def line(name: str, *more: str) -> list[str]:
    """Return the arguments that call a command; more go after those that it needs."""
    return [*name.split(), *ARGUMENTS.get(name, []), *more]
