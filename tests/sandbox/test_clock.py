"""The clocks: one for each account, forward only, and not past the end of dates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import clock, mock_kms
from kmsdemo.sandbox.access import access_keys
from kmsdemo.sandbox.access.access_keys import AccessKey, ClassKeys
from kmsdemo.sandbox.errors import AccessRejected, DaysRefused
from kmsdemo.sandbox.http import client
from tests.sandbox.access.callers import ClassSandbox

ANNA, BEN, INSTRUCTOR = "200000000001", "200000000002", "200000000000"


def key_pending_deletion(kms: Any) -> str:
    key_id = str(kms.create_key()["KeyMetadata"]["KeyId"])
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    return key_id


def keys_of(at: ClassSandbox, number: str) -> list[str]:
    return [key["KeyId"] for key in at.client("kms", number, "x").list_keys()["Keys"]]


def advance(at: ClassSandbox, days: float, key: AccessKey | None = None) -> str:
    credentials = Credentials(key.access_key_id, key.secret) if key else None
    return client.advance(at.url, days=days, credentials=credentials)


@pytest.mark.parametrize("days", [-1, float("nan"), float("inf"), 36_501, 10**300])
@pytest.mark.parametrize("number", [None, ANNA])
def test_a_clock_refuses_what_would_break_it(
    clients: Clients, days: float, number: str | None
) -> None:
    with pytest.raises(ValueError, match="only moves forward"):
        mock_kms.advance(days=days, account=number)
    assert clock.offset(ANNA) == timedelta()


def test_an_account_has_the_time_of_its_own_clock(clients: Clients) -> None:
    mock_kms.advance(days=20, account=ANNA)
    mock_kms.advance(days=1)
    ahead = [clock.now(number) - clock.real_time() for number in (ANNA, BEN, "")]
    assert [round(one / timedelta(days=1)) for one in ahead] == [21, 1, 1]
    assert clock.now() - clock.real_time() < timedelta(days=2)


def test_a_clock_ends_however_often_it_is_moved(clients: Clients) -> None:
    mock_kms.advance(days=20_000, account=ANNA)
    with pytest.raises(ValueError, match="36500 days at most"):
        mock_kms.advance(days=20_000)
    mock_kms.advance(days=20_000, account=BEN)


def test_days_pass_in_one_account_alone(at: ClassSandbox) -> None:
    for number in (ANNA, BEN):
        key_pending_deletion(at.client("kms", number, "x"))
    mock_kms.advance(days=31, account=ANNA)
    assert keys_of(at, ANNA) == []
    assert len(keys_of(at, BEN)) == 1


def test_days_pass_everywhere_on_top_of_those_that_passed_in_one(at: ClassSandbox) -> None:
    for number in (ANNA, BEN):
        key_pending_deletion(at.client("kms", number, "x"))
    mock_kms.advance(days=5, account=ANNA)
    mock_kms.advance(days=3)
    assert keys_of(at, ANNA) == []
    assert len(keys_of(at, BEN)) == 1
    mock_kms.advance(days=4)
    assert keys_of(at, BEN) == []


def test_a_key_is_deleted_by_the_clock_of_its_own_account(at: ClassSandbox) -> None:
    """Another account that may use it cannot move its clock."""
    kms = at.client("kms", ANNA, "x")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    key = kms.create_key(Policy=json.dumps({"Statement": [statement]}))["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    mock_kms.advance(days=31, account=BEN)
    described = at.client("kms", BEN, "x").describe_key(KeyId=key["Arn"])
    assert described["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_whoever_signs_lets_days_pass_in_ones_own_account(at: ClassSandbox) -> None:
    for number in (ANNA, BEN):
        key_pending_deletion(at.client("kms", number, "x"))
    advance(at, 8, AccessKey(ANNA, "x"))
    assert (keys_of(at, ANNA), len(keys_of(at, BEN))) == ([], 1)


def test_whoever_signs_nothing_lets_them_pass_everywhere(at: ClassSandbox) -> None:
    for number in (ANNA, BEN):
        key_pending_deletion(at.client("kms", number, "x"))
    advance(at, 8)
    assert (keys_of(at, ANNA), keys_of(at, BEN)) == ([], [])


def test_too_many_days_break_no_later_call(at: ClassSandbox) -> None:
    for days in (3_000_000, float("inf"), float("nan")):
        with pytest.raises(DaysRefused):
            advance(at, days)
    assert at.client("kms").list_keys()["Keys"] == []


# ---------------------------------------------------------------------------- a class


KEYS = {number: access_keys.generate(number) for number in (ANNA, BEN, INSTRUCTOR)}
CLASS = ClassKeys(
    accounts={key.access_key_id: number for number, key in KEYS.items()},
    secrets={key.access_key_id: key.secret for key in KEYS.values()},
    instructor=KEYS[INSTRUCTOR].access_key_id,
)


@pytest.fixture
def of_class(at: ClassSandbox) -> Iterator[ClassSandbox]:
    """The sandbox of a class; each learner has a key that is pending deletion."""
    with access_keys.restricted_to(CLASS):
        for key in (KEYS[ANNA], KEYS[BEN]):
            key_pending_deletion(at.client("kms", key.access_key_id, key.secret))
        yield at


def left(at: ClassSandbox) -> list[int]:
    """Return how many keys are left of each."""
    kms = [at.client("kms", key.access_key_id, key.secret) for key in (KEYS[ANNA], KEYS[BEN])]
    return [len(one.list_keys()["Keys"]) for one in kms]


def test_in_a_class_a_learner_lets_days_pass_alone(of_class: ClassSandbox) -> None:
    advance(of_class, 31, KEYS[ANNA])
    assert left(of_class) == [0, 1]


def test_in_a_class_the_instructor_lets_days_pass_for_all(of_class: ClassSandbox) -> None:
    advance(of_class, 31, KEYS[INSTRUCTOR])
    assert left(of_class) == [0, 0]


def test_in_a_class_a_user_of_the_instructor_is_not_the_instructor(of_class: ClassSandbox) -> None:
    iam = of_class.client("iam", KEYS[INSTRUCTOR].access_key_id, KEYS[INSTRUCTOR].secret)
    iam.create_user(UserName="ben")
    made = iam.create_access_key(UserName="ben")["AccessKey"]
    advance(of_class, 31, AccessKey(made["AccessKeyId"], made["SecretAccessKey"]))
    assert left(of_class) == [1, 1]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(None, id="nobody"),
        pytest.param(AccessKey(ANNA, "x"), id="the account's number"),
        pytest.param(AccessKey("testing", "x"), id="a made-up key"),
        pytest.param(AccessKey(KEYS[ANNA].access_key_id, "x"), id="a wrong secret"),
        pytest.param(access_keys.generate(ANNA), id="another key of the account"),
    ],
)
def test_in_a_class_days_pass_for_nobody_else(
    of_class: ClassSandbox, key: AccessKey | None
) -> None:
    with pytest.raises(AccessRejected):
        advance(of_class, 31, key)
    assert left(of_class) == [1, 1]


@pytest.mark.parametrize("service", ["kms", "dynamodb", "iam", "sts"])
@pytest.mark.parametrize("access_key_id", [ANNA, "testing", "AKIAIOSFODNN7EXAMPLE", "123456789012"])
def test_in_a_class_no_made_up_key_is_let_in(
    of_class: ClassSandbox, service: str, access_key_id: str
) -> None:
    ask = {"kms": "list_keys", "dynamodb": "list_tables", "iam": "list_users"}
    theirs = of_class.client(service, access_key_id, "x")
    with pytest.raises(theirs.exceptions.ClientError, match="is invalid"):
        getattr(theirs, ask.get(service, "get_caller_identity"))()
