"""What marks a key, a table or an IAM user as made by a run, and until when the run may need it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

RUN = "kmsdemo:run"
EXPIRES = "kmsdemo:expires"
LONGEST_RUN = timedelta(hours=3)


def _in_a_while() -> datetime:
    return (datetime.now(timezone.utc) + LONGEST_RUN).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Tags:
    """The run's id, eight hexadecimal digits, and when everything of it may be removed."""

    run_id: str = field(default_factory=lambda: secrets.token_hex(4))
    expires: datetime = field(default_factory=_in_a_while)

    def for_kms(self) -> list[dict[str, str]]:
        """Return the tags as AWS KMS takes them."""
        return [{"TagKey": name, "TagValue": value} for name, value in self.as_text().items()]

    def for_others(self) -> list[dict[str, str]]:
        """Return the tags as DynamoDB and IAM take them."""
        return [{"Key": name, "Value": value} for name, value in self.as_text().items()]

    def as_text(self) -> dict[str, str]:
        """Return the tags by their names."""
        return {RUN: self.run_id, EXPIRES: self.expires.isoformat()}


def read(tags: Mapping[str, str]) -> Tags | None:
    """Return what the tags of something say of a run; ``None`` where no run made it."""
    try:
        expires = datetime.fromisoformat(tags[EXPIRES])
        return Tags(tags[RUN], expires) if expires.tzinfo else None
    except (KeyError, ValueError):
        return None
