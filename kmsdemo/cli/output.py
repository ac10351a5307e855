"""How facts are printed: for people in words, for programs as JSON."""

from __future__ import annotations

import base64
import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from rich.console import Console

from kmsdemo.keys import Key
from kmsdemo.vault import Item

_SHOWN_CIPHERTEXT = 24


def progress(what: str) -> AbstractContextManager[Any]:
    """Show what takes a while, on standard error, if that is a terminal."""
    return Console(stderr=True).status(f"{what} …")


def key_facts(key: Key, aliases: list[str]) -> dict[str, Any]:
    """Return what is shown of a key, its names first."""
    facts = asdict(key)
    return {"key_id": facts.pop("key_id"), "aliases": aliases, **facts}


def item_facts(item: Item) -> dict[str, Any]:
    """Return what a program reads of an item."""
    return {"appuser": item.appuser, "userpasswd": _base64(item), "cipher": item.cipher}


def item_line(item: Item) -> str:
    """Return what people see of an item: its ciphertext is cut short."""
    blob = item.ciphertext_blob
    if blob is None:
        return f"{item.appuser}  no binary attribute userpasswd"
    return (
        f"{item.appuser}  {len(blob):4} bytes  {_base64(item)[:_SHOWN_CIPHERTEXT]}…  {item.cipher}"
    )


def _base64(item: Item) -> str:
    return base64.b64encode(item.ciphertext_blob or b"").decode()


def will_be_deleted(key: Key, deletion_date: datetime | None) -> str:
    """Return the sentence about a key on its way out."""
    when = f"on {date(deletion_date)}" if deletion_date else "after its last replica"
    return f"The key {key.key_id} will be deleted {when}."


def in_words(value: str | list[str] | datetime | None) -> str:
    """Return a fact as people read it."""
    if isinstance(value, datetime):
        return date(value)
    return (", ".join(value) if isinstance(value, list) else value) or "-"


def date(moment: datetime) -> str:
    """Return a moment in the time of this computer."""
    return moment.astimezone().strftime("%Y-%m-%d at %H:%M %Z")


def print_json(facts: Any) -> None:
    """Print facts as JSON, with moments in ISO 8601."""
    click.echo(json.dumps(facts, indent=2, default=datetime.isoformat, ensure_ascii=False))
