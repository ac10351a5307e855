"""Options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click

from kmsdemo import backends, table
from kmsdemo.backends import Options
from kmsdemo.cli import next_step

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _not_empty(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("it is empty, as a variable of the shell can be.")
    return value


key_option = click.option(
    "--key-id",
    metavar="KEY",
    callback=_not_empty,
    help="The key: key id, key ARN, alias or alias ARN. "
    "The default is the only key whose alias begins with alias/demo-kms-.",
)
table_option = click.option(
    "--table-name",
    metavar="TABLE",
    callback=_not_empty,
    default=table.TABLE_NAME,
    show_default=True,
    help="The table.",
)
sandbox_option = click.option(
    "--endpoint-url",
    envvar="AWS_ENDPOINT_URL",
    default="http://127.0.0.1:4566",
    show_default=True,
    help="The running sandbox.",
)
days_option = click.option(
    "--days",
    type=int,
    default=30,
    show_default=True,
    help="The waiting period: 7 to 30 days.",
)
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=next_step.record_json,
    help="Print JSON for programs.",
)
junit_option = click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the result as JUnit XML, for a gradebook.",
)


def backend_options(command: _Command) -> _Command:
    """Add ``--backend``, and the options of the backends."""
    for option in reversed(fields(Options)):
        metavar = option.metadata["metavar"]
        command = click.option(
            backends.flag(option.name),
            metavar=metavar,
            is_flag=metavar is None,
            default=option.default,
            show_default=bool(option.default),
            help=option.metadata["help"],
        )(command)
    return click.option(
        "--backend",
        type=click.Choice(backends.NAMES),
        default=backends.DEFAULT,
        show_default=True,
        help="Where AWS is; moto runs in this process and needs no account.",
    )(command)


def read_password(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """Return the password: the argument, standard input, or a hidden prompt."""
    if value == "-":
        typed = sys.stdin.buffer.read().decode(errors="surrogateescape")
        return typed.removesuffix("\n").removesuffix("\r")
    if value is not None:
        return value
    if not sys.stdin.isatty():
        raise click.UsageError("Give PASSWORD, or - to read it from standard input.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
