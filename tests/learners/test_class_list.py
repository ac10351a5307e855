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


def test_a_byte_order_mark_belongs_to_no_name(tmp_path: Path) -> None:
    learners = class_list.read(write(tmp_path, "\ufeffAnna\r\nBen\r\n"))
    assert [learner.name for learner in learners] == ["Anna", "Ben"]


def test_a_name_at_the_end_changes_no_account(tmp_path: Path) -> None:
    before = class_list.read(write(tmp_path, "Anna\nBen\n"))
    assert class_list.read(write(tmp_path, "Anna\nBen\nCarl\n"))[:2] == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# nobody\n", "it has no names"),
        ("Anna\nBen\nAnna\n", "the name Anna twice"),
        ("Anna\ninstructor\n", "the name instructor is reserved"),
        ("Anna\nBen\x1b[2J\n", r"the name Ben\x1b[2J has a control character"),
        ("a\0b\n", r"the name a\x00b has a control character"),
    ],
)
def test_an_unusable_list_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ClassListUnusable) as raised:
        class_list.read(write(tmp_path, text))
    assert reason in raised.value.what
    assert raised.value.path == str(tmp_path / "names.txt")


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), (b"Zo\xeb\n", "it is not UTF-8")]
)
def test_a_list_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClassListUnusable) as raised:
        class_list.read(path)
    assert (raised.value.path, raised.value.reason) == (str(path), reason)
