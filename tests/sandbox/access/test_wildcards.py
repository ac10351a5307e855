"""Wildcards of policies: what they match, and that none of them can be slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmsdemo.sandbox.access.wildcards import matches

PATTERNS = st.text("ab*?", max_size=12)
TEXTS = st.text("ab", max_size=12)


def by_definition(pattern: str, text: str) -> bool:
    """Match as slowly as the definition says it."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(by_definition(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and by_definition(pattern[1:], text[1:])


@given(PATTERNS, TEXTS)
def test_it_matches_what_the_definition_says(pattern: str, text: str) -> None:
    assert matches(pattern, text) is by_definition(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    ["*a*a*a*a*b", "*a" * 500 + "*b", "*" * 2000 + "b", "*?a" * 500 + "b", "a" * 1999 + "*ab"],
)
def test_no_pattern_holds_the_interpreter(pattern: str) -> None:
    """One that tries again and again, for each star, would not come back before the time limit."""
    assert not matches(pattern, "a" * 2000)


@pytest.mark.parametrize(
    ("pattern", "text", "ignore_case", "expected"),
    [
        ("kms:*", "kms:Encrypt", False, True),
        ("KMS:enc*", "kms:Encrypt", True, True),
        ("KMS:enc*", "kms:Encrypt", False, False),
        ("a.c", "abc", False, False),
        ("[ab]", "a", False, False),
        ("*\n*", "one\ntwo", False, True),
        ("a?c", "a\nc", False, True),
        ("abc*bcd", "abcd", False, False),
        ("*a*b*", "ba", False, False),
        ("a*b", "ab", False, True),
        ("a*b", "acb", False, True),
        ("a*b", "acbc", False, False),
        ("aa*a", "aa", False, False),
    ],
)
def test_all_else_means_itself(pattern: str, text: str, ignore_case: bool, expected: bool) -> None:
    assert matches(pattern, text, ignore_case=ignore_case) is expected
