"""Class lists: who is in them, and what is handed out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.learners import class_list
from kmsdemo.learners.errors import ClassListUnusable

URL = "http://127.0.0.1:4566"


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
    [("# nobody\n", "it has no names"), ("Anna\nBen\nAnna\n", "the name Anna twice")],
)
def test_an_unusable_list_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ClassListUnusable) as raised:
        class_list.read(write(tmp_path, text))
    assert reason in raised.value.what


def test_a_missing_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClassListUnusable):
        class_list.read(tmp_path / "nobody.txt")


def test_credentials_replace_only_an_earlier_credentials_file(tmp_path: Path) -> None:
    path = tmp_path / "credentials.csv"
    learners = class_list.read(write(tmp_path, 'Anna\nBen "the bear", jr.\n'))
    for _ in range(2):
        class_list.write_credentials(learners, URL, path)
    assert path.read_text().splitlines()[1:] == [
        f"Anna,{URL},200000000001,sandbox,us-east-1,us-east-1",
        f'"Ben ""the bear"", jr.",{URL},200000000002,sandbox,us-east-1,us-east-1',
    ]
    path.write_text("dear")
    with pytest.raises(ClassListUnusable):
        class_list.write_credentials(learners, URL, path)
    assert path.read_text() == "dear"


def test_credentials_do_not_replace_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "credentials.csv"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ClassListUnusable):
        class_list.write_credentials([], URL, path)
    assert path.read_bytes() == b"\xff\xfe"
