"""``import``, ``export`` and ``rotate-to``: what they say, ask, write and leave alone."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import Session
from click.testing import CliRunner, Result

from kmsdemo import errors, keys, table
from kmsdemo.cli import main
from kmsdemo.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

FILE = "appuser,password\n1,one\n2,two\n3\n"


@pytest.fixture
def key(kms: KMSClient, dynamodb: DynamoDBClient) -> Key:
    """The lab's key, with an empty table."""
    table.create(dynamodb)
    return keys.create(kms)


def kmsdemo(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], input=stdin)


def test_an_import_counts_and_names_the_lines_that_it_refuses(key: Key, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    result = kmsdemo("import", "-", "--report", report, stdin=FILE)
    assert (result.exit_code, result.stdout) == (1, "stored: 2, skipped: 0, refused: 1.\n")
    assert result.stderr == "Line 4 is refused: It does not have two values.\n"
    assert report.read_text().splitlines()[:3] == ["line,status,reason", "2,stored,", "3,stored,"]
    again = kmsdemo("import", "-", "--json", stdin=FILE)
    assert json.loads(again.stdout) == {"stored": 0, "skipped": 2, "refused": 1}


def test_a_report_never_replaces_what_is_imported(key: Key, tmp_path: Path) -> None:
    file, link = tmp_path / "in.csv", tmp_path / "link.csv"
    file.write_text(FILE)
    link.symlink_to(file)
    for report in (file, link):
        result = kmsdemo("import", file, "--report", report)
        assert (result.exit_code, file.read_text()) == (2, FILE)
        assert "--report names the file to import" in result.stderr


@pytest.mark.parametrize("command", [("import", "-"), ("export", "out.csv"), ("rotate-to", "none")])
def test_a_command_for_many_passwords_sends_less_while_aws_throttles(
    key: Key, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standard retries of botocore give up where a table takes much less than is sent."""
    modes = set()
    create = Session.create_client

    def watched(*given: Any, **options: Any) -> Any:
        modes.add(options["config"].retries["mode"])
        return create(*given, **options)

    monkeypatch.setattr(Session, "create_client", watched)
    kmsdemo(*command, stdin="n\n")
    assert modes == {"adaptive"}


def test_an_export_asks_and_is_readable_by_its_owner_only(key: Key, tmp_path: Path) -> None:
    kmsdemo("import", "-", stdin=FILE)
    file = tmp_path / "out.csv"
    refused = kmsdemo("export", file, stdin="n\n")
    assert (refused.exit_code, file.exists()) == (1, False)
    result = kmsdemo("export", file, stdin="y\n")
    assert (result.exit_code, result.stdout) == (0, "exported: 2, refused: 0.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(file.read_text().split()) == ["1,one", "2,two", "appuser,password"]


def test_an_export_names_the_table_and_the_file_before_it_writes(key: Key, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    refused = kmsdemo("export", file, stdin="n\n")
    assert f"Write the passwords of demo-kms to {file}, unencrypted?" in refused.stderr
    assert refused.stderr.endswith("Nothing was written.\n")


def test_an_export_names_the_users_that_it_refuses(
    dynamodb: DynamoDBClient, key: Key, tmp_path: Path
) -> None:
    kmsdemo("import", "-", stdin=FILE)
    put_what_no_key_decrypts(dynamodb)
    file = tmp_path / "out.csv"
    result = kmsdemo("export", file, "--yes", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"exported": 2, "refused": 1})
    assert result.stderr.startswith("User 9 is refused: ")
    assert sorted(file.read_text().split()) == ["1,one", "2,two", "appuser,password"]


def put_what_no_key_decrypts(dynamodb: DynamoDBClient) -> None:
    item = {"appuser": {"S": "9"}, "userpasswd": {"B": b"x"}}
    dynamodb.put_item(TableName="demo-kms", Item=item)  # type: ignore[arg-type]


@pytest.fixture
def run(kms: KMSClient, key: Key, tmp_path: Path) -> Callable[[str], Result]:
    """Run a command that may name a NEW key and a FILE."""
    new = keys.create(kms).key_id
    values = {"NEW": new, "FILE": str(tmp_path / "out.csv")}

    def run(command: str) -> Result:
        words = [values.get(one, one) for one in command.split()]
        return kmsdemo(*words, "--key-id", key.key_id, stdin=FILE)

    return run


@pytest.mark.parametrize(
    ("function", "command", "rest"),
    [
        ("secrets_csv.import_lines", "import -", "Later ones may be stored too."),
        ("rotation.rotate", "rotate-to NEW", "What is moved stays under the new key."),
    ],
)
def test_what_stops_on_its_way_says_how_far_it_came(
    run: Callable[[str], Result],
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    command: str,
    rest: str,
) -> None:
    def two_and_an_error(*_: object, **__: object) -> Iterator[SimpleNamespace]:
        yield from [SimpleNamespace(status="done", number=2)] * 2
        raise errors.Throttled("PutItem")

    monkeypatch.setattr(f"kmsdemo.{function}", two_and_an_error)
    result = run(command)
    assert result.exit_code == 1
    first, second, *_ = result.stderr.splitlines()
    assert first == f"Stopped after 2. {rest} You can run this again."
    assert second.startswith("Error: AWS throttled PutItem")


@pytest.mark.parametrize(
    ("function", "command"),
    [
        ("secrets_csv.import_lines", "import -"),
        ("secrets_csv.export_items", "export FILE --yes"),
        ("rotation.rotate", "rotate-to NEW"),
    ],
)
def test_as_many_requests_are_sent_at_once_as_asked_for(
    run: Callable[[str], Result], monkeypatch: pytest.MonkeyPatch, function: str, command: str
) -> None:
    asked: list[int] = []

    def note(*_: object, threads: int, **__: object) -> list[object]:
        asked.append(threads)
        return []

    monkeypatch.setattr(f"kmsdemo.{function}", note)
    assert run(f"{command} --threads=3").exit_code == 0
    assert asked == [3]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_shows_how_many_there_were_beside_the_output(
    key: Key, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    if is_terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    result = kmsdemo("import", "-", "--json", stdin=FILE)
    assert json.loads(result.stdout)
    assert ("3 lines" in result.stderr) == is_terminal


def test_an_export_replaces_no_file(key: Key, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    file.write_text("mine")
    result = kmsdemo("export", file, "--yes")
    assert (result.exit_code, file.read_text()) == (1, "mine")
    assert "File exists" in result.stderr


def test_an_export_writes_no_password_to_standard_output(
    key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = kmsdemo("export", "-", "--yes")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "name a new file" in result.stderr


def test_an_export_that_fails_leaves_no_file(kms: KMSClient, key: Key, tmp_path: Path) -> None:
    kmsdemo("import", "-", stdin=FILE)
    keys.disable(kms, key.key_id)
    assert kmsdemo("export", tmp_path / "out.csv", "--yes").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_after_a_rotation_the_old_key_can_be_deleted(kms: KMSClient, key: Key) -> None:
    kmsdemo("import", "-", stdin=FILE)
    new = keys.create(kms)
    old = ("--key-id", key.key_id)
    assert kmsdemo("schedule-deletion", *old).exit_code == 1
    result = kmsdemo("rotate-to", new.key_id, *old)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "moved: 2, already there: 0, refused: 0.\n"
    again = kmsdemo("rotate-to", new.key_id, *old, "--json")
    assert json.loads(again.stdout) == {"moved": 0, "already there": 2, "refused": 0}
    assert kmsdemo("schedule-deletion", *old).exit_code == 0
    assert "one" in kmsdemo("decrypt", "1", "--key-id", new.key_id).stdout


def test_a_rotation_to_the_same_key_is_wrong_usage(key: Key) -> None:
    result = kmsdemo("rotate-to", key.key_id)
    assert result.exit_code == 2
    assert "Both keys are the same: name the old key with --key-id." in result.stderr


def test_a_rotation_that_leaves_an_item_behind_fails_and_says_so(
    kms: KMSClient, dynamodb: DynamoDBClient, key: Key
) -> None:
    put_what_no_key_decrypts(dynamodb)
    result = kmsdemo("rotate-to", keys.create(kms).key_id, "--key-id", key.key_id)
    assert (result.exit_code, result.stdout) == (1, "moved: 0, already there: 0, refused: 1.\n")
    assert result.stderr.startswith("User 9 is refused: ")
    assert f"Items still depend on {key.key_id}, or may depend on it: keep it." in result.stderr
