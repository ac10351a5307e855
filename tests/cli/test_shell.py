"""``kmsdemo shell``: its folder, and how the command in it ends; whole in tests/programs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kmsdemo.account import environment
from kmsdemo.account.clients import Clients
from kmsdemo.cli import main, shell
from kmsdemo.cli.errors import CommandNotFound
from kmsdemo.suite import interruption
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


def test_a_file_that_cannot_be_read_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreadable(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    with shell._folder() as folder:
        monkeypatch.setattr(Path, "read_bytes", unreadable)
    assert len(list(folder.iterdir())) == 2
    assert capsys.readouterr().out == f"Your files are in {folder}.\n"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of the program that the shell starts, and its command; it ends with 7."""
    seen: dict[str, str] = {}

    def run(command: Sequence[str], folder: Path) -> int:
        seen.update(os.environ, command=" ".join(command), folder=folder.name)
        return 7

    monkeypatch.setattr(shell, "_run", run)
    monkeypatch.setattr(interruption, "handle_signals", lambda: None)
    with environment.isolated({"PATH": "/usr/bin", "SHELL": "/bin/sh", "AWS_PROFILE": "mine"}):
        yield seen


def test_a_command_uses_the_sandbox_and_nothing_of_the_user(started: dict[str, str]) -> None:
    result = CliRunner().invoke(main, ["shell", "--", "program", "-x"])
    assert (result.exit_code, result.output) == (7, "")
    assert started["command"] == "program -x"
    assert started["folder"].startswith("kms-lab-")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", started["AWS_ENDPOINT_URL"])
    assert started["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/usr/bin"
    assert started["AWS_ACCESS_KEY_ID"] == "123456789012"
    assert started["AWS_SECRET_ACCESS_KEY"] == "sandbox"
    assert (started["AWS_REGION"], started["NO_PROXY"]) == ("us-east-1", "127.0.0.1")
    assert "AWS_PROFILE" not in started
    for name, file in (("CONFIG_FILE", "config"), ("SHARED_CREDENTIALS_FILE", "credentials")):
        path = Path(started[f"AWS_{name}"])
        assert path.parent.name.startswith("kms-lab-profiles-")
        assert path.name == file


def test_without_a_path_it_starts_too(
    started: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PATH")
    assert CliRunner().invoke(main, ["shell", "program"]).exit_code == 7
    assert started["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"


def test_a_shell_greets_and_ends_with_what_was_reached(
    clients: Clients, started: dict[str, str]
) -> None:
    result = CliRunner().invoke(main, ["shell"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert started["command"] == "/bin/sh -i"
    console, task, *end = result.stdout.splitlines()
    url = started["AWS_ENDPOINT_URL"]
    assert console == f"Console of your sandbox: {url}/console (leave with exit)"
    assert task.startswith("First task: create a symmetric KMS key")
    assert end == ["", "Done: 0 of 8.", "The sandbox has stopped; its data is deleted."]


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
