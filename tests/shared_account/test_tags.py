"""The tags of a run, as they are written and read back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from kmsdemo.shared_account import tags
from kmsdemo.shared_account.tags import EXPIRES, MAX_RUN, RUN, Tags

NOON = datetime(2030, 6, 13, 12, tzinfo=timezone.utc)
WRITTEN = {RUN: "0123abcd", EXPIRES: "2030-06-13T12:00:00+00:00"}


def test_they_are_written_as_each_service_takes_them() -> None:
    run = Tags("0123abcd", NOON)
    assert run.as_text() == WRITTEN
    assert run.for_kms()[0] == {"TagKey": "kmsdemo:run", "TagValue": "0123abcd"}
    assert run.for_others()[1] == {"Key": "kmsdemo:expires", "Value": WRITTEN[EXPIRES]}


def test_what_was_written_is_read_among_others() -> None:
    assert tags.read({"team": "blue", **WRITTEN}) == Tags("0123abcd", NOON)


@pytest.mark.parametrize(
    "other",
    [
        {RUN: "0123ABCD"},
        {RUN: "0123abcde"},
        {RUN: "0123abc"},
        {EXPIRES: "2030-06-13T12:00:00"},
        {EXPIRES: "soon"},
    ],
)
def test_what_no_run_wrote_is_no_tag_of_a_run(other: dict[str, str]) -> None:
    assert tags.read({**WRITTEN, **other}) is None


@pytest.mark.parametrize("name", [RUN, EXPIRES])
def test_half_of_them_are_none(name: str) -> None:
    assert tags.read({name: WRITTEN[name]}) is None


def test_a_new_run_has_three_hours_and_an_id_of_its_own() -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    first, second = Tags(), Tags()
    assert before + timedelta(hours=3) <= first.expires
    assert first.expires.microsecond == 0
    assert first.run_id != second.run_id
    assert tags.read(first.as_text()) == first
    assert not first.has_expired


def test_a_run_whose_time_is_over_has_expired() -> None:
    assert Tags(expires=datetime.now(timezone.utc) - timedelta(seconds=1)).has_expired


@pytest.mark.parametrize(
    ("minutes", "covers"), [(-186, False), (-185, True), (0, True), (5, True), (6, False)]
)
def test_a_run_made_what_was_created_in_its_three_hours(minutes: int, covers: bool) -> None:
    assert timedelta(hours=3) == MAX_RUN
    assert Tags("0123abcd", NOON).covers(NOON + timedelta(minutes=minutes)) == covers
