"""Prints text for people and JSON for programs."""

from __future__ import annotations

import base64
import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from kmsdemo.pluralize import pluralize
from kmsdemo.printable import printable

if TYPE_CHECKING:
    from kmsdemo.keys import Key
    from kmsdemo.vault import Item

_SHOWN_CIPHERTEXT = 24


def say(text: str = "", *, err: bool = False) -> None:
    """Print a text for people, with control characters escaped."""
    click.echo(printable(text, keep="\n"), err=err)


def ask(question: str) -> bool:
    """Ask a question on standard error, and return whether the answer is yes.

    Raises:
        UsageError: Standard input ends before an answer.
    """
    try:
        return click.confirm(printable(question), err=True)
    except click.Abort as abort:
        if not isinstance(abort.__context__, EOFError):  # then it is Ctrl-C
            raise
        message = "Standard input has no answer, so nothing is done. Give --yes to do it."
        click.echo(err=True)
        raise click.UsageError(message) from None


def progress(what: str) -> AbstractContextManager[Any]:
    """Show a progress message on standard error, if that is a terminal."""
    from rich.console import Console  # noqa: PLC0415, it costs as much as click

    return Console(stderr=True).status(f"{what} …")


def key_facts(key: Key, aliases: list[str]) -> dict[str, Any]:
    """Return the fields of a key, with its key id and aliases first."""
    facts = asdict(key)
    return {"key_id": facts.pop("key_id"), "aliases": aliases, **facts}


def item_facts(item: Item) -> dict[str, Any]:
    """Return the fields of an item for a program."""
    return {"appuser": item.appuser, "userpasswd": _base64(item), "cipher": item.cipher}


def item_line(item: Item) -> str:
    """Return an item as one line, with its ciphertext shortened."""
    blob, appuser = item.ciphertext_blob, printable(item.appuser)
    if blob is None:
        return f"{appuser}  no binary attribute userpasswd"
    shown = f"{_base64(item)[:_SHOWN_CIPHERTEXT]}…"
    return f"{appuser}  {pluralize(len(blob), 'byte'):>11}  {shown}  {printable(item.cipher)}"


def _base64(item: Item) -> str:
    return base64.b64encode(item.ciphertext_blob or b"").decode()


def will_be_deleted(key: Key, deletion_date: datetime | None) -> str:
    """Return the sentence with the deletion date of a key."""
    when = f"on {date(deletion_date)}" if deletion_date else "after its last replica"
    return f"AWS KMS deletes the key {key.key_id} {when}."


def in_words(value: str | list[str] | datetime | None) -> str:
    """Return a value as text for people."""
    if isinstance(value, datetime):
        return date(value)
    return printable(", ".join(value) if isinstance(value, list) else value or "") or "-"


def date(moment: datetime) -> str:
    """Return a time in the time zone of this computer."""
    return moment.astimezone().strftime("%Y-%m-%d at %H:%M %Z")


def print_json(facts: Any) -> None:
    """Print facts as JSON, with times in ISO 8601."""
    text = json.dumps(facts, indent=2, default=datetime.isoformat, ensure_ascii=False)
    click.echo("".join(map(_in_json, text)))


def _in_json(character: str) -> str:
    """Return a character of a JSON text, escaped where a terminal might act on it."""
    is_safe = character.isprintable() or character == "\n"
    return character if is_safe else json.dumps(character)[1:-1]
