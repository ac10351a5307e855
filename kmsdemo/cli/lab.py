"""``lab``: the whole lab, run and shown."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.console import Console

from kmsdemo import backends
from kmsdemo.backends import Options
from kmsdemo.cli.options import backend_options


@click.command()
@click.option(
    "--backend",
    type=click.Choice(backends.NAMES),
    default=backends.DEFAULT,
    show_default=True,
    help="Where AWS is; moto runs in this process and needs nothing.",
)
@backend_options
def lab(backend: str, **told: Any) -> None:
    """Run the whole lab, without any account."""
    click.echo("The KMS lab: encrypt a password before it travels to the database.")
    options = Options(**told)
    if announcement := backends.announcement(backend, options):
        click.echo(announcement)
    from kmsdemo.lab.narration import narrate  # noqa: PLC0415, pytest only starts where it runs

    sys.exit(narrate(backend, options, Console(highlight=False)))
