"""Matches the wildcards of policies: ``*`` is any text, ``?`` is any one character.

Each part between two stars is searched once, from left to right, without backtracking: a policy
cannot slow this down, as it could a regular expression of the whole pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Noncharacters that stand for a literal star and question mark in a pattern.
_LITERAL = {"*": "\ufdd0", "?": "\ufdd1"}
_TO_LITERAL, _TO_TEXT = (
    str.maketrans(_LITERAL),
    str.maketrans({mark: text for text, mark in _LITERAL.items()}),
)


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether a whole text matches a pattern."""
    if pattern == "*":
        return True
    first, *others = _parts(pattern, ignore_case)
    if not others:
        return first.fullmatch(text) is not None
    *middle, last = others
    found = first.match(text)
    for part in middle:
        found = found and part.search(text, found.end())
    return found is not None and _ends(last, text, found.end(), len(pattern.rpartition("*")[2]))


def literal(text: str) -> str:
    """Return a pattern that matches a text alone, with the same length."""
    return text.translate(_TO_LITERAL)


def as_text(pattern: str) -> str:
    """Return the text of a pattern with literal stars and question marks."""
    return pattern.translate(_TO_TEXT)


def _ends(last: re.Pattern[str], text: str, start: int, length: int) -> bool:
    """Return whether a text ends with a part that does not begin before ``start``."""
    begin = len(text) - length
    return begin >= start and last.match(text, begin) is not None


@lru_cache(maxsize=1024)
def _parts(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str], ...]:
    """Return the parts between the stars; each matches texts of its own length."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return tuple(
        re.compile(".".join(re.escape(as_text(one)) for one in part.split("?")), flags)
        for part in pattern.split("*")
    )
