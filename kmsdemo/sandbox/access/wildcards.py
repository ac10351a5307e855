"""Matches the wildcards of policies: ``*`` is any text, ``?`` is any one character.

Each part between two stars is searched once, from left to right, without backtracking: a policy
cannot slow this down, as it could a regular expression of the whole pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether a whole text matches a pattern."""
    first, *others = _parts(pattern, ignore_case)
    if not others:
        return first.fullmatch(text) is not None
    *middle, last = others
    found = first.match(text)
    for part in middle:
        found = found and part.search(text, found.end())
    return found is not None and _ends(last, text, found.end(), len(pattern.rpartition("*")[2]))


def _ends(last: re.Pattern[str], text: str, start: int, length: int) -> bool:
    """Return whether a text ends with a part that does not begin before ``start``."""
    begin = len(text) - length
    return begin >= start and last.match(text, begin) is not None


@lru_cache(maxsize=1024)
def _parts(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str], ...]:
    """Return the parts between the stars; each matches texts of its own length."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return tuple(
        re.compile(".".join(map(re.escape, part.split("?"))), flags) for part in pattern.split("*")
    )
