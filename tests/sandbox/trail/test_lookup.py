"""LookupEvents: filters, pages, time, and who may look."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail import lookup
from tests.sandbox.access.callers import OTHER_ACCOUNT, policy
from tests.sandbox.trail.events import records

ACCOUNT = "123456789012"
INVALID_TOKEN = "The token is not valid, or belongs to a request with other parameters."


@pytest.fixture
def root(clients: Clients) -> Clients:
    """The root user of an account, over no network."""
    return connect(access_key_id="123456789012", secret_access_key="x", region="us-east-1")


def names(cloudtrail: Any, **attribute: str) -> list[str]:
    return [event["eventName"] for event in records(cloudtrail, **attribute)]


def new_key(clients: Clients) -> str:
    """Create a key, and return its ARN."""
    return clients.kms.create_key()["KeyMetadata"]["Arn"]


def user(root: Clients, name: str, *statements: dict[str, Any]) -> Clients:
    root.iam.create_user(UserName=name)
    if statements:
        document = policy(*statements)
        root.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = root.iam.create_access_key(UserName=name)["AccessKey"]
    return connect(
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
        region="us-east-1",
    )


# -------------------------------------------------------------------------------- filters


@pytest.fixture
def used_account(root: Clients) -> Clients:
    """An account with a key, a table and a user."""
    key = new_key(root)
    root.kms.encrypt(KeyId=key, Plaintext=b"x")
    table.create(root.dynamodb)
    root.iam.create_user(UserName="ben")
    return root


@pytest.mark.parametrize(
    ("attribute", "value", "found"),
    [
        ("EventName", "Encrypt", {"Encrypt"}),
        ("EventName", "Decrypt", set()),
        ("EventSource", "iam.amazonaws.com", {"CreateUser"}),
        ("ReadOnly", "false", {"CreateKey", "CreateTable", "CreateUser"}),
        ("ResourceName", "demo-kms", {"CreateTable", "DescribeTable"}),
        ("ResourceName", "ben", {"CreateUser"}),
        ("ResourceType", "AWS::KMS::Key", {"CreateKey", "Encrypt"}),
        ("Username", "ben", set()),
    ],
)
def test_an_attribute_selects_events(
    used_account: Clients, attribute: str, value: str, found: set[str]
) -> None:
    assert set(names(used_account.cloudtrail, **{attribute: value})) == found


@pytest.mark.parametrize("attribute", ["EventId", "AccessKeyId", "Username"])
def test_an_event_is_found_by_its_own_values(used_account: Clients, attribute: str) -> None:
    event: Any = used_account.cloudtrail.lookup_events(MaxResults=1)["Events"][0]
    assert event["EventId"] in {
        one["eventID"] for one in records(used_account.cloudtrail, **{attribute: event[attribute]})
    }


def test_a_key_is_found_by_its_arn(root: Clients) -> None:
    one, other = new_key(root), new_key(root)
    root.kms.disable_key(KeyId=other)
    assert names(root.cloudtrail, ResourceName=one) == ["CreateKey"]
    assert names(root.cloudtrail, ResourceName=other) == ["DisableKey", "CreateKey"]


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        (
            {"MaxResults": 51},
            "InvalidMaxResultsException",
            "The maximum results parameter must be from 1 to 50.",
        ),
        ({"NextToken": "x"}, "InvalidNextTokenException", INVALID_TOKEN),
        ({"NextToken": "é"}, "InvalidNextTokenException", INVALID_TOKEN),
        ({"NextToken": "WzEsIDJd"}, "InvalidNextTokenException", INVALID_TOKEN),
        (
            {"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "x"}]},
            "InvalidLookupAttributesException",
            "Colour is not a lookup attribute. The attributes are AccessKeyId, EventId, EventName, "
            "EventSource, ReadOnly, ResourceName, ResourceType, Username.",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2},
            "InvalidLookupAttributesException",
            "Only one lookup attribute can be specified.",
        ),
        (
            {"StartTime": datetime(2027, 1, 1), "EndTime": datetime(2026, 1, 1)},
            "InvalidTimeRangeException",
            "The start time must be before the end time.",
        ),
        (
            {"StartTime": 10**20},
            "InvalidTimeRangeException",
            "The time range is outside the range of possible values.",
        ),
    ],
)
def test_what_is_not_valid_is_refused(
    root: Clients, parameters: dict[str, Any], code: str, message: str
) -> None:
    region, caller = (
        "us-east-1",
        Principal(ACCOUNT, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT),
    )
    sent = {
        name: value.replace(tzinfo=timezone.utc).timestamp()
        if isinstance(value, datetime)
        else value
        for name, value in parameters.items()
    }
    with pytest.raises(Refusal) as refused:
        lookup.events(caller, region, sent)
    assert (refused.value.code, refused.value.message) == (code, message)
    assert refused.value.status == 400


# ---------------------------------------------------------------------------------- pages


def test_pages_follow_each_other_newest_first(root: Clients) -> None:
    for number in range(5):
        root.iam.create_user(UserName=f"user-{number}")
    pages = root.cloudtrail.get_paginator("lookup_events").paginate(
        PaginationConfig={"PageSize": 2},
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}],
    )
    users = [[event["Resources"][0]["ResourceName"] for event in page["Events"]] for page in pages]
    assert users == [["user-4", "user-3"], ["user-2", "user-1"], ["user-0"]]


def test_what_happens_between_two_pages_moves_nothing(root: Clients) -> None:
    for number in range(3):
        root.iam.create_user(UserName=f"user-{number}")
    only: Any = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    first = root.cloudtrail.lookup_events(MaxResults=2, LookupAttributes=only)
    root.iam.create_user(UserName="user-3")
    second = root.cloudtrail.lookup_events(LookupAttributes=only, NextToken=first["NextToken"])
    assert [event["Resources"][0]["ResourceName"] for event in second["Events"]] == ["user-0"]


def test_a_token_belongs_to_its_request(root: Clients) -> None:
    new_key(root)
    new_key(root)
    token = root.cloudtrail.lookup_events(MaxResults=1)["NextToken"]
    only: Any = [{"AttributeKey": "EventName", "AttributeValue": "CreateKey"}]
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        root.cloudtrail.lookup_events(NextToken=token, LookupAttributes=only)


# ----------------------------------------------------------------------------------- time


def test_events_have_the_time_of_the_accounts_clock(root: Clients) -> None:
    mock_kms.advance(days=20, account="123456789012")
    new_key(root)
    (event,) = root.cloudtrail.lookup_events()["Events"]
    ahead = event["EventTime"] - datetime.now(timezone.utc)
    assert timedelta(days=19) < ahead < timedelta(days=21)


def test_a_time_range_selects_events(root: Clients) -> None:
    new_key(root)
    mock_kms.advance(days=20)
    table.create(root.dynamodb)
    middle = datetime.now(timezone.utc) + timedelta(days=10)
    (before,) = root.cloudtrail.lookup_events(EndTime=middle)["Events"]
    after = root.cloudtrail.lookup_events(StartTime=middle)["Events"]
    assert before["EventName"] == "CreateKey"
    assert "CreateTable" in {event["EventName"] for event in after}


@pytest.mark.parametrize(("days", "is_found"), [(89, True), (91, False)])
def test_events_are_kept_for_ninety_days(root: Clients, days: int, is_found: bool) -> None:
    new_key(root)
    mock_kms.advance(days=days)
    assert ("CreateKey" in names(root.cloudtrail)) is is_found


def test_the_trail_outlives_the_key(root: Clients) -> None:
    key = new_key(root)
    root.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    mock_kms.advance(days=8)
    root.iam.create_user(UserName="ben")
    assert names(root.cloudtrail, ResourceName=key) == [
        "DeleteKey",
        "ScheduleKeyDeletion",
        "CreateKey",
    ]


# ------------------------------------------------------------------------------ who, where


def test_events_are_found_in_their_region(root: Clients) -> None:
    elsewhere = connect(access_key_id="123456789012", secret_access_key="x", region="eu-west-1")
    new_key(elsewhere)
    elsewhere.iam.create_user(UserName="ben")  # IAM is recorded in us-east-1
    assert names(elsewhere.cloudtrail) == ["CreateKey"]
    assert names(root.cloudtrail) == ["CreateUser"]


def test_an_account_sees_its_own_events_only(root: Clients) -> None:
    stranger = connect(access_key_id=OTHER_ACCOUNT, secret_access_key="x", region="us-east-1")
    new_key(root)
    assert names(stranger.cloudtrail) == []


LOOK_UP = {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([], "because no identity-based policy allows the cloudtrail:LookupEvents action"),
        (
            [LOOK_UP, {**LOOK_UP, "Effect": "Deny"}],
            "with an explicit deny in an identity-based policy",
        ),
    ],
)
def test_who_may_not_look_is_refused(
    root: Clients, statements: list[dict[str, Any]], reason: str
) -> None:
    ben = user(root, "ben", *statements)
    with pytest.raises(ClientError) as raised:
        ben.cloudtrail.lookup_events()
    assert raised.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": "User: arn:aws:iam::123456789012:user/ben is not authorized to perform: "
        f"cloudtrail:LookupEvents {reason}",
    }


def test_who_may_look_sees_the_whole_account(root: Clients) -> None:
    ben = user(root, "ben", LOOK_UP)
    assert "CreateUser" in names(ben.cloudtrail)
