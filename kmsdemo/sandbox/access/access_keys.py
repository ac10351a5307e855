"""Access keys: made, read for the account in their id, and those that a class was given."""

from __future__ import annotations

import base64
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

_ISSUED = re.compile(r"A(KIA|SIA)[A-Z2-7]{16}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OF_SECRETS = string.ascii_letters + string.digits + "+/"
_SECRET_LENGTH = 40
# The account is in 40 of an id's first 48 bits: after the highest, which is set, before seven more.
_HIGHEST, _SHIFT, _ACCOUNT_BITS = 1 << 47, 7, (1 << 40) - 1


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key.

    Attributes:
        access_key_id: Twenty characters, such as ``AKIAIOSFODNN7EXAMPLE``.
        secret: Forty characters.
    """

    access_key_id: str
    secret: str = field(repr=False)


def new(account: str, prefix: str = "AKIA") -> AccessKey:
    """Return a new access key, which nobody can guess.

    Args:
        account: Twelve digits; AWS puts them into the id.
        prefix: ``AKIA``, or ``ASIA`` for a session's.
    """
    first = (_HIGHEST | int(account) << _SHIFT | secrets.randbits(_SHIFT)).to_bytes(6, "big")
    key_id = base64.b32encode(first + secrets.token_bytes(4)).decode()
    return AccessKey(f"{prefix}{key_id}", new_secret())


def new_secret(length: int = _SECRET_LENGTH) -> str:
    """Return a secret access key; by default as long as AWS's, in characters."""
    return "".join(secrets.choice(_OF_SECRETS) for _ in range(length))


def is_issued(access_key_id: str) -> bool:
    """Say whether an id looks like one of IAM's or STS's, and is not of AWS's documentation."""
    return _ISSUED.fullmatch(access_key_id) is not None and not access_key_id.endswith("EXAMPLE")


def account_of(access_key_id: str) -> str:
    """Return the account that is in the id of an access key; empty where there is none.

    AWS: GetAccessKeyInfo, AWS STS API Reference.
    """
    if not _ISSUED.fullmatch(access_key_id):
        return ""
    first = int.from_bytes(base64.b32decode(access_key_id[4:])[:6], "big")
    return f"{first >> _SHIFT & _ACCOUNT_BITS:012d}"


# ---------------------------------------------------------------------------------- a class


@dataclass(frozen=True, slots=True)
class ClassKeys:
    """The access keys that a class was given: nobody else is let in.

    Attributes:
        accounts: By access key id, the account whose root it is.
        secrets: By access key id.
        instructor: The access key id of whoever may do what concerns everybody.
    """

    accounts: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    instructor: str


_NOBODY = ClassKeys(MappingProxyType({}), MappingProxyType({}), "")
_of_class: ClassKeys | None = None


@contextmanager
def only(keys: ClassKeys) -> Iterator[None]:
    """Let in only who has one of these keys, or what IAM and STS make of them."""
    global _of_class  # noqa: PLW0603, the accounts are as global
    _of_class = keys
    try:
        yield
    finally:
        _of_class = None


def is_class() -> bool:
    """Say whether only handed out keys are let in."""
    return _of_class is not None


def of_class() -> ClassKeys:
    """Return the keys of the class; none where there is no class."""
    return _of_class or _NOBODY
