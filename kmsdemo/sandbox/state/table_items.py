"""The item that a call to DynamoDB changed: a large table need not be written as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from kmsdemo.sandbox.trail.records import Record

_SINGLE: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
_IN_RECORDS: Final = frozenset({"S", "N"})  # types of keys that are in a record as in the table


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A changed item.

    Attributes:
        table_name: Its table.
        items_of_table: How many partition keys the table has.
        key: The partition key and, if the table has one, the sort key.
        item: The item; ``None`` if it is deleted.
    """

    table_name: str
    items_of_table: int
    key: Sequence[DynamoType]
    item: Item | None


def change_of(event: Record) -> ItemChange | None:
    """Return the one change of a call; ``None`` if it may have changed something else.

    Args:
        event: The record of the call.
    """
    if event["eventName"] not in _SINGLE or "errorCode" in event:
        return None
    asked = event["requestParameters"] or {}
    tables = dynamodb_backends[event["recipientAccountId"]][event["awsRegion"]].tables
    table = tables.get(asked.get("tableName", ""))
    if table is None or table.stream_shard is not None or not (key := _key(table, asked)):
        return None
    item = _item(table, key)
    if (item is None) != (event["eventName"] == "DeleteItem"):
        return None
    return ItemChange(table.name, len(table.items), key, item)


def put(table: Table, key: Sequence[DynamoType], item: Item | None) -> None:
    """Repeat a change of an item."""
    items: dict[DynamoType, Any] = table.items
    if item is None:
        table.delete_item(key[0], key[1] if len(key) > 1 else None)
    elif len(key) > 1:
        items[key[0]][key[1]] = item
    else:
        items[key[0]] = item


def _key(table: Table, asked: dict[str, Any]) -> list[DynamoType]:
    """Return the key that a call names; empty if its type is not written into records."""
    names = [(table.hash_key_attr, table.hash_key_type)]
    if table.range_key_attr:
        names.append((table.range_key_attr, str(table.range_key_type)))
    values = asked.get("key", {})
    if not all(name in values and kind in _IN_RECORDS for name, kind in names):
        return []
    return [DynamoType({kind: values[name]}) for name, kind in names]


def _item(table: Table, key: Sequence[DynamoType]) -> Item | None:
    found: Any = table.items
    for part in key:
        found = found.get(part, {})
    return found or None
