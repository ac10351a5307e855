"""Reads an account for the console: keys, table and items. Changes and decrypts nothing."""

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
from kmsdemo.pluralize import pluralize
from kmsdemo.table import PARTITION_KEY, Table
from kmsdemo.vault import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

MAX_ITEMS: Final = 100
_Resource = TypeVar("_Resource")


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key, its aliases, and its policy in words."""

    key: Key
    aliases: list[str]
    policy: list[str]


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """The value of an attribute, with binary data in Base64, and its type in words."""

    text: str
    type_name: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item: its user number, and its other attributes."""

    appuser: str
    attributes: Mapping[str, AttributeValue]


@dataclass(slots=True)
class AccountView:
    """The resources of an account in a Region.

    Attributes:
        keys: Its keys.
        tables: The lab's table, if it exists.
        other_tables: The names of other tables.
        items: The items of the lab's table, at most 100.
        errors: What could not be read, and why.
    """

    keys: list[KeyView] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    other_tables: list[str] = field(default_factory=list)
    items: list[ItemView] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def read(
        self, read_page: Callable[..., Iterable[_Resource]], *arguments: Any
    ) -> list[_Resource]:
        """Return the results of a call; keep the error if it fails."""
        try:
            return list(read_page(*arguments))
        except TableNotFound:
            return []
        except KmsdemoError as error:
            self.errors.append(error.what)
            return []


def read_account(clients: Clients) -> AccountView:
    """Read an account; a missing permission becomes one of the ``errors``."""
    view, kms, dynamodb = AccountView(), clients.kms, clients.dynamodb
    view.keys = view.read(_keys, kms, view)
    view.tables = view.read(_tables, dynamodb)
    view.items = view.read(_items, dynamodb)
    names = view.read(table.names, dynamodb)
    view.other_tables = [name for name in names if name != table.TABLE_NAME]
    return view


def _keys(kms: KMSClient, view: AccountView) -> Iterator[KeyView]:
    for key_id in keys.key_ids(kms):
        for key in view.read(_key, kms, key_id):
            aliases, policy = (view.read(of, kms, key_id) for of in (keys.aliases, _policy))
            yield KeyView(key, aliases, policy)


def _key(kms: KMSClient, key_id: str) -> list[Key]:
    return [keys.describe(kms, key_id)]


def _policy(kms: KMSClient, key_id: str) -> list[str]:
    return key_policy.in_words(keys.policy(kms, key_id))


def _tables(dynamodb: DynamoDBClient) -> list[Table]:
    return [table.describe(dynamodb, table.TABLE_NAME)]


def _items(dynamodb: DynamoDBClient) -> Iterator[ItemView]:
    return map(_item, islice(vault.items(dynamodb), MAX_ITEMS))


def _item(item: Item) -> ItemView:
    others = {name: value for name, value in item.attributes.items() if name != PARTITION_KEY}
    return ItemView(item.appuser, {name: _stored(value) for name, value in others.items()})


def _stored(value: Mapping[str, Any]) -> AttributeValue:
    ((attribute_type, stored),) = value.items()
    if attribute_type == "B":
        return AttributeValue(
            base64.b64encode(stored).decode(), f"binary data, {pluralize(len(stored), 'byte')}"
        )
    return AttributeValue(
        str(stored), "string" if attribute_type == "S" else f"type {attribute_type}"
    )
