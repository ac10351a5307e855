"""Session tags: which tags a session has, and which it passes on."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo.sandbox.access import session_tags
from kmsdemo.sandbox.access.access_keys import AccessKey
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.refusal import Refusal


def tags(**pairs: str) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in pairs.items()]}


def session(**transitive: str) -> Session:
    now = datetime.now(timezone.utc)
    key, account = AccessKey("ASIA", "x"), "123456789012"
    return Session(key, "t", account, "arn", account, now, now, transitive_tags=transitive)


def test_a_session_has_the_tags_of_its_call_and_passes_none_on() -> None:
    assert session_tags.of_new_session(tags(team="blue"), None) == ({"team": "blue"}, {})


def test_a_session_passes_on_the_tags_that_are_transitive_whatever_their_case() -> None:
    call = {**tags(team="blue", cost="7"), "TransitiveTagKeys": ["TEAM"]}
    assert session_tags.of_new_session(call, None)[1] == {"team": "blue"}


def test_a_session_inherits_transitive_tags_and_passes_them_on() -> None:
    found = session_tags.of_new_session(tags(cost="7"), session(team="blue"))
    assert found == ({"team": "blue", "cost": "7"}, {"team": "blue"})


@pytest.mark.parametrize(
    ("call", "calling", "message"),
    [
        (
            tags(team="blue", Team="red"),
            None,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            tags(Team="red"),
            session(team="blue"),
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.",
        ),
    ],
    ids=["twice", "inherited"],
)
def test_a_tag_key_that_is_taken_is_refused(
    call: dict[str, Any], calling: Session | None, message: str
) -> None:
    with pytest.raises(Refusal) as raised:
        session_tags.of_new_session(call, calling)
    assert (raised.value.code, raised.value.message) == ("InvalidParameterValue", message)


def test_session_tags_override_those_of_the_role_whatever_their_case() -> None:
    of_role = {"Team": "red", "cost": "7"}
    assert session_tags.over(of_role, {"team": "blue"}) == {"cost": "7", "team": "blue"}
