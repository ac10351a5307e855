"""The computers that scripts run on, and what they leave there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kmsdemo.learners.errors import FolderUnusable
from kmsdemo.learners.submission.command import Command
from kmsdemo.learners.submission.machine import Machine, machine

PASSWORD = "correct horse battery staple"


@pytest.fixture
def original(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    (folder / "node_modules" / "sdk").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "lib" / "shared.py").write_text(f"# {PASSWORD}")
    (folder / "encrypt.py").write_text("")
    return folder


def test_the_folder_is_copied_and_what_is_installed_is_linked(original: Path) -> None:
    with machine(original) as here:
        assert (here.folder / "lib" / "shared.py").is_file()
        assert (here.folder / "node_modules").is_symlink()
        (here.folder / "encrypt.py").write_text("changed")
    assert (original / "encrypt.py").read_text() == ""
    assert not here.folder.exists()


@pytest.mark.parametrize("place", ["home", "temporary", "folder"])
def test_what_is_written_is_found_in_every_place(original: Path, place: str) -> None:
    with machine(original) as here:
        assert here.files_that_show(PASSWORD) == []
        written: Path = getattr(here, place) / ".cache" / "deep" / "file"
        written.parent.mkdir(parents=True)
        written.write_text(f"password={PASSWORD}")
        assert here.files_that_show(PASSWORD) == [written]


def test_a_path_into_the_folder_leads_into_the_copy(original: Path) -> None:
    here = Machine(Path("/h"), Path("/t"), Path("/w"), original)
    assert here.located(f"{original}/lib/shared.py") == "/w/lib/shared.py"
    assert here.located("/usr/bin/env") == "/usr/bin/env"
    assert here.located("lib/shared.py") == "lib/shared.py"


def test_what_cannot_be_copied_is_said(original: Path) -> None:
    os.mkfifo(original / "lib" / "pipe")
    with pytest.raises(FolderUnusable, match="pipe"), machine(original):
        pass


def test_placeholders_are_filled_in_once_and_as_they_are() -> None:
    command = Command.read("true 'a {password}' {key_id} {other}", "password", "key_id")
    values = {"password": "{key_id} 'x'", "key_id": "k"}
    assert command.filled(values) == ["true", "a {key_id} 'x'", "k", "{other}"]
    assert command.filled({}) == ["true", "{other}"]
