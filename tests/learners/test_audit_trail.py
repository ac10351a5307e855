"""Which calls are sent to AWS CloudTrail, and what is read from its answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest

from kmsdemo.learners import audit_trail
from kmsdemo.learners.audit_trail import OBSERVER, AuditTrail

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient

ARN = "arn:aws:kms:us-east-1:123456789012:key/"
NOON = datetime(2030, 6, 1, 12, tzinfo=timezone.utc)


def record(name: str, minute: int, key: str = "", **more: Any) -> dict[str, Any]:
    resources = [{"ARN": f"{ARN}{key}"}, {"ARN": f"{ARN}{key}/no"}] if key else None
    moment = f"2030-06-01T12:{minute:02}:00Z"
    return {"eventName": name, "eventTime": moment, "resources": resources, **more}


def alias(key: str, minute: int, name: str = "alias/demo-kms-1") -> dict[str, Any]:
    return record("CreateAlias", minute, key, requestParameters={"aliasName": name})


def deletion(table: str, minute: int) -> dict[str, Any]:
    return record("DeleteTable", minute, requestParameters={"tableName": table})


class Trail:
    """AWS CloudTrail with events by what they are looked up with, the newest first."""

    def __init__(self, **events: list[dict[str, Any]]) -> None:
        self.events = events
        self.asked: list[Any] = []

    def get_paginator(self, operation: str) -> Trail:
        assert operation == "lookup_events"
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        (attribute,) = asked["LookupAttributes"]
        self.asked.append((attribute["AttributeKey"], attribute["AttributeValue"]))
        assert asked["PaginationConfig"] == {"MaxItems": 500, "PageSize": 50}
        name = attribute["AttributeValue"].rpartition("/")[2]
        for one in reversed(self.events.get(name, [])):
            yield {"Events": [{"CloudTrailEvent": json.dumps(one)}]}

    def read(self, *keys: str) -> AuditTrail:
        return audit_trail.read(cast("CloudTrailClient", self), [f"{ARN}{key}" for key in keys])


def test_it_asks_for_the_aliases_the_tables_and_each_key() -> None:
    trail = Trail(CreateAlias=[alias("deleted", 1), alias("there", 2)])
    trail.read("there")
    assert trail.asked == [
        ("EventName", "CreateAlias"),
        ("EventName", "DeleteTable"),
        ("ResourceName", f"{ARN}deleted"),
        ("ResourceName", f"{ARN}there"),
    ]


def test_of_many_keys_it_asks_for_the_newest() -> None:
    trail = Trail(CreateAlias=[alias(str(number), number) for number in range(4)])
    trail.read("4", "5", "6")
    assert [value for _, value in trail.asked[2:]] == [f"{ARN}{number}" for number in range(2, 7)]


def test_events_are_told_with_the_oldest_first() -> None:
    done = [record(name, minute, "k") for minute, name in enumerate(("Encrypt", "Decrypt"))]
    found = Trail(k=done).read("k")
    assert [(event.name, event.moment) for event in found.of("k")] == [
        ("Encrypt", NOON),
        ("Decrypt", NOON + timedelta(minutes=1)),
    ]
    assert found.of("k")[0].keys == {"k": f"{ARN}k"}
    assert found.of("other") == []
    assert (found.missing, found.is_throttled) == ("", False)


@pytest.mark.parametrize(
    "more",
    [
        {"errorCode": "DisabledException"},
        {"userAgent": f"Boto3/1.42 app/{OBSERVER}"},
    ],
)
def test_refusals_and_looks_are_no_acts_of_a_learner(more: dict[str, str]) -> None:
    done = [record("Decrypt", 1, "k", **more), record("Decrypt", 2, "k", userAgent="aws-cli/2")]
    (event,) = Trail(k=done).read("k").of_keys
    assert event.moment.minute == 2


def test_only_aliases_of_the_lab_name_its_keys() -> None:
    others = [alias("a", 1, "alias/other"), record("CreateAlias", 2, "b"), alias("c", 3)]
    found = Trail(CreateAlias=others).read()
    assert [[*event.keys] for event in found.aliases] == [["c"]]


def test_only_the_deletion_of_the_labs_table_counts() -> None:
    found = Trail(DeleteTable=[deletion("other", 1), deletion("demo-kms", 2)]).read()
    assert found.deletions == [NOON + timedelta(minutes=2)]
