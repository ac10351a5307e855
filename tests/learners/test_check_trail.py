"""The check with the audit trail, and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.learners import account_facts, check
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.finding import is_complete
from tests.learners import accounts
from tests.learners.accounts import ACCOUNTS
from tests.learners.inspections import (
    ALIAS,
    DECRYPTED,
    DECRYPTS,
    GONE,
    ITEM,
    PENDING_DELETION,
    READ,
    denied,
    inspect_lab,
    left,
    steps_done,
)

pytestmark = pytest.mark.usefixtures("account")


def test_the_eight_steps_of_the_readme_are_the_whole_lab(
    clients: Clients, backend: Backend
) -> None:
    vault = accounts.decrypted(clients)
    accounts.schedule_deletion(vault)
    keys.cancel_deletion(clients.kms, vault.key_id)
    keys.enable(clients.kms, vault.key_id)
    accounts.schedule_deletion(vault)
    backend.advance(days=8)
    assert left(inspect_lab()).keys() == {GONE}
    table.delete(clients.dynamodb)
    assert is_complete(inspect_lab().findings)


def test_a_lab_that_is_done_stays_done_when_its_key_is_deleted(
    clients: Clients, backend: Backend
) -> None:
    accounts.cleaned_up(clients)
    backend.advance(days=31)
    assert is_complete(inspect_lab().findings)


def test_a_key_that_was_deleted_unused_is_no_lab(clients: Clients, backend: Backend) -> None:
    accounts.never_encrypted(clients)
    backend.advance(days=31)
    assert left(inspect_lab()).keys() == {ALIAS, ITEM}


def test_it_does_not_ask_to_decrypt_with_a_key_that_is_deleted(
    clients: Clients, backend: Backend
) -> None:
    accounts.never_decrypted(clients)
    table.delete(clients.dynamodb)
    backend.advance(days=8)
    progress = inspect_lab()
    assert left(progress) == {}
    assert not is_complete(progress.findings)
    (finding,) = [one for one in progress.findings if one.requirement == DECRYPTED]
    assert finding.actual == "the key is deleted, and nobody can decrypt any more"


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("empty", []),
        ("encrypted", [1, 2, 3, 4, 5]),
        ("seven_days", [1, 2, 3, 4, 5, 6, 7]),
        ("cleaned_up", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("twice", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
@pytest.mark.usefixtures("without_trail")
def test_without_a_trail_it_tells_what_is_there(
    clients: Clients, name: str, steps: list[int]
) -> None:
    ACCOUNTS[name](clients)
    assert steps_done(inspect_lab()) == steps


@pytest.mark.usefixtures("without_trail")
def test_without_a_trail_it_asks_to_go_on_with_the_deletion(clients: Clients) -> None:
    accounts.encrypted(clients)
    assert left(inspect_lab()).keys() == {PENDING_DELETION}


def test_a_caller_who_may_not_read_the_trail_gets_the_other_findings(clients: Clients) -> None:
    accounts.encrypted(clients)
    progress = check.inspect_account(denied(clients, *READ, "kms:Decrypt"))
    assert left(progress).keys() == {PENDING_DELETION}
    assert progress.remarks[0].startswith(
        "Your credentials do not allow cloudtrail:LookupEvents. Without the trail, the check sees"
    )


def test_a_trail_that_is_asked_too_often_is_said_to_be(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = connect(application=OBSERVER)
    answer = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}

    def throttle(**_: Any) -> None:
        raise ClientError(answer, "LookupEvents")  # type: ignore[arg-type]

    monkeypatch.setattr(observer.cloudtrail, "get_paginator", lambda _: Paginator(throttle))
    accounts.encrypted(clients)
    found = check.inspect_account(observer)
    assert found.is_throttled
    assert found.remarks[0].startswith("The audit trail cannot be read: AWS throttled LookupEvents")


class Paginator:
    """Stands for botocore's, whose first page calls a function."""

    def __init__(self, page: Callable[..., Any]) -> None:
        self._page = page

    def paginate(self, **options: Any) -> Iterator[Any]:
        yield self._page(**options)


def test_a_caller_who_may_not_decrypt_gets_the_other_findings(clients: Clients) -> None:
    accounts.encrypted(clients)
    progress = check.inspect_account(denied(clients, *READ, "cloudtrail:LookupEvents"))
    (finding,) = [one for one in progress.findings if one.requirement == DECRYPTS]
    assert finding.verdict == "not reached"
    assert finding.actual == "your credentials are not allowed to decrypt with the key"
    assert left(progress).keys() == {DECRYPTED}


def test_where_aws_is_not_a_sandbox_it_says_that_events_come_later(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_facts, "SANDBOX_TIME", "x-none")
    accounts.encrypted(clients)
    assert inspect_lab().remarks == ["In AWS, calls reach the trail after some minutes."]
