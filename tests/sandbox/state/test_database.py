"""The state file itself: who can read it, and which files are refused."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from kmsdemo import table
from kmsdemo.account.clients import Clients
from kmsdemo.cli import main
from kmsdemo.sandbox.errors import StateUnusable
from kmsdemo.sandbox.state import database, keeping
from kmsdemo.vault import Vault

PASSWORD = "correct horse battery staple"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.state"


@pytest.fixture
def used(clients: Clients, file: Path) -> Path:
    """The file of a sandbox that was used, and stopped."""
    with keeping.kept_in(file):
        key = clients.kms.create_key()["KeyMetadata"]["KeyId"]
        table.create(clients.dynamodb)
        Vault(clients.kms, clients.dynamodb, key).store(PASSWORD)
    return file


def refusal(file: Path) -> str:
    with pytest.raises(StateUnusable) as raised, keeping.kept_in(file):
        pass
    what, _, next_step = str(raised.value).partition("\n")
    assert str(file) in what
    assert next_step
    return what.replace(str(file), "FILE")


def change(file: Path, statement: str) -> None:
    changed = sqlite3.connect(file)
    with changed:
        changed.execute(statement)
    changed.close()


def test_only_the_owner_can_read_its_files(clients: Clients, file: Path) -> None:
    file.touch(0o644)
    with keeping.kept_in(file):
        clients.kms.create_key()
        modes = {stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()}
    assert modes == {0o600}


def test_a_stopped_sandbox_leaves_one_file(used: Path) -> None:
    assert list(used.parent.iterdir()) == [used]


def test_no_password_is_in_the_file(used: Path) -> None:
    assert PASSWORD.encode() not in used.read_bytes()


def test_two_sandboxes_cannot_share_a_file(clients: Clients, file: Path) -> None:
    with keeping.kept_in(file):
        assert refusal(file) == "Another sandbox keeps its state in FILE."


@pytest.mark.parametrize("content", [b"x", b"SQLite format 3\0", bytes(range(256)) * 20])
def test_another_file_is_refused(clients: Clients, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert refusal(file).startswith("The state in FILE is damaged: ")
    assert file.read_bytes() == content


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_damaged_file_is_refused(used: Path, at: float) -> None:
    content = bytearray(used.read_bytes())
    place = int(len(content) * at)
    content[place : place + 4096] = bytes(byte ^ 0xFF for byte in content[place : place + 4096])
    used.write_bytes(content)
    assert refusal(used).startswith("The state in FILE is damaged: ")


def test_a_shortened_file_is_refused(used: Path) -> None:
    used.write_bytes(used.read_bytes()[:-4096])
    assert refusal(used).startswith("The state in FILE is damaged: ")


def test_a_value_that_nobody_wrote_is_refused(used: Path) -> None:
    change(used, "UPDATE backends SET state = CAST('x' AS BLOB) WHERE service = 'kms'")
    assert refusal(used) == "The state in FILE is damaged: a value does not match its digest."


def test_an_object_that_cannot_be_read_is_refused(used: Path) -> None:
    stored = database.sealed(b"no pickle").hex()
    change(used, f"UPDATE backends SET state = x'{stored}'")  # noqa: S608
    assert "an object cannot be read" in refusal(used)


@pytest.mark.parametrize(
    ("statement", "which"),
    [
        ("PRAGMA user_version = 99", "version of kmsdemo"),
        (
            "UPDATE facts SET value = CAST('4.0' AS BLOB) WHERE name = 'moto'",
            "version of moto, 4.0",
        ),
    ],
)
def test_the_file_of_another_version_is_refused(used: Path, statement: str, which: str) -> None:
    change(used, statement)
    assert refusal(used) == f"The state in FILE was written with another {which}."


def test_no_learner_gets_the_account_of_another_one(clients: Clients, file: Path) -> None:
    with keeping.kept_in(file, {"200000000001": "Anna"}):
        pass
    with keeping.kept_in(file, {"200000000001": "Anna", "200000000002": "Ben"}):
        pass
    with (
        pytest.raises(StateUnusable) as raised,
        keeping.kept_in(file, {"200000000001": "Anna", "200000000002": "Cleo"}),
    ):
        pass
    assert str(raised.value).splitlines()[0] == (
        f"In {file}, account 200000000002 belongs to Ben; the class list gives it to Cleo."
    )


def test_the_database_of_another_program_is_left_alone(clients: Clients, file: Path) -> None:
    change(file, "CREATE TABLE theirs (a)")
    before = file.read_bytes()
    assert refusal(file) == "FILE is a database of another program; nothing in it was changed."
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(clients: Clients, tmp_path: Path) -> None:
    reason = refusal(tmp_path / "nowhere" / "sandbox.state")
    assert reason == "The state in FILE cannot be used: No such file or directory."


def test_the_command_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["sandbox", "--port=0", f"--state={tmp_path}/nowhere/state"])
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: The state in {tmp_path}/nowhere/state cannot be used: No such file or directory.\n"
        "Choose a file of your own in a folder that you can write to.\n"
    )


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (sqlite3.OperationalError("database is locked"), "Another sandbox keeps its state in f."),
        (
            sqlite3.OperationalError("disk I/O error"),
            "The state in f cannot be used: disk I/O error.",
        ),
        (sqlite3.DatabaseError("malformed"), "The state in f is damaged: malformed."),
        (database.Damaged("torn"), "The state in f is damaged: torn."),
        (OSError(13, "Permission denied"), "The state in f cannot be used: Permission denied."),
        (OSError("no number"), "The state in f cannot be used: no number."),
        (StateUnusable.foreign(Path("g")), "g is a database of another program; nothing in it "),
    ],
)
def test_each_fault_is_called_by_its_name(error: Exception, what: str) -> None:
    with pytest.raises(StateUnusable) as raised, database.explained(Path("f")):
        raise error
    assert str(raised.value).startswith(what)


def test_what_is_no_file_is_refused(clients: Clients, tmp_path: Path) -> None:
    assert refusal(tmp_path) == "The state in FILE cannot be used: it is not a file."
