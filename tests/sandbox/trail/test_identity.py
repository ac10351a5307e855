"""Who made a call, as an event has it: root users, users, and the sessions of each."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from kmsdemo.sandbox.access.access_keys import AccessKey
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.trail import identity

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/auditor"
ANNA: Any = SimpleNamespace(name="anna", id="AIDAANNA", arn=f"arn:aws:iam::{ACCOUNT}:user/anna")
SINCE = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
ATTRIBUTES = {"creationDate": "2030-01-02T03:04:05Z", "mfaAuthenticated": "false"}


def session(arn: str, user_id: str, **more: Any) -> Session:
    key = AccessKey("ASIA1", "secret")
    return Session(key, "token", ACCOUNT, arn, user_id, SINCE, SINCE, **more)


def principal(arn: str, user_id: str, **more: Any) -> Principal:
    return Principal("AKIA1", ACCOUNT, arn, user_id, **more)


def in_session(arn: str, user_id: str, *, user: Any = None, **more: Any) -> Principal:
    return principal(arn, user_id, user=user, session=session(arn, user_id, **more))


def written(kind: str, arn: str, user_id: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "principalId": user_id,
        "arn": arn,
        "accountId": ACCOUNT,
        "accessKeyId": "AKIA1",
        **more,
    }


ASSUMED = f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/anna"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (principal(ROOT, ACCOUNT), written("Root", ROOT, ACCOUNT)),
        (
            principal(ANNA.arn, ANNA.id, user=ANNA),
            written("IAMUser", ANNA.arn, ANNA.id, userName="anna"),
        ),
        (
            in_session(ANNA.arn, ANNA.id, user=ANNA),
            written(
                "IAMUser",
                ANNA.arn,
                ANNA.id,
                userName="anna",
                sessionContext={"attributes": ATTRIBUTES},
            ),
        ),
        (
            in_session(ASSUMED, "AROA1:anna", role_arn=ROLE),
            written(
                "AssumedRole",
                ASSUMED,
                "AROA1:anna",
                sessionContext={
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": "AROA1",
                        "arn": ROLE,
                        "accountId": ACCOUNT,
                        "userName": "auditor",
                    },
                    "attributes": ATTRIBUTES,
                },
            ),
        ),
        (
            in_session(FEDERATED, f"{ACCOUNT}:guest", user=ANNA, is_federated=True),
            written(
                "FederatedUser",
                FEDERATED,
                f"{ACCOUNT}:guest",
                sessionContext={
                    "sessionIssuer": {
                        "type": "IAMUser",
                        "principalId": "AIDAANNA",
                        "arn": ANNA.arn,
                        "accountId": ACCOUNT,
                        "userName": "anna",
                    },
                    "attributes": ATTRIBUTES,
                },
            ),
        ),
        (
            in_session(FEDERATED, f"{ACCOUNT}:guest", is_federated=True),
            written(
                "FederatedUser",
                FEDERATED,
                f"{ACCOUNT}:guest",
                sessionContext={
                    "sessionIssuer": {
                        "type": "Root",
                        "principalId": ACCOUNT,
                        "arn": ROOT,
                        "accountId": ACCOUNT,
                    },
                    "attributes": ATTRIBUTES,
                },
            ),
        ),
    ],
    ids=["root", "user", "session of a user", "role", "federated by a user", "federated by root"],
)
def test_its_own_account_sees_who_it_is(caller: Principal, expected: dict[str, Any]) -> None:
    assert identity.of_principal(caller) == expected


def test_another_account_sees_only_where_it_is_from() -> None:
    assert identity.in_other_account(principal(ANNA.arn, ANNA.id, user=ANNA)) == {
        "type": "AWSAccount",
        "principalId": "AIDAANNA",
        "accountId": ACCOUNT,
    }


@pytest.mark.parametrize(
    ("written_as", "name"),
    [
        ({"type": "Root", "userName": "x"}, "root"),
        ({"type": "IAMUser", "userName": "anna", "arn": "a/b"}, "anna"),
        ({"type": "AssumedRole", "arn": ASSUMED}, "anna"),
        ({"type": "FederatedUser", "arn": FEDERATED}, "guest"),
        ({"type": "AWSAccount"}, ""),
        (identity.of_aws(ACCOUNT), ""),
    ],
)
def test_an_event_is_looked_up_by_the_name_of_the_user_or_the_session(
    written_as: dict[str, Any], name: str
) -> None:
    assert identity.user_name(written_as) == name
