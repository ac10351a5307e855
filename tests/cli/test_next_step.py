"""Every command ends with the next step of the lab, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click.testing
import pytest
from click.testing import CliRunner, Result

from kmsdemo import keys, table, vault
from kmsdemo.cli import main, next_step
from kmsdemo.suite import story
from tests.cli.commands import NAMES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from kmsdemo.keys import Key

pytestmark = pytest.mark.usefixtures("account")

PASSWORD = "correct horse battery staple"
FIRST = "FIRST"
"""Stands for the first user number."""


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the standard output of commands be a terminal."""
    stream = click.testing._NamedTextIOWrapper
    monkeypatch.setattr(stream, "isatty", lambda self: self.name == "<stdout>", raising=False)


@pytest.fixture
def key(kms: KMSClient, dynamodb: DynamoDBClient) -> Key:
    """The lab's key, with a table and a password encrypted under it."""
    table.create(dynamodb)
    made = keys.create(kms)
    vault.Vault(kms, dynamodb, made.key_id).store(PASSWORD)
    return made


def run(dynamodb: DynamoDBClient, *arguments: str) -> Result:
    if FIRST in arguments:
        first = next(vault.items(dynamodb)).appuser
        arguments = tuple(first if one == FIRST else one for one in arguments)
    return CliRunner().invoke(main, arguments)


def last_line(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()[-1]


@pytest.mark.usefixtures("on_terminal")
@pytest.mark.parametrize(
    ("arguments", "step", "command"),
    [
        (["setup"], 3, "kmsdemo show encrypt"),
        (["show", "encrypt"], 4, "kmsdemo encrypt PASSWORD"),
        (["encrypt", PASSWORD], 5, "kmsdemo items"),
        (["items"], 6, "kmsdemo decrypt APPUSER"),
        (["decrypt", FIRST], 7, "kmsdemo schedule-deletion --days 7 --force"),
        (["schedule-deletion", "--force"], 8, "kmsdemo cleanup"),
        (["enable"], 6, "kmsdemo decrypt APPUSER"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_ends_with_the_next_step(
    dynamodb: DynamoDBClient, key: Key, arguments: list[str], step: int, command: str
) -> None:
    heading = story.read().steps[step - 1].heading
    assert last_line(run(dynamodb, *arguments)) == f"Next, {heading}: {command}"


def disable(kms: KMSClient, _: DynamoDBClient, key: Key) -> None:
    keys.disable(kms, key.key_id)


def schedule_deletion(kms: KMSClient, _: DynamoDBClient, key: Key) -> None:
    keys.schedule_deletion(kms, key.key_id)


def delete_table(_: KMSClient, dynamodb: DynamoDBClient, __: Key) -> None:
    table.delete(dynamodb)


def delete_items(_: KMSClient, dynamodb: DynamoDBClient, __: Key) -> None:
    for item in list(vault.items(dynamodb)):
        dynamodb.delete_item(TableName=table.TABLE_NAME, Key={"appuser": {"S": item.appuser}})


def schedule_all_deletions(kms: KMSClient, dynamodb: DynamoDBClient, key: Key) -> None:
    schedule_deletion(kms, dynamodb, key)
    delete_table(kms, dynamodb, key)


@pytest.mark.usefixtures("on_terminal")
@pytest.mark.parametrize(
    ("before", "arguments", "step", "command"),
    [
        (delete_items, ["items"], 4, "kmsdemo encrypt PASSWORD"),
        (delete_table, ["describe"], 2, "kmsdemo setup"),
        (disable, ["describe"], 7, "kmsdemo enable --key-id KEY"),
        (schedule_deletion, ["describe"], 8, "kmsdemo cleanup"),
        (schedule_all_deletions, ["describe"], 0, "kmsdemo check"),
        (schedule_deletion, ["cancel-deletion"], 7, "kmsdemo enable --key-id KEY"),
        (schedule_deletion, ["cleanup", "--yes"], 0, "kmsdemo check"),
    ],
)
def test_the_next_step_follows_from_what_the_command_has_seen(
    kms: KMSClient,
    dynamodb: DynamoDBClient,
    key: Key,
    before: Callable[[KMSClient, DynamoDBClient, Key], None],
    arguments: list[str],
    step: int,
    command: str,
) -> None:
    before(kms, dynamodb, key)
    result = run(dynamodb, *arguments)
    line = result.stdout.splitlines()[-1]
    place = f"Next, {story.read().steps[step - 1].heading}" if step else "Next"
    assert line == f"{place}: {command.replace('KEY', key.key_id)}"


@pytest.mark.usefixtures("on_terminal")
def test_json_has_no_next_step(dynamodb: DynamoDBClient, key: Key) -> None:
    assert "Next" not in run(dynamodb, "describe", "--json").output


def test_a_pipe_has_no_next_step(dynamodb: DynamoDBClient, key: Key) -> None:
    assert "Next" not in run(dynamodb, "describe").output


@pytest.mark.usefixtures("on_terminal")
def test_a_command_that_fails_says_what_to_do_about_that_instead(dynamodb: DynamoDBClient) -> None:
    result = run(dynamodb, "describe")
    assert result.exit_code == 1
    assert "Next" not in result.output


@pytest.mark.usefixtures("on_terminal")
def test_a_command_with_an_exit_code_of_its_own_ends_with_it_too() -> None:
    @main.command("grade-well")
    def grade_well() -> None:
        next_step.replace_with("kmsdemo check")
        sys.exit(0)

    try:
        assert CliRunner().invoke(main, ["grade-well"]).stdout == "Next: kmsdemo check\n"
    finally:
        del main.commands["grade-well"]


def test_each_command_has_a_next_step() -> None:
    # sandbox advance says it itself.
    names = {name for name in NAMES if " " not in name}
    assert next_step.NEXT_STEPS.keys() | next_step.WITHOUT_NEXT_STEP == names
