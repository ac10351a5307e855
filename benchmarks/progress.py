"""Shows the progress of a benchmark on standard error, if that is a terminal."""

from __future__ import annotations

import sys

_WIDTH = 60


def show(text: str) -> None:
    """Show a line that the next output overwrites."""
    if sys.stderr.isatty():
        print(f"\r{text:{_WIDTH}}\r", end="", file=sys.stderr, flush=True)


def clear() -> None:
    """Remove the line."""
    show("")
