"""``kmsdemo class``: what it prints of a class that works in one sandbox."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.session import Session
from click.testing import CliRunner, Result

from kmsdemo.account.many_callers import ManyCallers
from kmsdemo.cli import classroom, main
from kmsdemo.errors import Throttled
from kmsdemo.learners import credentials, hand_out
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.hand_out import HandOut
from kmsdemo.sandbox.access import access_keys
from kmsdemo.suite import story
from tests.learners import accounts
from tests.learners.class_results import progress
from tests.subprocesses import free_port

STEPS = [step.heading for step in story.read().steps]
pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture
def names(tmp_path: Path, aws_environment: Mapping[str, str]) -> Iterator[Path]:
    """The list of a class: Zoë has begun, Anna has done the lab, Ben has done nothing."""
    url, path = aws_environment["AWS_ENDPOINT_URL"], tmp_path / "names.txt"
    path.write_text("Zoë\nBen\nAnna\n", encoding="utf-8")
    classroom = hand_out.prepare(path)
    hand_out.write(classroom, path, url)
    with access_keys.restricted_to(classroom.keys):
        zoe, _, anna = (accounts.of(one, url) for one in classroom.learners)
        accounts.table_without_items(zoe)
        accounts.cleaned_up(anna)
        yield path


class ClassCommand:
    """A check of the class."""

    def __init__(self, names: Path, url: str) -> None:
        self._command = ["class", str(names), f"--endpoint-url={url}"]

    def run(self, *options: str) -> Result:
        return CliRunner().invoke(main, [*self._command, *options], catch_exceptions=False)


@pytest.fixture
def class_command(
    names: Path, aws_environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> ClassCommand:
    monkeypatch.setenv("COLUMNS", "80")
    return ClassCommand(names, aws_environment["AWS_ENDPOINT_URL"])


@pytest.mark.parametrize(
    ("order", "names_in_order"),
    [
        ("list", ["Zoë", "Ben", "Anna"]),
        ("name", ["Anna", "Ben", "Zoë"]),
        ("progress", ["Anna", "Zoë", "Ben"]),
    ],
)
def test_the_csv_is_in_the_order_that_was_asked_for(
    class_command: ClassCommand, order: str, names_in_order: list[str]
) -> None:
    rows = csv.DictReader(StringIO(class_command.run("--csv", "--sort", order).stdout))
    assert [row["learner"] for row in rows] == names_in_order


def test_the_csv_has_who_finished_when(class_command: ClassCommand) -> None:
    rows = list(csv.DictReader(StringIO(class_command.run("--csv").stdout)))
    assert [(row["done"], bool(row["finished"])) for row in rows] == [
        ("2", False),
        ("0", False),
        ("8", True),
    ]


def test_the_table_has_the_steps_of_each_and_who_finished_when(class_command: ClassCommand) -> None:
    printed = class_command.run().stdout
    assert "  Zoë       1-2" in printed
    (annas,) = [line.split() for line in printed.splitlines() if "Anna" in line]
    assert annas[:2] == ["Anna", "1-8"]
    assert len(annas[2:]) == len(["26", "Nov", "14:05"])
    assert "1 of 3 learners completed the lab." in printed


def test_json_has_the_verdict_on_each_step(class_command: ClassCommand) -> None:
    printed = json.loads(class_command.run("--json").stdout)
    assert printed["Anna"] == dict.fromkeys(STEPS, "done")
    assert list(printed) == ["Zoë", "Ben", "Anna"]


@pytest.fixture
def refused_ben(names: Path) -> None:
    """Ben's credentials are wrong, so his account cannot be read."""
    file = credentials.file_of(names)
    given = credentials.read(file, ["Zoë", "Ben", "Anna", "instructor"])
    given["Ben"]["AWS_SECRET_ACCESS_KEY"] = "wrong"
    file.write_text(credentials.text(given), encoding="utf-8")


@pytest.mark.usefixtures("refused_ben")
def test_an_account_that_cannot_be_read_is_one_row_of_the_table(
    class_command: ClassCommand,
) -> None:
    result = class_command.run()
    rows = {words[0]: words[1:] for words in map(str.split, result.stdout.splitlines()) if words}
    assert rows["Ben"] == ["not", "read"]
    assert (rows["Zoë"][0], rows["Anna"][0]) == ("1-2", "1-8")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Ben: AWS rejects these credentials: ")


@pytest.mark.usefixtures("refused_ben")
def test_an_account_that_cannot_be_read_is_one_line_of_the_csv(class_command: ClassCommand) -> None:
    rows = list(csv.DictReader(StringIO(class_command.run("--csv").stdout)))
    assert [(row["learner"], row["done"], bool(row["error"])) for row in rows] == [
        ("Zoë", "2", False),
        ("Ben", "", True),
        ("Anna", "8", False),
    ]


@pytest.mark.usefixtures("refused_ben")
def test_an_account_that_cannot_be_read_has_its_error_in_json(class_command: ClassCommand) -> None:
    printed = json.loads(class_command.run("--json").stdout)
    assert list(printed["Ben"]) == ["error"]
    assert printed["Anna"] == dict.fromkeys(STEPS, "done")


def test_a_sandbox_that_does_not_answer_anybody_ends_the_look(names: Path) -> None:
    result = ClassCommand(names, f"http://127.0.0.1:{free_port()}").run()
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: AWS cannot be reached: ")


def test_each_learner_of_a_larger_class_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_threads(class_command: Any, learners: Any, *, threads: int) -> Any:
        assert threads == 4
        return map(class_command, learners)

    learners = [HandOut(Learner(str(number), ""), "", "") for number in range(9)]
    monkeypatch.setattr(classroom, "_progress", lambda _, one: one.learner.name)
    monkeypatch.setattr(classroom, "in_threads", in_threads)
    found: list[object] = [*classroom._check(cast("ManyCallers", None), learners)]
    assert found == [(str(number), str(number)) for number in range(9)]


def test_csv_and_json_do_not_mix(class_command: ClassCommand) -> None:
    result = class_command.run("--csv", "--json")
    assert result.exit_code == 2
    assert "--csv cannot be combined with --json" in result.stderr


def test_all_learners_share_three_clients(
    class_command: ClassCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    created: list[str] = []
    create = Session.create_client

    def count(session: Session, service: str, *options: Any, **more: Any) -> Any:
        created.append(service)
        return create(session, service, *options, **more)

    monkeypatch.setattr(Session, "create_client", count)
    assert class_command.run().exit_code == 0
    assert sorted(created) == ["cloudtrail", "dynamodb", "kms"]


def test_on_a_terminal_the_table_is_updated_and_paged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page is shown for three refreshes; each shows the learners read so far."""
    shown: list[tuple[list[str], dict[str, Any]]] = []
    failed: list[list[str]] = []
    pauses = count(1)

    def table(results: Mapping[str, Any], failures: Mapping[str, str], **how: Any) -> str:
        shown.append((list(results), how))
        failed.append(list(failures))
        return f"page {how['page']}"

    def pass_time(seconds: float) -> None:
        assert seconds == 2
        if next(pauses) == 4:
            raise KeyboardInterrupt

    found = [("Zoë", progress(1)), ("Ben", Throttled("Scan")), ("Anna", progress(8))]
    monkeypatch.setattr(classroom, "_check", lambda *_: iter(found))
    monkeypatch.setattr(classroom, "table", table)
    monkeypatch.setattr(time, "sleep", pass_time)
    classroom._watch(cast("ManyCallers", None), [], "name")
    assert "page 1" in capsys.readouterr().out
    assert [names for names, _ in shown[:4]] == [
        ["Zoë"],
        ["Ben", "Zoë"],
        ["Anna", "Ben", "Zoë"],
        ["Anna", "Ben", "Zoë"],
    ]
    assert failed[:4] == [[], ["Ben"], ["Ben"], ["Ben"]]
    assert [how["page"] for _, how in shown] == [0] * 9 + [1] * 3
    assert {how["with_marks"] for _, how in shown} == {True}
    assert all(how["height"] > 0 for _, how in shown)
