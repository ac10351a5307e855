"""A call that AWS KMS refuses, and what such calls share: codes, words and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.kms.test_recorded import Account

Refused = Callable[[Account], Any]
Refusal = tuple[Refused, str, str]  # with the code and the message
VALIDATION = "ValidationException"
UNSUPPORTED = "UnsupportedOperationException"
CONSTRAINT = "1 validation error detected: Value{value} at '{name}' failed to satisfy constraint: "


def constraint(value: str, name: str, rule: str) -> str:
    return CONSTRAINT.format(value=value, name=name) + rule


def new(a: Account, **options: Any) -> str:
    """Create a key, and return its id."""
    return str(a.key(**options)["KeyId"])


def rsa(a: Account) -> str:
    return new(a, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")


def signing(a: Account) -> str:
    return str(a.signing()["KeyId"])
