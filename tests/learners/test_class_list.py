"""Class lists: who is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.learners import class_list
from kmsdemo.learners.errors import ClassListUnusable


def write(folder: Path, text: str) -> Path:
    path = folder / "names.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_name_has_an_account_of_its_own(tmp_path: Path) -> None:
    learners = class_list.read(write(tmp_path, "Anna\n# from Tuesday on\n\n  Zoë Müller \n"))
    assert [learner.name for learner in learners] == ["Anna", "Zoë Müller"]
    assert [learner.account_id for learner in learners] == ["200000000001", "200000000002"]


def test_a_name_at_the_end_changes_no_account(tmp_path: Path) -> None:
    before = class_list.read(write(tmp_path, "Anna\nBen\n"))
    assert class_list.read(write(tmp_path, "Anna\nBen\nCarl\n"))[:2] == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# nobody\n", "it has no names"),
        ("Anna\nBen\nAnna\n", "the name Anna twice"),
        ("Anna\ninstructor\n", "the name instructor is reserved"),
    ],
)
def test_an_unusable_list_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ClassListUnusable) as raised:
        class_list.read(write(tmp_path, text))
    assert reason in raised.value.what


def test_a_missing_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClassListUnusable):
        class_list.read(tmp_path / "nobody.txt")
