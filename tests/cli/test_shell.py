"""``kmsdemo shell``: its folder, and how the command in it ends; whole in tests/programs."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.cli import shell
from kmsdemo.cli.errors import CommandNotFound
from tests.learners import accounts


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create folders for temporary files here."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_its_folder_has_the_two_scripts_and_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    with shell._folder() as folder:
        assert folder.name.startswith("kms-lab-")
        scripts = {path.name for path in folder.iterdir()}
    assert scripts == {"encrypt-passwd.py", "decrypt-passwd.py"}
    assert not folder.exists()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["encrypt-passwd.py", "new.txt", "folder/"])
def test_a_folder_that_was_changed_is_kept_and_named(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with shell._folder() as folder:
        if name.endswith("/"):
            (folder / name).mkdir()
        else:
            (folder / name).write_text("mine")
    assert (folder / name).exists()
    assert capsys.readouterr().out == f"Your files are in {folder}.\n"


@pytest.mark.parametrize(("code", "ended"), [(0, 0), (7, 7), (-15, 143), (-2, 130)])
def test_it_ends_as_its_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, ended: int
) -> None:
    def run(command: list[str], *, cwd: Path, check: bool) -> subprocess.CompletedProcess[bytes]:
        assert (command, cwd, check) == (["program", "x"], tmp_path, False)
        assert signal.getsignal(signal.SIGINT) != before, "only the program handles Ctrl-C"
        return subprocess.CompletedProcess(command, code)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(subprocess, "run", run)
    assert shell._run(["program", "x"], tmp_path) == ended


def test_a_command_that_does_not_exist_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(CommandNotFound) as raised:
        shell._run(["nobody-has-this", "x"], tmp_path)
    assert raised.value.what == "nobody-has-this cannot be started: No such file or directory."


def test_it_ends_with_the_steps_that_are_done(
    clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.ready(clients)
    shell._print_progress()
    printed = capsys.readouterr().out
    assert printed == "\nDone: 2 of 8.\n  1. Create the key\n  2. Create the table\n"
