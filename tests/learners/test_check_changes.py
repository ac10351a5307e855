"""An account that changes while it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest

from kmsdemo import errors, table, vault
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.learners import account_facts, check
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.finding import is_complete
from kmsdemo.shared_account import sessions
from tests.learners import accounts
from tests.learners.inspections import (
    GONE,
    denied,
    inspect_lab,
    left,
)

pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture
def meanwhile(clients: Clients) -> Iterator[Callable[..., None]]:
    """Let something happen just before an operation is called."""
    waiting: dict[str, Callable[[], object]] = {}

    def called(**event: Any) -> None:
        if happens := waiting.pop(event["model"].name, None):
            happens()

    def note(session: botocore.session.Session) -> None:
        session.register("before-call", called)

    with sessions.initializer(note):
        yield waiting.__setitem__


@pytest.mark.parametrize("operation", ["DescribeTable", "Scan"])
def test_a_table_that_is_deleted_meanwhile_is_no_error(
    clients: Clients, meanwhile: Callable[..., None], operation: str
) -> None:
    accounts.seven_days(clients)
    delete = clients.dynamodb.delete_table
    meanwhile(operation, lambda: delete(TableName=table.TABLE_NAME))
    inspect_lab()
    assert is_complete(inspect_lab().findings)


@pytest.mark.parametrize("code", ["ResourceInUseException", "InternalServerError"])
def test_a_table_that_is_deleted_while_it_is_read_has_no_items(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuse(*_: object) -> None:
        raise errors.AwsFailed("Scan", code.removesuffix("Exception"), "no")

    accounts.table_without_items(clients)
    monkeypatch.setattr(vault, "items", refuse)
    if code == "ResourceInUseException":
        assert inspect_lab().item is None
    else:
        with pytest.raises(errors.AwsFailed):
            inspect_lab()


def test_of_a_large_table_the_first_items_are_enough(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_facts, "_MAX_ITEMS", 1)
    accounts.encrypted(clients)
    assert len(account_facts.read(clients).items) == 1


def test_an_account_that_may_not_be_read_is_named_as_a_whole(clients: Clients) -> None:
    with pytest.raises(errors.AccessDenied) as raised:
        check.inspect_account(denied(clients, "dynamodb:*"))
    assert (raised.value.operation, raised.value.resource) == ("ListAliases", "this account")


def test_a_table_that_is_being_deleted_is_deleted(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.seven_days(clients)
    deleting = {"TableStatus": "DELETING"}
    describe = clients.dynamodb.describe_table(TableName=table.TABLE_NAME)["Table"]
    observer = connect(application=OBSERVER)
    monkeypatch.setattr(
        observer.dynamodb, "describe_table", lambda **_: {"Table": {**describe, **deleting}}
    )
    assert not left(check.inspect_account(observer))


def test_a_key_that_is_deleted_meanwhile_is_no_error(
    clients: Clients, backend: Backend, meanwhile: Callable[..., None]
) -> None:
    accounts.seven_days(clients)
    meanwhile("DescribeKey", lambda: backend.advance(days=8))
    assert left(inspect_lab()).keys() == {GONE}
