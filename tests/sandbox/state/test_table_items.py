"""Which single item a call has changed, so that a large table need not be written as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.state import table_items
from kmsdemo.sandbox.state.table_items import ItemChange

ACCOUNT, REGION = "123456789012", "us-east-1"
KINDS = {"a": "S", "n": "N", "raw": "B"}


def new_table(clients: Clients, *key: str, **more: Any) -> Table:
    clients.dynamodb.create_table(
        TableName="t",
        KeySchema=[
            {"AttributeName": name, "KeyType": kind}  # type: ignore[typeddict-item]
            for name, kind in zip(key, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": KINDS[name]}  # type: ignore[typeddict-item]
            for name in key
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    table: Table = dynamodb_backends[ACCOUNT][REGION].tables["t"]
    return table


def event(name: str, key: dict[str, str] | None, **more: Any) -> dict[str, Any]:
    asked = {"tableName": "t", **({"key": key} if key else {})}
    return {
        "eventName": name,
        "recipientAccountId": ACCOUNT,
        "awsRegion": REGION,
        "requestParameters": asked,
        **more,
    }


def put(clients: Clients, **attributes: str) -> None:
    item: Any = {name: {KINDS.get(name, "S"): value} for name, value in attributes.items()}
    clients.dynamodb.put_item(TableName="t", Item=item)


def described(change: ItemChange | None) -> tuple[Any, ...] | None:
    if change is None:
        return None
    key = [(part.type, part.value) for part in change.key]
    item = {name: one.value for name, one in change.item.attrs.items()} if change.item else None
    return change.table_name, change.items_of_table, key, item


@pytest.mark.parametrize("name", ["PutItem", "UpdateItem"])
def test_an_item_that_is_there_was_written(clients: Clients, name: str) -> None:
    new_table(clients, "a")
    put(clients, a="1", c="x")
    put(clients, a="2")
    change = table_items.change_of(event(name, {"a": "1"}))
    assert described(change) == ("t", 2, [("S", "1")], {"a": "1", "c": "x"})


def test_an_item_that_is_gone_was_deleted(clients: Clients) -> None:
    new_table(clients, "a")
    change = table_items.change_of(event("DeleteItem", {"a": "1"}))
    assert described(change) == ("t", 0, [("S", "1")], None)


def test_an_item_is_found_by_both_parts_of_its_key(clients: Clients) -> None:
    new_table(clients, "a", "n")
    put(clients, a="1", n="2", c="x")
    change = table_items.change_of(event("PutItem", {"a": "1", "n": "2"}))
    found = ("t", 1, [("S", "1"), ("N", "2")], {"a": "1", "n": "2", "c": "x"})
    assert described(change) == found


@pytest.mark.parametrize(
    "recorded",
    [
        event("BatchWriteItem", {"a": "1"}),
        event("PutItem", {"a": "1"}, errorCode="ConditionalCheckFailedException"),
        event("PutItem", {"a": "1"}, requestParameters=None),
        event("PutItem", {"a": "1"}, requestParameters={"tableName": "none", "key": {"a": "1"}}),
        event("PutItem", None),
        event("PutItem", {"other": "1"}),
        event("PutItem", {"a": "not there"}),
        event("DeleteItem", {"a": "1"}),
        event("PutItem", {"a": "1"}, awsRegion="eu-west-1"),
    ],
)
def test_what_may_have_changed_something_else_is_no_change_of_an_item(
    clients: Clients, recorded: dict[str, Any]
) -> None:
    new_table(clients, "a")
    put(clients, a="1")
    assert table_items.change_of(recorded) is None


def test_a_key_of_bytes_is_not_in_records(clients: Clients) -> None:
    new_table(clients, "raw")
    clients.dynamodb.put_item(TableName="t", Item={"raw": {"B": b"1"}})
    assert table_items.change_of(event("PutItem", {"raw": "MQ=="})) is None


def test_a_table_with_a_stream_changes_that_too(clients: Clients) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    new_table(clients, "a", StreamSpecification=stream)
    put(clients, a="1")
    assert table_items.change_of(event("PutItem", {"a": "1"})) is None


@pytest.mark.parametrize("key", [("a",), ("a", "n")])
def test_a_change_is_repeated(clients: Clients, key: tuple[str, ...]) -> None:
    table = new_table(clients, *key)
    names = {"a": "1", "n": "2"}
    put(clients, **{name: names[name] for name in key})
    asked = {name: names[name] for name in key}
    change = table_items.change_of(event("PutItem", asked))
    assert change is not None
    table_items.put(table, change.key, None)
    assert clients.dynamodb.scan(TableName="t")["Items"] == []
    table_items.put(table, change.key, change.item)
    assert clients.dynamodb.scan(TableName="t")["Count"] == 1
    assert described(table_items.change_of(event("PutItem", asked))) == described(change)
