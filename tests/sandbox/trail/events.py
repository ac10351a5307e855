"""Reads events of the trail in tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]


def records(cloudtrail: Any, **attribute: str) -> list[Record]:
    """Return the records of an account, newest first; one attribute can select them."""
    looked_up = {
        "LookupAttributes": [
            {"AttributeKey": name, "AttributeValue": value} for name, value in attribute.items()
        ]
    }
    pages = cloudtrail.get_paginator("lookup_events").paginate(**(looked_up if attribute else {}))
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def last(cloudtrail: Any, name: str) -> Record:
    """Return the newest record of an operation."""
    return records(cloudtrail, EventName=name)[0]
