"""The features as chapters of the lesson."""

from __future__ import annotations

import pytest

from kmsdemo.lesson.chapters import index_of

NAMES = ["create_key", "create_table", "encrypt"]


@pytest.mark.parametrize(
    ("chapter", "index"),
    [
        ("", 0),
        ("encrypt", 2),
        ("Create Table", 1),
        ("create-table", 1),
        ("1", 0),
        ("3", 2),
        ("0", None),
        ("4", None),
        ("encypt", None),
    ],
)
def test_a_chapter_is_found_by_its_name_or_number(chapter: str, index: int | None) -> None:
    assert index_of(chapter, NAMES) == index
