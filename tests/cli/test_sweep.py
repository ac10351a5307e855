"""``kmsdemo sweep``: what it finds, what it asks, what it leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.cli import main
from kmsdemo.shared_account import leftovers, sessions
from kmsdemo.shared_account.run import Run
from kmsdemo.shared_account.tags import Tags
from tests import fake_account, faults

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


@pytest.fixture
def aws(clients: Clients) -> fake_account.FakeAccount:
    """The account, with a key and a table of others."""
    return fake_account.create(clients, clients.in_region("eu-west-1"))


@pytest.fixture
def killed_run(aws: fake_account.FakeAccount) -> Tags:
    """A run that made a key, a multi-Region key with a replica, and a table, and was killed."""
    return leave(Run())


@pytest.fixture
def expired_run(aws: fake_account.FakeAccount) -> Tags:
    """The same, whose time is over."""
    run = Run()
    run.tags = Tags(expires=datetime.now(timezone.utc) - timedelta(minutes=1))
    return leave(run)


def leave(run: Run) -> Tags:
    with sessions.initializer(run.register_handlers):
        clients = connect()
        keys.create(clients.kms)
        primary = keys.create(clients.kms, multi_region=True)
        keys.replicate(clients.kms, primary.key_id, "eu-west-1")
        table.create(clients.dynamodb, f"demo-kms-{run.tags.run_id}-1")
    return run.tags


@pytest.fixture(autouse=True)
def others_are_untouched(aws: fake_account.FakeAccount) -> Iterator[None]:
    yield
    aws.assert_others_are_untouched()


def sweep(*options: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["sweep", *options], input=stdin)


def test_it_shows_what_it_found_and_asks(aws: fake_account.FakeAccount, killed_run: Tags) -> None:
    result = sweep(stdin="n\n")
    assert result.exit_code == 1
    first, *others, question = result.stderr.splitlines()[:5]
    assert re.fullmatch(f"Run {killed_run.run_id}, which can run until 20.* UTC:", first)
    assert [line.split()[0] for line in others] == ["key", "key", "table"]
    assert others[-1] == f"  table  demo-kms-{killed_run.run_id}-1"
    assert question.startswith("Remove this from account 123456789012, Region us-east-1? [y/N]:")
    # Older versions of click do not echo the line end of an answer in tests.
    lines = result.stderr.replace("[y/N]:", "[y/N]:\n").splitlines()
    assert max(map(len, lines)) <= 80
    assert "Nothing was removed." in result.stderr
    assert len(aws.leftovers()) == 6


def test_no_answer_is_no_yes(aws: fake_account.FakeAccount, killed_run: Tags) -> None:
    result = sweep(stdin="")
    assert (result.exit_code, len(aws.leftovers())) == (2, 6)
    assert "Standard input has no answer, so nothing is done." in result.stderr


def test_after_a_yes_nothing_is_left(aws: fake_account.FakeAccount, killed_run: Tags) -> None:
    result = sweep(stdin="y\n")
    assert result.exit_code == 0
    assert f"Removed table  demo-kms-{killed_run.run_id}-1  of run" in result.stdout
    assert aws.leftovers() == []
    assert sorted(aws.states()) == ["PendingDeletion", "PendingDeletion", "PendingReplicaDeletion"]
    assert sweep().stdout.startswith(
        "There is nothing to remove in account 123456789012, Region us-east-1."
    )


def test_keys_go_in_seven_days(
    aws: fake_account.FakeAccount, killed_run: Tags, kms: KMSClient
) -> None:
    (first, *_) = [key_id for key_id in keys.key_ids(kms) if key_id != aws.key.key_id]
    keys.schedule_deletion(kms, first, waiting_period_days=30)
    assert sweep("--yes").exit_code == 0
    deletion_date = keys.describe(kms, first).deletion_date
    assert deletion_date is not None
    assert deletion_date - datetime.now(timezone.utc) < timedelta(days=7, minutes=1)


def test_a_replica_is_not_forgotten_behind_its_primary(
    aws: fake_account.FakeAccount, killed_run: Tags, kms: KMSClient
) -> None:
    (primary,) = [key_id for key_id in keys.key_ids(kms) if key_id.startswith("mrk-")]
    keys.delete_aliases(kms, keys.aliases(kms, primary))
    keys.schedule_deletion(kms, primary)
    assert sweep("--yes").exit_code == 0
    assert aws.leftovers() == []


def test_one_run_only(aws: fake_account.FakeAccount, killed_run: Tags, expired_run: Tags) -> None:
    assert sweep("--run", killed_run.run_id, "--yes").exit_code == 0
    assert len(aws.leftovers()) == 6


def test_only_what_no_run_can_still_need(
    aws: fake_account.FakeAccount, killed_run: Tags, expired_run: Tags
) -> None:
    result = sweep("--expired", "--yes", "--json")
    removed = json.loads(result.stdout)["removed"]
    assert {leftover["run"] for leftover in removed} == {expired_run.run_id}
    assert len(removed) == 3
    assert len(aws.leftovers()) == 6


def test_each_run_is_asked_for_with_what_it_left(
    aws: fake_account.FakeAccount, killed_run: Tags, expired_run: Tags
) -> None:
    lines = sweep(stdin="n\n").stderr.splitlines()
    (of_expired,) = [
        number for number, line in enumerate(lines) if line == f"Run {expired_run.run_id}:"
    ]
    shown = lines[of_expired + 1 : of_expired + 4]
    assert [line.split()[0] for line in shown] == ["key", "key", "table"]
    assert shown[2] == f"  table  demo-kms-{expired_run.run_id}-1"


def test_what_a_run_may_still_need_is_counted(
    aws: fake_account.FakeAccount, killed_run: Tags
) -> None:
    result = sweep("--expired", "--yes")
    assert result.exit_code == 0
    assert result.stdout == "Not removed, because a run can still need them: 3.\n"
    assert len(aws.leftovers()) == 6


@pytest.mark.parametrize(
    ("names", "count"), [(["k"], "1 key or table"), (["k", "t"], "2 keys or tables")]
)
def test_what_the_caller_may_not_read_is_counted(
    aws: fake_account.FakeAccount, monkeypatch: pytest.MonkeyPatch, names: list[str], count: str
) -> None:
    monkeypatch.setattr(leftovers, "find", lambda *_: leftovers.Leftovers(unread=names))
    assert sweep("--yes").stderr == f"Not read, because access is denied: {count}.\n"


def test_it_waits_until_tables_are_gone(
    aws: fake_account.FakeAccount, killed_run: Tags, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []
    monkeypatch.setattr(table, "wait_until_deleted", lambda _, name: waited.append(name))
    assert sweep("--yes").exit_code == 0
    assert waited == [f"demo-kms-{killed_run.run_id}-1"]


def test_what_cannot_be_removed_does_not_keep_the_rest(
    aws: fake_account.FakeAccount, killed_run: Tags, kms: KMSClient, dynamodb: DynamoDBClient
) -> None:
    name = f"demo-kms-{killed_run.run_id}-1"
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
    result = sweep("--yes", "--json")
    assert result.exit_code == 1
    assert "Error: DeleteTable failed with Validation" in result.stderr
    assert aws.leftovers() == [name]
    printed = json.loads(result.stdout)
    assert [(one["kind"], one["run"]) for one in printed["removed"]] == [
        ("key", killed_run.run_id)
    ] * 2
    assert {one["name"] for one in printed["removed"]} == {*keys.key_ids(kms)} - {aws.key.key_id}
    assert printed["failed"] == [{"kind": "table", "name": name, "run": killed_run.run_id}]
    assert printed["account"] == "123456789012"


def tagged(run_id: str, expires: str) -> dict[str, str]:
    moment = datetime.now(timezone.utc).isoformat() if expires == "now" else expires
    return {"kmsdemo:run": run_id, "kmsdemo:expires": moment}


@pytest.mark.parametrize(
    ("run_id", "expires"),
    [
        ("mine", "now"),
        ("", "now"),
        ("0123456789", "now"),
        ("01234567", "some day"),
        ("01234567", "2026-01-01"),
    ],
)
def test_tags_that_no_run_wrote_are_no_leftover(
    kms: KMSClient, aws: fake_account.FakeAccount, run_id: str, expires: str
) -> None:
    key = keys.create(kms, tags=tagged(run_id, expires))
    assert sweep("--yes").stdout.startswith("There is nothing to remove in")
    assert keys.describe(kms, key.key_id).state == "Enabled"


@pytest.mark.parametrize(
    ("alias", "expires", "reason"),
    [
        ("prod-payments", "now", "it has the alias alias/prod-payments"),
        (None, "2020-01-01T00:00:00+00:00", "it was not created during the run"),
        (None, "2099-01-01T00:00:00+00:00", "it was not created during the run"),
    ],
)
def test_a_stranger_s_key_is_not_removed_because_somebody_tagged_it(
    kms: KMSClient, aws: fake_account.FakeAccount, alias: str | None, expires: str, reason: str
) -> None:
    theirs = keys.create(kms, alias=alias, tags=tagged("01234567", expires))
    aliases = keys.aliases(kms, theirs.key_id)
    result = sweep("--yes", "--json")
    assert (result.exit_code, json.loads(result.stdout)["removed"]) == (0, [])
    assert f"{theirs.key_id} has the tags of a run, but {reason}." in result.stderr
    assert keys.describe(kms, theirs.key_id).state == "Enabled"
    assert keys.aliases(kms, theirs.key_id) == aliases


def test_a_key_that_the_record_of_the_run_does_not_name_is_not_removed(
    kms: KMSClient, aws: fake_account.FakeAccount, killed_run: Tags
) -> None:
    theirs = keys.create(kms, tags=killed_run.as_text())
    result = sweep("--yes")
    assert "the record of its run on this machine does not name it." in result.stderr
    assert keys.describe(kms, theirs.key_id).state == "Enabled"
    assert len(result.stdout.splitlines()) == 3


def test_without_permission_to_read_tags_it_fails(
    clients: Clients, aws: fake_account.FakeAccount, killed_run: Tags
) -> None:
    with fake_account.as_developer(clients):
        fake_account.deny(clients.iam, "kms:ListResourceTags")
        result = sweep("--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "ListResourceTags" in result.stderr
    assert len(aws.leftovers()) == 6


def test_two_sweeps_at_once_both_end_well(
    clients: Clients, aws: fake_account.FakeAccount, killed_run: Tags
) -> None:
    found = leftovers.find(clients).leftovers
    prepared = [leftovers.prepare_key_removal(clients, one.name) for one in found[:2]] * 2
    for remove in prepared:
        remove()
    assert leftovers.remove(clients, found) == {}
    assert leftovers.remove(clients, found) == {}
    assert aws.leftovers() == []


def test_a_throttled_list_is_waited_for(
    aws: fake_account.FakeAccount, killed_run: Tags, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with faults.Faults(faults.Fault(faults.throttled, attempts=9), at=2).injected():
        assert sweep("--yes").exit_code == 0
    assert aws.leftovers() == []


@pytest.mark.parametrize(
    ("action", "rest"),
    [
        ("kms:ListKeys", 6),
        ("kms:ScheduleKeyDeletion", 5),
        ("kms:DeleteAlias", 2),
    ],
)
def test_what_the_caller_may_not_remove_is_named_and_the_next_sweep_removes_it(
    clients: Clients, aws: fake_account.FakeAccount, killed_run: Tags, action: str, rest: int
) -> None:
    with fake_account.as_developer(clients):
        fake_account.deny(clients.iam, action)
        result = sweep("--yes")
    assert result.exit_code == 1
    assert re.search(f"^Error: {action.partition(':')[2]} on .* is denied", result.stderr, re.M)
    assert len(aws.leftovers()) == rest
    assert sweep("--yes").exit_code == 0
    assert aws.leftovers() == []


@pytest.mark.parametrize("at", [4, 14, 20, 24])
def test_after_ctrl_c_the_next_sweep_removes_the_rest(
    aws: fake_account.FakeAccount, killed_run: Tags, at: int
) -> None:
    with faults.Faults(faults.Fault(faults.interrupted), at).injected():
        assert sweep("--yes").exit_code == 130
    assert sweep("--yes").exit_code == 0
    assert aws.leftovers() == []
