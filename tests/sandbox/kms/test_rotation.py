"""Rotation: when the next one is due, and what each left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.trail import history

HOUR = timedelta(hours=1)


@pytest.fixture
def kms(clients: Clients) -> Any:
    return clients.kms


@pytest.fixture
def key(kms: Any) -> Any:
    return kms.create_key()["KeyMetadata"]


def due(kms: Any, key: Any) -> timedelta:
    """Return how long after the creation of the key the next rotation is due."""
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    after: timedelta = status["NextRotationDate"] - key["CreationDate"]
    return after


def listed(kms: Any, key: Any, **options: str) -> list[Any]:
    found: list[Any] = kms.list_key_rotations(KeyId=key["KeyId"], **options)["Rotations"]
    return found


@pytest.mark.parametrize(("period", "days"), [({}, 365), ({"RotationPeriodInDays": 90}, 90)])
def test_the_first_rotation_is_due_a_period_after_it_was_enabled(
    kms: Any, key: Any, period: dict[str, int], days: int
) -> None:
    mock_kms.advance(days=10)
    kms.enable_key_rotation(KeyId=key["KeyId"], **period)
    assert abs(due(kms, key) - timedelta(days=10 + days)) < HOUR


def test_another_period_counts_from_the_last_rotation(kms: Any, key: Any) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
    mock_kms.advance(days=110)
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=200)
    assert abs(due(kms, key) - timedelta(days=300)) < HOUR


def test_a_rotation_on_demand_leaves_the_date_as_it_is(kms: Any, key: Any) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
    mock_kms.advance(days=10)
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    assert abs(due(kms, key) - timedelta(days=100)) < HOUR


def test_each_rotation_has_its_date_and_its_kind(kms: Any, key: Any) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
    mock_kms.advance(days=250)
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    first, second, third = listed(kms, key)
    kinds = [one["RotationType"] for one in (first, second, third)]
    assert kinds == ["AUTOMATIC", "AUTOMATIC", "ON_DEMAND"]
    after = [one["RotationDate"] - key["CreationDate"] for one in (first, second, third)]
    for found, days in zip(after, (100, 200, 250), strict=True):
        assert abs(found - timedelta(days=days)) < HOUR
    states = [
        one["KeyMaterialState"] for one in listed(kms, key, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    ]
    assert states == ["NON_CURRENT", "NON_CURRENT", "NON_CURRENT", "CURRENT"]


def test_a_rotation_that_was_due_while_the_key_was_disabled_happens_once(
    kms: Any, key: Any
) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
    kms.disable_key(KeyId=key["KeyId"])
    mock_kms.advance(days=350)
    assert listed(kms, key) == []
    kms.enable_key(KeyId=key["KeyId"])
    (rotation,) = listed(kms, key)
    assert abs(rotation["RotationDate"] - key["CreationDate"] - timedelta(days=350)) < HOUR
    assert abs(due(kms, key) - timedelta(days=450)) < HOUR


def test_automatic_rotations_are_recorded_on_their_dates(kms: Any, key: Any) -> None:
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
    mock_kms.advance(days=250)
    kms.describe_key(KeyId=key["KeyId"])
    events = [
        one for one in history.newest_first("123456789012") if one["eventName"] == "RotateKey"
    ]
    dates = [f"{key['CreationDate'] + timedelta(days=days):%Y-%m-%d}" for days in (200, 100)]
    assert [one["eventTime"][:10] for one in events] == dates
    assert {one["resources"][0]["ARN"] for one in events} == {key["Arn"]}
