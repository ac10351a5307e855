"""The audit trail of an account in AWS CloudTrail: who did what with a key or a table.

CloudTrail keeps management events for 90 days. All calls to AWS KMS are among them, also Encrypt
and Decrypt; in a real account they appear after some minutes. Calls that put or read an item are
not.

AWS: "Logging AWS KMS API calls with AWS CloudTrail", AWS KMS Developer Guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient
    from mypy_boto3_cloudtrail.type_defs import EventTypeDef


@dataclass(frozen=True, slots=True)
class Event:
    """An event.

    Attributes:
        operation: Such as ``Decrypt``; ``DeleteKey`` is what AWS KMS does on its own.
        moment: When.
        caller_arn: The ARN of the caller; empty if AWS did it.
        encryption_context: That of the call; empty without one.
        error_code: AWS's error code; empty if the call succeeded.
        record: Everything, as CloudTrail documents it, in JSON.
    """

    operation: str
    moment: datetime
    caller_arn: str
    encryption_context: Mapping[str, str]
    error_code: str
    record: str


def events(cloudtrail: CloudTrailClient, resource_name: str) -> Iterator[Event]:
    """Yield the events of a resource in the account and Region of the caller, newest first.

    Args:
        resource_name: A key ARN, or the name of a table.

    Raises:
        AccessDenied: The caller has no permission ``cloudtrail:LookupEvents``.

    AWS: LookupEvents, AWS CloudTrail API Reference.
    """
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": resource_name}]
    )
    with translate_errors():
        for page in pages:
            yield from map(_event, page["Events"])


def _event(event: EventTypeDef) -> Event:
    record: dict[str, Any] = json.loads(event["CloudTrailEvent"])
    asked = record.get("requestParameters") or {}
    return Event(
        operation=event["EventName"],
        moment=event["EventTime"],
        caller_arn=record["userIdentity"].get("arn", ""),
        encryption_context=asked.get("encryptionContext", {}),
        error_code=record.get("errorCode", ""),
        record=event["CloudTrailEvent"],
    )
