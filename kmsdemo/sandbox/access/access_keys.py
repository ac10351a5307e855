"""Access keys: generates them, reads the account from an id, and holds the keys of a class."""

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
_SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"
_SECRET_LENGTH = 40
# The first 48 bits of an id: one that is always set, 40 with the account id, and 7 more.
_TOP_BIT, _LOW_BITS, _ACCOUNT_MASK = 1 << 47, 7, (1 << 40) - 1


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key.

    Attributes:
        access_key_id: Twenty characters, such as ``AKIAIOSFODNN7EXAMPLE``.
        secret: Forty characters.
    """

    access_key_id: str
    secret: str = field(repr=False)


def generate(account: str, prefix: str = "AKIA") -> AccessKey:
    """Return a new random access key.

    Args:
        account: Twelve digits; the access key id encodes them, as in AWS.
        prefix: ``AKIA`` for long-term credentials, ``ASIA`` for temporary credentials.
    """
    first = (_TOP_BIT | int(account) << _LOW_BITS | secrets.randbits(_LOW_BITS)).to_bytes(6, "big")
    key_id = base64.b32encode(first + secrets.token_bytes(4)).decode()
    return AccessKey(f"{prefix}{key_id}", generate_secret())


def generate_secret(length: int = _SECRET_LENGTH) -> str:
    """Return a random secret access key.

    Args:
        length: In characters; by default the length of AWS's.
    """
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(length))


def has_issued_form(access_key_id: str) -> bool:
    """Return whether an id has the form that IAM and STS issue; AWS's examples do not count."""
    return _ISSUED.fullmatch(access_key_id) is not None and not access_key_id.endswith("EXAMPLE")


def account_of(access_key_id: str) -> str:
    """Return the account that an access key id encodes; empty if it encodes none.

    AWS: GetAccessKeyInfo, AWS STS API Reference.
    """
    if not _ISSUED.fullmatch(access_key_id):
        return ""
    first = int.from_bytes(base64.b32decode(access_key_id[4:])[:6], "big")
    return f"{first >> _LOW_BITS & _ACCOUNT_MASK:012d}"


# ---------------------------------------------------------------------------------- a class


@dataclass(frozen=True, slots=True)
class ClassKeys:
    """The access keys of a class, the only ones that its sandbox accepts.

    Attributes:
        accounts: The account whose root user has the access key, by access key id.
        secrets: The secret access key, by access key id.
        instructor: The access key id of the instructor, who can move the clock of every account.
    """

    accounts: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    instructor: str


_NO_KEYS = ClassKeys(MappingProxyType({}), MappingProxyType({}), "")
_class_keys: ClassKeys | None = None


@contextmanager
def restricted_to(keys: ClassKeys) -> Iterator[None]:
    """Accept only these keys, and the users and sessions that IAM and STS create with them."""
    global _class_keys  # noqa: PLW0603, moto's accounts are global as well
    _class_keys = keys
    try:
        yield
    finally:
        _class_keys = None


def is_restricted() -> bool:
    """Return whether the sandbox accepts only the keys of a class."""
    return _class_keys is not None


def class_keys() -> ClassKeys:
    """Return the keys of the class; no keys without a class."""
    return _class_keys or _NO_KEYS
