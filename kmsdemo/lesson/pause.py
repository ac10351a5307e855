"""Pauses the lesson after a step until the instructor presses a key."""

from __future__ import annotations

from collections.abc import Callable

import click

_PROMPT = "space: next, b: back to the explanation, q: quit"
_QUIT = ("q", "Q", "\x04")


def wait_for_key(explain: Callable[[], None]) -> bool:
    """Wait for a key press.

    Args:
        explain: Prints the explanation of the chapter again.

    Returns:
        Whether to continue; ``False`` means quit.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    while True:
        click.secho(_PROMPT, dim=True, err=True, nl=False)
        try:
            key = click.getchar()
        except EOFError:
            return False
        finally:
            click.echo(f"\r{' ' * len(_PROMPT)}\r", err=True, nl=False)
        if key in _QUIT:
            return False
        if key not in ("b", "B"):
            return True
        explain()
