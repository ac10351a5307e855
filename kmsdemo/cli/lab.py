"""``lab``: the whole lab, run and shown."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from kmsdemo import backends


@click.command()
@click.option(
    "--backend",
    type=click.Choice(backends.NAMES),
    default=backends.DEFAULT,
    show_default=True,
    help="Where AWS is; moto runs in this process and needs nothing.",
)
def lab(backend: str) -> None:
    """Run the whole lab, without any account."""
    click.echo("The KMS lab: encrypt a password before it travels to the database.")
    from kmsdemo.lab.narration import narrate  # noqa: PLC0415, pytest only starts where it runs

    sys.exit(narrate(backend, Console(highlight=False)))
