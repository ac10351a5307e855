"""Values of AWS calls, short enough to show on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kmsdemo.printable import printable

_LONGEST_TEXT: Final = 60


def shortened(value: Any) -> Any:
    """Return a value whose bytes are counted, long texts cut and control characters escaped."""
    if isinstance(value, Mapping):
        return {name: shortened(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shortened(member) for member in value]
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    text = str(value)
    return printable(text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…")
