"""Finds and replaces the values that differ in each run: key ids, user numbers, dates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Final
from uuid import UUID

_FIRST_DAY: Final = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)
_BASE64_FILE: Final = re.compile(r"<\(echo [\w+/]{40,}=* \| base64 --decode\)")
_BASE64: Final = re.compile(r"[\w+/]{60,}={0,2}")
_VALUES: Final = re.compile(
    r"(?P<key_id>\b(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b)"
    r"|(?P<cut>\b[0-9a-f]{8}[0-9a-f-]{0,32}(?=…))"
    r"|(?P<name>(?<=demo-kms-)[0-9a-f]{8}\b)"
    r"|(?P<grant_id>(?:(?<=GrantId )|(?<=grant-id )|(?<=GrantId=\"))[0-9a-f]{8,64}\b)"
    r"|(?P<hex>\b[0-9a-f]{32,64}\b)"
    # Not the versions of IAM's policy language.
    r"|(?P<date>\b(?!20(?:08|12)-10-17\b)2\d{3}-\d\d-\d\d"
    r"(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: UTC|\+00:00)?)?)"
    r"|(?P<access_key>\bA[KS]IA[A-Z0-9]{16}\b)"
    # Not the bounds of what the scripts draw; 99999 is nobody's.
    r"|(?P<user_number>(?<!randint\()(?<!\$\(\()(?<!Minimum )(?<!between )"
    r"(?<!10001, )(?<!10001 and )\b(?!99999\b)[1-9]\d{4}\b)"
)


# The AWS Encryption SDK sends its encryption context in any order.
_CONTEXT: Final = re.compile(r'("aws-crypto-public-key": "[^"]*"), ("appuser": "[^"]*")')


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text, each with whether it is a value of this run."""
    end = 0
    for found in _VALUES.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


def without_base64(text: str) -> str:
    """Return a text without Base64; a command reads its ciphertext from a file instead."""
    return _BASE64.sub("BASE64", _BASE64_FILE.sub("ciphertext.bin", text))


@dataclass(slots=True)
class FixedValues:
    """Replaces the values of a run by others, which are the same for every run.

    Attributes:
        now: When the run began.
    """

    now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    _fixed: dict[str, str] = field(default_factory=dict)
    _user_numbers: dict[str, str] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=count)

    def another_account(self) -> None:
        """Forget the user numbers: a program can draw the same one in another account."""
        self._user_numbers.clear()

    def __call__(self, text: str) -> str:
        """Return a text with its values replaced."""
        return _VALUES.sub(self._replaced, _CONTEXT.sub(r"\2, \1", text))

    def _replaced(self, found: re.Match[str]) -> str:
        value, kind = found[0], str(found.lastgroup)
        if kind == "date":
            return self._date(value)
        if kind == "cut":
            value, whole = self._whole(value), len(value)
            return self._of(kind, value)[:whole]
        return self._of(kind, value)

    def _whole(self, beginning: str) -> str:
        """Return the key id that a text begins, if it is one."""
        return next((value for value in self._fixed if value.startswith(beginning)), beginning)

    def _of(self, kind: str, value: str) -> str:
        fixed = self._user_numbers if kind == "user_number" else self._fixed
        if value not in fixed:
            number = f"{kind} {next(self._count)}"
            digest = hashlib.sha256(number.encode()).hexdigest()
            fixed[value] = _AS[kind](digest, value)
        return fixed[value]

    def _date(self, text: str) -> str:
        """Return a date as many days after the first day as it is after the beginning."""
        moment = datetime.fromisoformat(text.removesuffix(" UTC").removesuffix("+00:00"))
        moment = moment.replace(tzinfo=timezone.utc)
        if ":" not in text:
            return f"{_FIRST_DAY + (moment.date() - self.now.date()):%Y-%m-%d}"
        days = round((moment - self.now) / timedelta(days=1))
        return f"{_FIRST_DAY + timedelta(days=days):%Y-%m-%d %H:%M} UTC"


def _as_key_id(digest: str, value: str) -> str:
    return f"mrk-{digest[:32]}" if value.startswith("mrk-") else str(UUID(digest[:32], version=4))


def _as_hex(digest: str, value: str) -> str:
    return digest[: len(value)]


_AS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "key_id": _as_key_id,
    "cut": _as_hex,
    "grant_id": _as_hex,
    "name": _as_hex,
    "hex": _as_hex,
    "access_key": lambda digest, value: f"{value[:4]}{digest[:16].upper()}",
    "user_number": lambda digest, _: str(10_002 + int(digest, 16) % 80_000),
}
