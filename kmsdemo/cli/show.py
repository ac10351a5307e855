"""``show``: the two scripts, as the class reads them."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from kmsdemo.suite import location

_REMARK = r"# \(\d\).*"


@click.command()
@click.argument("script", type=click.Choice(["encrypt", "decrypt"]))
def show(script: str) -> None:
    """Show the encrypt or the decrypt script, with an instructor's numbered remarks.

    The remarks are the script's own comments. In a pipe it comes as it is in its file.
    """
    path = location.root() / "examples" / f"{script}-passwd.py"
    code = path.read_text(encoding="utf-8")
    if sys.stdout.isatty():
        from rich.syntax import Syntax  # noqa: PLC0415, only highlighting needs its lexers

        # The sixteen colours of the terminal itself, which fit its background.
        shown = Syntax("", "python", theme="ansi_light", background_color="default").highlight(code)
        shown.highlight_regex(_REMARK, "bold not dim")
        Console().print(shown, soft_wrap=True, end="")
    else:
        click.echo(code, nl=False)
