"""What counts as left by a run, as removed, and as read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.keys import Key
from kmsdemo.shared_account import leftovers
from kmsdemo.shared_account.leftovers import Leftover
from kmsdemo.shared_account.run import Run
from kmsdemo.shared_account.tags import Tags

NOW = datetime.now(timezone.utc)
ENABLED = Key("k", "arn", "Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "", NOW, None)
DENIED = errors.AccessDenied("ListResourceTags", "k", "no permission")
TAGS = Tags()


def in_days(days: float, state: str = "PendingDeletion") -> Key:
    return replace(ENABLED, state=state, deletion_date=NOW + timedelta(days=days))


@pytest.mark.parametrize(
    ("key", "is_soon"),
    [
        (in_days(7), True),
        (in_days(7.1), False),
        (in_days(30), False),
        (in_days(6, "Enabled"), False),
        (replace(ENABLED, state="PendingDeletion"), False),
        (replace(ENABLED, state="PendingReplicaDeletion"), True),
        (ENABLED, False),
    ],
)
def test_a_key_that_is_deleted_in_seven_days_is_left_alone(key: Key, is_soon: bool) -> None:
    assert leftovers._is_deleted_soon(key) == is_soon


def test_what_a_run_created_is_in_its_own_record(clients: Clients) -> None:
    run = Run()
    run.record.add_key("1234")
    assert leftovers.created_by(clients, run) == [Leftover("key", "1234", run.tags)]
    for name in ("demo-kms-there", "demo-kms-removed"):
        run.record.add_table(name)
    table.create(clients.dynamodb, "demo-kms-there")
    assert leftovers.created_by(clients, run) == [
        Leftover("key", "1234", run.tags),
        Leftover("table", "demo-kms-there", run.tags),
    ]
    run.record.delete()


@pytest.mark.parametrize(
    ("of_keys", "is_refused"),
    [
        ({"a": DENIED, "b": DENIED}, True),
        ({"a": DENIED, "b": None}, False),
        ({"a": DENIED, "b": errors.KeyNotFound("b")}, False),
        ({str(number): DENIED for number in range(20)} | {"last": None}, True),
        ({str(number): DENIED for number in range(19)} | {"last": None}, False),
        ({}, False),
    ],
    ids=["none", "one", "one that is gone", "the 21st", "the 20th", "without keys"],
)
def test_tags_of_one_key_must_be_readable(
    clients: Clients,
    monkeypatch: pytest.MonkeyPatch,
    of_keys: dict[str, errors.KmsdemoError | None],
    is_refused: bool,
) -> None:
    def tags(_: object, key_id: str) -> dict[str, str]:
        if error := of_keys[key_id]:
            raise error
        return {}

    monkeypatch.setattr(keys, "key_ids", lambda _: list(of_keys))
    monkeypatch.setattr(keys, "tags", tags)
    if is_refused:
        with pytest.raises(errors.AccessDenied):
            leftovers.check_permissions(clients)
    else:
        leftovers.check_permissions(clients)


@pytest.mark.parametrize(
    ("error", "unread"),
    [
        (DENIED, ["k"]),
        (errors.KeyNotFound("k"), []),
        (errors.TableNotFound("k"), []),
    ],
)
def test_what_is_deleted_meanwhile_is_no_error_and_what_is_denied_is_counted(
    clients: Clients,
    monkeypatch: pytest.MonkeyPatch,
    error: errors.KmsdemoError,
    unread: list[str],
) -> None:
    def tags(*_: object) -> dict[str, str]:
        raise error

    monkeypatch.setattr(keys, "key_ids", lambda _: ["k"])
    monkeypatch.setattr(keys, "tags", tags)
    found = leftovers.find(clients)
    assert (found.leftovers, found.of_others, found.unread) == ([], {}, unread)


def test_a_table_whose_tags_are_denied_is_counted(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DENIED

    monkeypatch.setattr(table, "names", lambda _: ["demo-kms-1", "other"])
    monkeypatch.setattr(table, "describe", refuse)
    assert leftovers.find(clients).unread == ["demo-kms-1"]


@pytest.mark.parametrize("step", ["prepare", "begin", "end"])
def test_each_step_is_taken_for_all_before_the_next_and_a_failure_ends_only_its_own(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    done: list[str] = []

    def take(name: str, of: str) -> None:
        if (name, of) == (step, "a"):
            raise DENIED
        done.append(f"{name} {of}")

    def prepare(_: Any, name: str) -> Any:
        take("prepare", name)
        return lambda: take("begin", name)

    monkeypatch.setattr(leftovers, "prepare_key_removal", prepare)
    monkeypatch.setattr(table, "start_deletion", lambda _, name: take("begin", name))
    monkeypatch.setattr(table, "wait_until_deleted", lambda _, name: take("end", name))
    kind = "key" if step == "prepare" else "table"
    first, second, third = (
        Leftover(kind, "a", TAGS),
        Leftover("key", "b", TAGS),
        Leftover("table", "c", TAGS),
    )
    assert leftovers.remove(clients, [first, second, third]) == {first: DENIED}
    expected = {
        "prepare": ["prepare b", "begin b", "begin c", "end c"],
        "begin": ["prepare b", "begin b", "begin c", "end c"],
        "end": ["prepare b", "begin a", "begin b", "begin c", "end c"],
    }
    assert done == expected[step]
