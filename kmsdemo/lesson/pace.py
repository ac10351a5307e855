"""The instructor's hand: the lesson waits for a key after each step."""

from __future__ import annotations

from collections.abc import Callable

import click

_PROMPT = "space: next, b: back to the explanation, q: quit"
_QUIT = ("q", "Q", "\x04")


def wait(explain: Callable[[], None]) -> bool:
    """Wait for a key.

    Args:
        explain: Shows the chapter's explanation again.

    Returns:
        Whether to go on; a no is to quit.

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
