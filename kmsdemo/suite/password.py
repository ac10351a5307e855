"""The password that a person chooses for the scenarios."""

from __future__ import annotations

from typing import Final

# Fewer bytes can occur elsewhere by chance, where a scenario looks for them; AWS KMS takes no more.
_BYTES: Final = range(6, 4097)


def fault(password: str) -> str:
    """Return why no scenario can use a password, as a predicate without it; empty if they can."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        return "is not valid UTF-8 text."
    if size in _BYTES:
        return ""
    return "takes 6 to 4,096 bytes; fewer bytes can occur elsewhere by chance."
