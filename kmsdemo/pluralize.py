"""Says how many there are of something, in words that fit one as well as many."""

from __future__ import annotations


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return a number and what it counts, such as ``1 key`` or ``4,096 bytes``.

    Args:
        number: How many there are.
        one: What one is called.
        many: What several are called, or none; by default, ``one`` with an s.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
