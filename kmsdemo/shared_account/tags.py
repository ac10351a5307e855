"""The tags of a key, a table or an IAM user: the run that created it, and when the run expires."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

RUN = "kmsdemo:run"
EXPIRES = "kmsdemo:expires"
MAX_RUN = timedelta(hours=3)
_CLOCK_SKEW = timedelta(minutes=5)
_RUN_ID = re.compile(r"[0-9a-f]{8}")


def _expiry() -> datetime:
    return (datetime.now(timezone.utc) + MAX_RUN).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a run.

    Attributes:
        run_id: 8 hexadecimal digits.
        expires: When the run has ended for certain, so that its leftovers can be removed.
    """

    run_id: str = field(default_factory=lambda: secrets.token_hex(4))
    expires: datetime = field(default_factory=_expiry)

    @property
    def has_expired(self) -> bool:
        """Whether the run has ended for certain."""
        return self.expires < datetime.now(timezone.utc)

    def covers(self, moment: datetime) -> bool:
        """Return whether the run can have created something at a moment, with time zone."""
        return self.expires - MAX_RUN - _CLOCK_SKEW <= moment <= self.expires + _CLOCK_SKEW

    def for_kms(self) -> list[dict[str, str]]:
        """Return the tags as AWS KMS takes them."""
        return [{"TagKey": name, "TagValue": value} for name, value in self.as_text().items()]

    def for_others(self) -> list[dict[str, str]]:
        """Return the tags as DynamoDB and IAM take them."""
        return [{"Key": name, "Value": value} for name, value in self.as_text().items()]

    def as_text(self) -> dict[str, str]:
        """Return the tags by name."""
        return {RUN: self.run_id, EXPIRES: self.expires.isoformat()}


def read(tags: Mapping[str, str]) -> Tags | None:
    """Return the tags of the run that created a resource; ``None`` if no run wrote them.

    Args:
        tags: All tags of the resource, by name.
    """
    try:
        expires = datetime.fromisoformat(tags[EXPIRES])
        is_valid = expires.tzinfo and _RUN_ID.fullmatch(tags[RUN])
        return Tags(tags[RUN], expires) if is_valid else None
    except (KeyError, ValueError):
        return None
