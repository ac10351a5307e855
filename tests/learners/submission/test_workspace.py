"""The workspace that scripts run in, and the files that they write tplace."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest

from kmsdemo.learners.errors import CommandUnusable, FolderUnusable
from kmsdemo.learners.submission.command import Command
from kmsdemo.learners.submission.workspace import Workspace, files_containing, workspace

PASSWORD = f"correct horse {uuid4()}"  # other programs write files at the same time


@pytest.fixture
def original(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    (folder / "node_modules" / "sdk").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "lib" / "shared.py").write_text(f"# {PASSWORD}")
    (folder / "encrypt.py").write_text("")
    return folder


def test_the_folder_is_copied_and_installed_packages_are_linked(original: Path) -> None:
    with workspace(original) as place:
        assert (place.folder / "lib" / "shared.py").is_file()
        assert (place.folder / "node_modules").is_symlink()
        (place.folder / "encrypt.py").write_text("changed")
    assert (original / "encrypt.py").read_text() == ""
    assert not place.folder.exists()


@pytest.mark.program
@pytest.mark.parametrize("name", ["home", "temporary", "folder"])
def test_a_file_with_the_password_is_found_in_every_folder(original: Path, name: str) -> None:
    with workspace(original) as place:
        assert files_containing([place], [PASSWORD], []) == []
        written: Path = getattr(place, name) / ".cache" / "deep" / "file"
        written.parent.mkdir(parents=True)
        written.write_text(f"password={PASSWORD}")
        assert files_containing([place], [PASSWORD], []) == [written]


def test_a_path_into_the_folder_becomes_one_into_the_copy(original: Path) -> None:
    place = Workspace(Path("/h"), Path("/t"), Path("/w"), original)
    assert place.located(f"{original}/lib/shared.py") == "/w/lib/shared.py"
    assert place.located("/usr/bin/env") == "/usr/bin/env"
    assert place.located("lib/shared.py") == "lib/shared.py"


def test_a_file_that_cannot_be_copied_is_named(original: Path) -> None:
    os.mkfifo(original / "lib" / "pipe")
    with pytest.raises(FolderUnusable, match="pipe"), workspace(original):
        pass


def test_a_folder_that_is_too_large_is_not_copied(original: Path) -> None:
    with (original / "large").open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(FolderUnusable, match="more than 100,000,000 bytes"), workspace(original):
        pass


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("true {password}", "it does not contain {key_id}"),
        ("nobody-has-this {password} {key_id}", "the program nobody-has-this does not exist"),
        (
            "true encrpt.py {password} {key_id}",
            "the file encrpt.py does not exist; did you mean encrypt.py",
        ),
        (
            "./encrypt.py {password} {key_id}",
            "./encrypt.py is not executable; run chmod +x ./encrypt.py",
        ),
        (
            "./encrypt.p {password} {key_id}",
            "the program ./encrypt.p does not exist; did you mean encrypt.py",
        ),
        (
            "true {password} {key_id} | tee log",
            "it contains |, which needs a shell; put it into a script",
        ),
        (
            "true {password} {key_id} >log",
            "it contains >, which needs a shell; put it into a script",
        ),
        ("true ' {password} {key_id}", "it cannot be parsed: No closing quotation"),
    ],
)
def test_a_command_line_that_cannot_be_used_is_an_error(
    text: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "encrypt.py").write_text("")
    with pytest.raises(CommandUnusable) as raised:
        Command.read(text, "password", "key_id", folder=tmp_path)
    assert raised.value.reason == reason


def test_a_quoted_operator_is_an_argument() -> None:
    text = "true '|' {password} {key_id}"
    command = Command.read(text, "password", "key_id", folder=Path.cwd())
    assert command.words == ("true", "|", "{password}", "{key_id}")


@pytest.mark.program
@pytest.mark.parametrize("seconds", [1, 4e9])
def test_a_file_with_a_date_that_is_not_true_is_found(original: Path, seconds: float) -> None:
    with workspace(original) as place:
        written = place.home / "file"
        written.write_bytes(bytes(2_000_000) + PASSWORD.encode())
        os.utime(written, (seconds, seconds))
        assert files_containing([place], [PASSWORD], []) == [written]


def test_a_folder_whose_name_begins_with_a_dot_is_copied(original: Path) -> None:
    (original / ".cache").mkdir()
    with workspace(original) as place:
        (place.folder / ".cache" / "new").write_text("")
    assert list((original / ".cache").iterdir()) == []


def test_placeholders_are_replaced_once_and_without_quoting() -> None:
    text = "true 'a {password}' {key_id} {other}"
    command = Command.read(text, "password", "key_id", folder=Path.cwd())
    values = {"password": "{key_id} 'x'", "key_id": "k"}
    assert command.filled(values) == ["true", "a {key_id} 'x'", "k", "{other}"]
    assert command.filled({}) == ["true", "{other}"]


@pytest.mark.parametrize(
    ("script", "given"),
    [
        ("boto3.client('kms')", None),
        ("os.environ['AWS_PROFILE']", "default"),
        ("$AWS_PROFILE $AWS_DEFAULT_PROFILE", "default"),
    ],
)
def test_a_script_that_asks_for_a_profile_gets_one_of_the_sandbox(
    original: Path, script: str, given: str | None
) -> None:
    (original / "encrypt.py").write_text(script)
    with workspace(original) as place:
        variables = place.configure_aws("access key of the sandbox", "its secret")
        assert variables.get("AWS_PROFILE") == given
        assert "[default]\naws_access_key_id = access key of the sandbox" in (
            Path(variables["AWS_CONFIG_FILE"]).read_text()
        )


def test_a_place_that_two_workspaces_share_is_searched_once(
    original: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = tmp_path_factory.mktemp("shared")
    with workspace(original) as first, workspace(original) as second:
        written = shared / "file"
        written.write_text(PASSWORD)
        assert files_containing([first, second], [PASSWORD], [shared]) == [written]
