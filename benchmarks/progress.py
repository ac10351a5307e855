"""How far a benchmark is: on standard error, and only where somebody looks on."""

from __future__ import annotations

import sys

_WIDTH = 60


def show(text: str) -> None:
    """Show a line that the next one, or the next figure, overwrites."""
    if sys.stderr.isatty():
        print(f"\r{text:{_WIDTH}}\r", end="", file=sys.stderr, flush=True)


def clear() -> None:
    """Take the last line away."""
    show("")
