"""What is in an account, as the console shows it: only looked at, and nothing decrypted."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kmsdemo import key_policy, keys, table, vault
from kmsdemo.account.clients import Clients
from kmsdemo.errors import KmsdemoError, TableNotFound
from kmsdemo.keys import Key
from kmsdemo.table import PARTITION_KEY, Table
from kmsdemo.vault import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

MOST_ITEMS: Final = 100
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key, its aliases, and its policy in words."""

    key: Key
    aliases: list[str]
    policy: list[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """The value of an attribute as it is stored: binary data in Base64, and what it is."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item: its user number, and its other attributes."""

    appuser: str
    attributes: Mapping[str, Stored]


@dataclass(slots=True)
class AccountShown:
    """What is in an account and Region.

    Attributes:
        keys: Its keys.
        tables: The lab's table, if there is one.
        other_tables: The names of others.
        items: What is in the lab's table, at most 100.
        trouble: What could not be looked at, and why.
    """

    keys: list[KeyShown] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    other_tables: list[str] = field(default_factory=list)
    items: list[ItemShown] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def seen(self, things: Callable[..., Iterable[_Thing]], *arguments: Any) -> list[_Thing]:
        """Return what there is to see; note why, where nothing can be seen."""
        try:
            return list(things(*arguments))
        except TableNotFound:
            return []
        except KmsdemoError as error:
            self.trouble.append(error.what)
            return []


def look(clients: Clients) -> AccountShown:
    """Look at an account with the eyes of a caller who may not see everything."""
    shown, kms, dynamodb = AccountShown(), clients.kms, clients.dynamodb
    shown.keys = shown.seen(_keys, kms, shown)
    shown.tables = shown.seen(_tables, dynamodb)
    shown.items = shown.seen(_items, dynamodb)
    names = shown.seen(table.names, dynamodb)
    shown.other_tables = [name for name in names if name != table.TABLE_NAME]
    return shown


def _keys(kms: KMSClient, shown: AccountShown) -> Iterator[KeyShown]:
    for key_id in keys.key_ids(kms):
        for key in shown.seen(_key, kms, key_id):
            aliases, policy = (shown.seen(of, kms, key_id) for of in (keys.aliases, _policy))
            yield KeyShown(key, aliases, policy)


def _key(kms: KMSClient, key_id: str) -> list[Key]:
    return [keys.describe(kms, key_id)]


def _policy(kms: KMSClient, key_id: str) -> list[str]:
    return key_policy.in_words(keys.policy(kms, key_id))


def _tables(dynamodb: DynamoDBClient) -> list[Table]:
    return [table.describe(dynamodb, table.TABLE_NAME)]


def _items(dynamodb: DynamoDBClient) -> Iterator[ItemShown]:
    return map(_item, islice(vault.items(dynamodb), MOST_ITEMS))


def _item(item: Item) -> ItemShown:
    others = {name: value for name, value in item.attributes.items() if name != PARTITION_KEY}
    return ItemShown(item.appuser, {name: _stored(value) for name, value in others.items()})


def _stored(value: Mapping[str, Any]) -> Stored:
    ((kind, stored),) = value.items()
    if kind == "B":
        return Stored(base64.b64encode(stored).decode(), f"binary data, {len(stored)} bytes")
    return Stored(str(stored), "text" if kind == "S" else f"type {kind}")
