"""LookupEvents: the management events of an account in a Region, newest first.

AWS: LookupEvents, AWS CloudTrail API Reference.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, Final

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import authorization
from kmsdemo.sandbox.access.evaluation import evaluate_iam
from kmsdemo.sandbox.access.policy_document import RequestContext
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail import history, identity
from kmsdemo.sandbox.trail.records import Record

KEPT_DAYS: Final = 90
"""How many days back the events of an account can be looked up."""
_ACTION: Final = "cloudtrail:LookupEvents"
_MOST_RESULTS: Final = 50
_RESOURCE_TYPES: Final = {
    "accessKeyId": "AWS::IAM::AccessKey",
    "groupName": "AWS::IAM::Group",
    "policyArn": "AWS::IAM::Policy",
    "roleArn": "AWS::IAM::Role",
    "roleName": "AWS::IAM::Role",
    "tableName": "AWS::DynamoDB::Table",
    "userName": "AWS::IAM::User",
}

Parameters = Mapping[str, Any]


def events(principal: Principal, region: str, parameters: Parameters) -> dict[str, Any]:
    """Answer LookupEvents.

    Args:
        principal: The caller, who sees the events of the own account.
        region: The Region; events of IAM are in ``us-east-1``.
        parameters: As received.

    Raises:
        Refusal: The caller may not, or a parameter is not valid.
    """
    _check_permission(principal)
    size = _size(parameters)
    found = _after_token(_found(principal.account, region, parameters), parameters)
    page = list(islice(found, size + 1))
    answer: dict[str, Any] = {"Events": [_event(record) for record in page[:size]]}
    if len(page) > size:
        answer["NextToken"] = _token(page[size - 1]["eventID"], parameters)
    return answer


def _check_permission(principal: Principal) -> None:
    caller = authorization.caller_for(principal)
    if reason := evaluate_iam(caller, RequestContext(_ACTION, "*", caller.context)):
        message = f"User: {caller.arn} is not authorized to perform: {_ACTION} {reason}"
        raise Refusal("AccessDeniedException", message)


def _size(parameters: Parameters) -> int:
    size: int = parameters.get("MaxResults", _MOST_RESULTS)
    if not 1 <= size <= _MOST_RESULTS:
        message = f"The maximum results parameter must be from 1 to {_MOST_RESULTS}."
        raise Refusal("InvalidMaxResultsException", message)
    return size


# -------------------------------------------------------------------------------- filters


def _found(account: str, region: str, parameters: Parameters) -> Iterator[Record]:
    start, end = _time_range(account, parameters)
    is_wanted = _attribute_filter(parameters)
    of_region = (
        record
        for record in history.newest_first(account)
        if record["awsRegion"] == region and record["managementEvent"]
    )
    # A key that AWS deletes is recorded when the clock has passed its date.
    by_time = sorted(of_region, key=lambda record: str(record["eventTime"]), reverse=True)
    return (one for one in by_time if start <= _moment(one) <= end and is_wanted(one))


def _time_range(account: str, parameters: Parameters) -> tuple[datetime, datetime]:
    if parameters.get("EventCategory"):  # the only one, insight, has no events here
        return datetime.max.replace(tzinfo=timezone.utc), datetime.min.replace(tzinfo=timezone.utc)
    now = clock.now(account)
    start = _date(parameters.get("StartTime"), datetime.min.replace(tzinfo=timezone.utc))
    end = _date(parameters.get("EndTime"), now)
    if start > end:
        message = "The start time must be before the end time."
        raise Refusal("InvalidTimeRangeException", message)
    return max(start, now - timedelta(days=KEPT_DAYS)), end


def _date(seconds: float | None, default: datetime) -> datetime:
    try:
        return default if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError) as error:
        message = "The time range is outside the range of possible values."
        raise Refusal("InvalidTimeRangeException", message) from error


def _attribute_filter(parameters: Parameters) -> Callable[[Record], bool]:
    attributes = parameters.get("LookupAttributes") or []
    if not attributes:
        return lambda _: True
    if len(attributes) > 1:
        message = "Only one lookup attribute can be specified."
        raise Refusal("InvalidLookupAttributesException", message)
    name, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    if name not in _VALUES:
        message = f"{name} is not a lookup attribute. The attributes are {', '.join(_VALUES)}."
        raise Refusal("InvalidLookupAttributesException", message)
    return lambda record: value in _VALUES[name](record)


_VALUES: Final[Mapping[str, Callable[[Record], list[str]]]] = {
    "AccessKeyId": lambda record: [record["userIdentity"].get("accessKeyId", "")],
    "EventId": lambda record: [record["eventID"]],
    "EventName": lambda record: [record["eventName"]],
    "EventSource": lambda record: [record["eventSource"]],
    "ReadOnly": lambda record: [_read_only(record)],
    "ResourceName": lambda record: [one["ResourceName"] for one in _resources(record)],
    "ResourceType": lambda record: [one["ResourceType"] for one in _resources(record)],
    "Username": lambda record: [identity.user_name(record["userIdentity"])],
}


# ----------------------------------------------------------------------------------- pages


def _after_token(found: Iterator[Record], parameters: Parameters) -> Iterator[Record]:
    token = parameters.get("NextToken")
    if token is None:
        return found
    last = _last_event(token, parameters)
    if not any(record["eventID"] == last for record in found):
        raise _invalid_token()
    return found


def _token(last_event: str, parameters: Parameters) -> str:
    text = json.dumps([last_event, _fingerprint(parameters)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _last_event(token: str, parameters: Parameters) -> str:
    try:
        last, fingerprint = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, RecursionError) as error:
        raise _invalid_token() from error
    if fingerprint != _fingerprint(parameters):
        raise _invalid_token()
    return str(last)


def _fingerprint(parameters: Parameters) -> str:
    """Return a digest of what a token belongs to: all but the page."""
    same = {k: v for k, v in parameters.items() if k not in ("NextToken", "MaxResults")}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


def _invalid_token() -> Refusal:
    message = "The token is not valid, or belongs to a request with other parameters."
    return Refusal("InvalidNextTokenException", message)


# ---------------------------------------------------------------------------------- answer


def _event(record: Record) -> dict[str, Any]:
    event = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": _read_only(record),
        "AccessKeyId": record["userIdentity"].get("accessKeyId"),
        "EventTime": int(_moment(record).timestamp()),
        "EventSource": record["eventSource"],
        "Username": identity.user_name(record["userIdentity"]) or None,
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(record, separators=(",", ":")),
    }
    return {name: value for name, value in event.items() if value is not None}


def _read_only(record: Record) -> str:
    return "true" if record["readOnly"] else "false"


def _resources(record: Record) -> list[dict[str, str]]:
    """Return the resources of an event: those of AWS KMS by ARN, the others as the caller did."""
    by_arn = [(one["type"], one["ARN"]) for one in record.get("resources", [])]
    named = [
        (_RESOURCE_TYPES[name], value)
        for name, value in (record["requestParameters"] or {}).items()
        if name in _RESOURCE_TYPES and isinstance(value, str)
    ]
    return [{"ResourceType": kind, "ResourceName": name} for kind, name in [*by_arn, *named]]


def _moment(record: Record) -> datetime:
    return datetime.fromisoformat(str(record["eventTime"]).replace("Z", "+00:00"))
