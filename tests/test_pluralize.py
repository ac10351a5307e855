"""One of something is not printed as several."""

from __future__ import annotations

import pytest

from kmsdemo.pluralize import pluralize


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (21, "21 keys"), (4096, "4,096 keys")],
)
def test_a_number_has_what_it_counts(number: int, words: str) -> None:
    assert pluralize(number, "key") == words


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 scenario differs"), (2, "2 scenarios differ")]
)
def test_what_takes_more_than_an_s_is_named(number: int, words: str) -> None:
    assert pluralize(number, "scenario differs", "scenarios differ") == words
