"""``show``: prints the two scripts."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from kmsdemo.suite import location

_NUMBERED_COMMENT = r"# \(\d\).*"


@click.command(short_help="Print the encrypt or the decrypt script.")
@click.argument("script", type=click.Choice(["encrypt", "decrypt"]))
def show(script: str) -> None:
    """Print the encrypt or the decrypt script, with numbered comments for an instructor.

    On a terminal the script is coloured; in a pipe it is printed unchanged.
    """
    path = location.root() / "examples" / f"{script}-passwd.py"
    code = path.read_text(encoding="utf-8")
    if sys.stdout.isatty():
        from rich.syntax import Syntax  # noqa: PLC0415, only highlighting needs its lexers

        # The sixteen colours of the terminal itself, which fit its background.
        shown = Syntax("", "python", theme="ansi_light", background_color="default").highlight(code)
        shown.highlight_regex(_NUMBERED_COMMENT, "bold not dim")
        Console().print(shown, soft_wrap=True, end="")
    else:
        click.echo(code, nl=False)
