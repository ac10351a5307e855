"""The place that a paced lesson saves."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.lesson import bookmark
from kmsdemo.lesson.bookmark import Bookmark


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for the state of programs."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_place_that_is_saved_is_loaded() -> None:
    bookmark.save(Bookmark("decrypt-the-password", 3))
    assert bookmark.load() == Bookmark("decrypt-the-password", 3)


def test_it_is_in_the_state_folder(folder: Path) -> None:
    assert bookmark.path() == folder / "kmsdemo" / "lesson.json"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_STATE_HOME": ""}, ".local/state"),
        ("darwin", {}, "Library/Application Support"),
        ("win32", {"LOCALAPPDATA": "there"}, "there"),
    ],
)
def test_each_platform_has_its_folder(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert bookmark.path().parent.parent in (Path(expected), Path.home() / expected)


def test_there_is_none_at_first() -> None:
    assert bookmark.load() is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", '{"name": "x"}', '"x"', '{"name": 5, "pauses": 1}'),
        *('{"name": "x", "pauses": null}', '{"name": "x", "pauses": 1e400}'),
    ],
)
def test_a_file_that_is_damaged_is_none(text: str) -> None:
    bookmark.save(Bookmark("x", 1))
    bookmark.path().write_text(text, encoding="utf-8")
    assert bookmark.load() is None


def test_it_can_be_forgotten_twice() -> None:
    bookmark.save(Bookmark("x", 1))
    bookmark.forget()
    bookmark.forget()
    assert bookmark.load() is None
