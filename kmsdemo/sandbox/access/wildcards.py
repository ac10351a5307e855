"""Texts with wildcards, as policies have them: ``*`` is any text, ``?`` any one character.

What is between two stars is looked for once, from left to right, and never tried again: a policy
cannot make this slow, as it could a regular expression of the whole.
"""

from __future__ import annotations

import re
from functools import lru_cache


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Say whether a text is as a pattern wants it, from its first character to its last."""
    first, *others = _parts(pattern, ignore_case)
    if not others:
        return first.fullmatch(text) is not None
    *middle, last = others
    found = first.match(text)
    for part in middle:
        found = found and part.search(text, found.end())
    return found is not None and _ends(last, text, found.end(), len(pattern.rpartition("*")[2]))


def _ends(last: re.Pattern[str], text: str, start: int, length: int) -> bool:
    """Say whether a text ends with a part, which begins no earlier than the start."""
    begin = len(text) - length
    return begin >= start and last.match(text, begin) is not None


@lru_cache(maxsize=1024)
def _parts(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str], ...]:
    """Return what is between the stars; each part matches texts of its own length."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return tuple(
        re.compile(".".join(map(re.escape, part.split("?"))), flags) for part in pattern.split("*")
    )
