"""Shortens values of AWS calls for terminals and pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Final

from kmsdemo.pluralize import pluralize
from kmsdemo.printable import printable

_MAX_CHARACTERS: Final = 60


def shortened(value: Any) -> Any:
    """Return a value for people: bytes become their number, long texts end after 60 characters.

    Control characters are escaped.
    """
    if isinstance(value, Mapping):
        return {name: shortened(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shortened(member) for member in value]
    if isinstance(value, bytes | bytearray):
        return f"<{pluralize(len(value), 'byte')}>"
    if isinstance(value, datetime):
        return f"{value.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
    text = str(value)
    return printable(text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…")
