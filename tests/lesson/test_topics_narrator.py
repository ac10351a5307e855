"""The topics that go deeper, found by what a person types."""

from __future__ import annotations

import pytest

from kmsdemo.lesson.topics_narrator import found

NAMES = ["create_key", "create_table", "encrypt"]


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("encrypt", "encrypt"),
        ("Create Table", "create_table"),
        ("create-table", "create_table"),
        ("1", "create_key"),
        ("3", "encrypt"),
        ("0", None),
        ("4", None),
        ("encypt", None),
    ],
)
def test_a_topic_is_found_by_its_name_or_number(topic: str, name: str | None) -> None:
    assert found(topic, NAMES) == name
