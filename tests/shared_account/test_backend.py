"""The account of a run: each scenario has its own names, and nothing stays behind unsaid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.errors import KmsdemoError
from kmsdemo.shared_account import backend as shared
from kmsdemo.shared_account import leftovers, record
from kmsdemo.shared_account.backend import SharedAccount, cleaned_up
from kmsdemo.shared_account.errors import LeftBehind
from kmsdemo.shared_account.leftovers import Leftover, Leftovers
from kmsdemo.shared_account.run import Run

TAGS = {"clock": "AWS's clock cannot be moved", "watched": "nobody sees its calls"}
DENIED = errors.AccessDenied("DeleteTable", "demo-kms-1", "no permission")


@pytest.fixture
def run(clients: Clients) -> Iterator[Run]:
    """A run whose calls are tagged and guarded."""
    run = Run()
    with cleaned_up(run):
        yield run


@pytest.fixture
def shared_account(run: Run) -> SharedAccount:
    return SharedAccount("localstack", TAGS, run)


def test_it_has_its_name_and_says_how_it_is_cleaned_up(shared_account: SharedAccount) -> None:
    assert (shared_account.name, shared_account.unsupported_tags) == ("localstack", TAGS)
    assert shared_account.cleanup_description == (
        "the keys are scheduled for deletion, everything else is deleted"
    )


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda account: account.advance(days=1), TAGS["clock"]),
        (lambda account: account.wrong_plaintexts(), TAGS["watched"]),
    ],
    ids=["advance", "wrong_plaintexts"],
)
def test_what_it_cannot_do_says_why(
    shared_account: SharedAccount, act: Callable[[SharedAccount], Any], reason: str
) -> None:
    with pytest.raises(NotImplementedError, match=reason):
        act(shared_account)


def test_other_programs_have_the_environment_of_this_one_and_nobody_sees_their_calls(
    shared_account: SharedAccount,
) -> None:
    with shared_account.watched_environment() as (variables, calls):
        assert (variables, calls) == ({}, ())


def test_each_scenario_has_names_of_its_own_and_sees_the_keys_of_the_run(
    shared_account: SharedAccount, run: Run
) -> None:
    for number in (1, 2):
        with shared_account.account() as opened:
            assert opened.resource_name("demo-kms") == f"demo-kms-{run.tags.run_id}-{number}"
            key_id = keys.create(opened.clients.kms).key_id
            assert list(opened.key_ids()) == [key_id]


def test_what_a_scenario_created_is_removed_at_its_end(
    shared_account: SharedAccount, run: Run, clients: Clients
) -> None:
    with shared_account.account() as opened:
        key_id = keys.create(opened.clients.kms).key_id
        table.create(opened.clients.dynamodb, opened.resource_name("demo-kms"))
    assert keys.describe(clients.kms, key_id).state == "PendingDeletion"
    assert table.names(clients.dynamodb) == []
    assert (run.key_ids, run.table_names) == ([], [])


def test_what_cannot_be_removed_at_its_end_does_not_keep_the_rest(
    shared_account: SharedAccount, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise DENIED

    with shared_account.account() as opened, monkeypatch.context() as patched:
        table.create(opened.clients.dynamodb, opened.resource_name("demo-kms"))
        keys.create(opened.clients.kms)
        patched.setattr(leftovers, "prepare_key_removal", refused)
        shared_account._clean_up()
        assert table.names(clients.dynamodb) == []


# ----------------------------------------------------------------------------- the end of a run


def ends(run: Run, monkeypatch: pytest.MonkeyPatch, *failures: str, found: object = None) -> None:
    """End a run that cannot remove some of its tables."""

    def find(*_: object) -> Leftovers:
        if isinstance(found, BaseException):
            raise found
        return Leftovers()

    left: dict[Leftover, KmsdemoError] = {
        Leftover("table", name, run.tags): DENIED for name in failures
    }
    monkeypatch.setattr(shared, "connect", lambda **_: None)
    monkeypatch.setattr(leftovers, "created_by", lambda *_: [])
    monkeypatch.setattr(leftovers, "remove", lambda *_: left)
    monkeypatch.setattr(leftovers, "find", find)
    with cleaned_up(run):
        run.record.add_table("demo-kms-1")


@pytest.mark.parametrize(
    ("failures", "found", "reason"),
    [
        (["a"], None, f"table a. {DENIED.what}"),
        (["a", "b"], None, f"table a and 1 more. {DENIED.what}"),
        (["a", "b", "c"], None, f"table a and 2 more. {DENIED.what}"),
        ([], DENIED, DENIED.what),
        ([], KeyboardInterrupt(), "it was interrupted again."),
    ],
)
def test_what_a_run_could_not_remove_is_said(
    monkeypatch: pytest.MonkeyPatch, failures: list[str], found: object, reason: str
) -> None:
    run = Run()
    with pytest.raises(LeftBehind) as raised:
        ends(run, monkeypatch, *failures, found=found)
    assert (raised.value.run_id, raised.value.reason) == (run.tags.run_id, reason)
    assert record.read(run.tags.run_id) == {"table demo-kms-1"}, "sweep needs it"


def test_a_run_removes_what_it_left_and_nothing_of_another_run(clients: Clients) -> None:
    run, other = Run(), Run()
    theirs = keys.create(clients.kms, tags=other.tags.as_text())
    mine = keys.create(clients.kms, tags=run.tags.as_text())
    with cleaned_up(run):
        pass
    assert keys.describe(clients.kms, theirs.key_id).state == "Enabled"
    assert keys.describe(clients.kms, mine.key_id).state == "PendingDeletion"


def test_a_run_that_removed_all_leaves_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    ends(run, monkeypatch)
    assert record.read(run.tags.run_id) is None
