"""The state of the account in the lesson: its keys, the table and the items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsdemo import keys, table, vault
from kmsdemo.errors import KmsdemoError, TableNotFound
from kmsdemo.pluralize import pluralize
from kmsdemo.printable import printable

if TYPE_CHECKING:
    from kmsdemo.account import Account

_SHOWN_CIPHERTEXT = 16
_BRIEF = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the account's state: a resource, and what to show of it."""

    resource: str
    description: str
    brief: str = ""

    def shortened(self, shortened: Callable[[str], str]) -> Fact:
        """Return it on one line, in brief, with its text shortened by a function."""
        text = self.brief or ", ".join(self.description.splitlines())
        return Fact(self.resource, shortened(text))


def describe(account: Account) -> list[Fact]:
    """Return the keys, the table and the items of an account, or why they cannot be read."""
    return [*_read("key", _keys, account), *_read("table", _table, account)]


def _read(
    resource: str, facts_of: Callable[[Account], Iterable[Fact]], account: Account
) -> list[Fact]:
    try:
        return list(facts_of(account))
    except KmsdemoError as error:
        return [Fact(resource, error.what)]


def _keys(account: Account) -> Iterator[Fact]:
    kms = account.clients.kms
    key_ids = account.key_ids()
    for key_id in key_ids:
        key = keys.describe(kms, key_id)
        aliases = ", ".join(keys.aliases(kms, key_id)) or "no alias"
        date = f", deletion date {key.deletion_date:%Y-%m-%d}" if key.deletion_date else ""
        yield Fact("key", f"{key_id}\n{aliases}\n{key.state}{date}")
    if not key_ids:
        yield Fact("key", "none")


def _table(account: Account) -> Iterator[Fact]:
    dynamodb, name = account.clients.dynamodb, account.resource_name(table.TABLE_NAME)
    try:
        status = table.describe(dynamodb, name).status
    except TableNotFound:
        yield Fact("table", "none")
        return
    yield Fact("table", f"{name}, {status}")
    for item in vault.items(dynamodb, name):
        yield _item(item)


def _item(item: vault.Item) -> Fact:
    appuser, blob = f"appuser {printable(item.appuser)}", item.ciphertext_blob
    if blob is None:
        return Fact("item", f"{appuser}  no ciphertext")
    beginning, length = blob[:_SHOWN_CIPHERTEXT].hex(), pluralize(len(blob), "byte")
    return Fact(
        "item",
        f"{appuser}  userpasswd {beginning}… ({length}, {item.cipher})",
        f"{appuser}, userpasswd {beginning[:_BRIEF]}… ({length})",
    )
