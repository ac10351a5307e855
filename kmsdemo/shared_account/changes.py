"""Which operations of AWS KMS change something."""

from __future__ import annotations

from typing import Final

_CHANGES_NOTHING: Final = (
    "Decrypt",
    "Describe",
    "Encrypt",
    "Generate",
    "Get",
    "List",
    "ReEncrypt",
)


def changes_something(operation: str) -> bool:
    """Return whether an operation, such as ``DisableKey``, changes a key or what belongs to it.

    AWS: "Actions", AWS KMS API Reference.
    """
    return not operation.startswith(_CHANGES_NOTHING)
