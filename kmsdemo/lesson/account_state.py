"""What the lab has made so far: its keys, its table, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsdemo import keys, table, vault
from kmsdemo.errors import KmsdemoError, TableNotFound

if TYPE_CHECKING:
    from kmsdemo.account import Account

_SHOWN_CIPHERTEXT = 16


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the panel: what it is about, and what there is to say."""

    about: str
    said: str


def look(account: Account) -> list[Fact]:
    """Return the keys, the table and the items of an account, as a panel shows them.

    Args:
        account: Only looked at. What the caller may not see is said to be out of sight.
    """
    return [*_seen("key", _keys, account), *_seen("table", _table, account)]


def _seen(
    about: str, facts_of: Callable[[Account], Iterable[Fact]], account: Account
) -> list[Fact]:
    try:
        return list(facts_of(account))
    except KmsdemoError as error:
        return [Fact(about, error.what)]


def _keys(account: Account) -> Iterator[Fact]:
    kms = account.clients.kms
    seen = False
    for key_id in account.key_ids():
        key = keys.describe(kms, key_id)
        names = ", ".join(keys.aliases(kms, key_id)) or "no alias"
        date = f", gone on {key.deletion_date:%Y-%m-%d}" if key.deletion_date else ""
        seen = True
        yield Fact("key", f"{key_id}\n{names}\n{key.state}{date}")
    if not seen:
        yield Fact("key", "none")


def _table(account: Account) -> Iterator[Fact]:
    dynamodb, name = account.clients.dynamodb, account.named(table.TABLE_NAME)
    try:
        status = table.describe(dynamodb, name).status
    except TableNotFound:
        yield Fact("table", "none")
        return
    yield Fact("table", f"{name}, {status}")
    for item in vault.items(dynamodb, name):
        yield Fact("item", f"appuser {item.appuser}  {_ciphertext(item)}")


def _ciphertext(item: vault.Item) -> str:
    if item.ciphertext_blob is None:
        return "no ciphertext"
    begin = item.ciphertext_blob[:_SHOWN_CIPHERTEXT].hex()
    return f"userpasswd {begin}… ({len(item.ciphertext_blob)} bytes, {item.cipher})"
