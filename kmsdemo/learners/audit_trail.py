"""The audit trail of the lab: the events of its keys and its table, in AWS CloudTrail."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from kmsdemo.aws_errors import translate_errors
from kmsdemo.errors import AccessDenied, KmsdemoError, Throttled
from kmsdemo.keys import ALIAS_PREFIX
from kmsdemo.table import TABLE_NAME

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient
    from mypy_boto3_cloudtrail.literals import LookupAttributeKeyType

OBSERVER: Final = "kmsdemo-console"
"""The application id of programs that only check, in the user agent: their calls do not count."""
MAX_KEYS: Final = 5
"""How many keys of the lab are looked up, the newest ones."""
_MAX_EVENTS: Final = 500
_PAGE: Final = 50
_KEY_ARN: Final = re.compile(r"arn:[\w-]+:kms:[\w-]*:\d*:key/([\w-]+)")


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the lab: a call that succeeded, or an action of AWS KMS itself.

    Attributes:
        name: AWS's name of the operation, such as ``Encrypt``.
        moment: When, by the account's clock, to the second.
        keys: The ARN of each KMS key that it is about, by key id.
    """

    name: str
    moment: datetime
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """The events of the lab in an account and Region.

    Attributes:
        of_keys: The events of the lab's keys, oldest first, those of deleted keys included.
        aliases: When a key got an alias of the lab, oldest first.
        deletions: When the lab's table was deleted.
        missing: Why there are no events, as a sentence; empty if they could be read.
        is_throttled: Whether it is that AWS was asked too often.
    """

    of_keys: Sequence[Event] = ()
    aliases: Sequence[Event] = ()
    deletions: Sequence[datetime] = ()
    missing: str = ""
    is_throttled: bool = False

    def of(self, key_id: str) -> list[Event]:
        """Return the events of a key, oldest first."""
        return [event for event in self.of_keys if key_id in event.keys]


def read(cloudtrail: CloudTrailClient, key_arns: Collection[str]) -> AuditTrail:
    """Read the events of the lab; without permission or an answer, say why there are none.

    Three calls to LookupEvents, and one more for each further key. AWS allows two per second.

    Args:
        key_arns: The ARNs of the lab's keys that exist; the trail names those that are deleted.

    AWS: LookupEvents, AWS CloudTrail API Reference.
    """
    try:
        aliases = list(_of_lab_aliases(_events(cloudtrail, "EventName", "CreateAlias")))
        deletions = list(_of_lab_table(_events(cloudtrail, "EventName", "DeleteTable")))
        named = [arn for event in aliases for arn in event.keys.values()]
        arns = list(dict.fromkeys([*named, *key_arns]))[-MAX_KEYS:]
        of_keys = [_events(cloudtrail, "ResourceName", arn) for arn in arns]
        events = [_event(record) for record in chain(*of_keys)]
    except AccessDenied:
        return AuditTrail(missing="Your credentials do not allow cloudtrail:LookupEvents.")
    except KmsdemoError as error:
        missing = f"The audit trail cannot be read: {error.what}"
        return AuditTrail(missing=missing, is_throttled=isinstance(error, Throttled))
    return AuditTrail(events, aliases, deletions)


def _of_lab_aliases(records: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    for record in records:
        if str(_requested(record).get("aliasName")).startswith(ALIAS_PREFIX):
            yield _event(record)


def _of_lab_table(records: Iterable[Mapping[str, Any]]) -> Iterator[datetime]:
    for record in records:
        if _requested(record).get("tableName") == TABLE_NAME:
            yield _moment(record)


def _events(
    cloudtrail: CloudTrailClient, attribute: LookupAttributeKeyType, value: str
) -> list[Mapping[str, Any]]:
    """Return the records of learners' calls that succeeded, oldest first."""
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}],
        PaginationConfig={"MaxItems": _MAX_EVENTS, "PageSize": _PAGE},
    )
    with translate_errors():
        found = [event["CloudTrailEvent"] for page in pages for event in page["Events"]]
    records = map(json.loads, reversed(found))
    return [record for record in records if _is_learners(record)]


def _is_learners(record: Mapping[str, Any]) -> bool:
    return "errorCode" not in record and f"app/{OBSERVER}" not in str(record.get("userAgent"))


def _event(record: Mapping[str, Any]) -> Event:
    arns = [str(resource.get("ARN")) for resource in record.get("resources") or ()]
    found = filter(None, map(_KEY_ARN.fullmatch, arns))
    return Event(record["eventName"], _moment(record), {arn[1]: arn[0] for arn in found})


def _moment(record: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(record["eventTime"]).replace("Z", "+00:00"))


def _requested(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return record.get("requestParameters") or {}
