"""Which operations of AWS KMS are read-only."""

from __future__ import annotations

from typing import Final

_READ_ONLY: Final = (
    "Decrypt",
    "Describe",
    "Encrypt",
    "Generate",
    "Get",
    "List",
    "ReEncrypt",
)


def is_read_only(operation: str) -> bool:
    """Return whether an operation changes no key, alias, grant, policy or tag.

    Args:
        operation: Such as ``DisableKey``.

    AWS: "Actions", AWS KMS API Reference.
    """
    return operation.startswith(_READ_ONLY)
