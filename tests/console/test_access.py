"""The credentials with which the console reads an account."""

from __future__ import annotations

import pytest

from kmsdemo.console.access import Access
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.hand_out import Classroom, HandOut

URL = "http://127.0.0.1:1"
ANNA = HandOut(Learner("Anna", "200000000001"), "AKIAANNA", "annas secret")
INSTRUCTOR = HandOut(Learner("instructor", "200000000000"), "AKIAINSTRUCTOR", "a secret")
OF_CLASS = Access(URL, Classroom(INSTRUCTOR, [ANNA]))
ALONE = Access(URL)


def test_without_a_class_any_account_is_its_own_root_user() -> None:
    assert ALONE.environment("123456789012", "eu-west-1") == {
        "AWS_ENDPOINT_URL": URL,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "console",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
    }


def test_an_account_of_a_class_is_read_as_its_learner() -> None:
    assert OF_CLASS.environment("200000000001", "eu-west-1") == ANNA.environment(URL, "eu-west-1")


def test_its_clients_only_look_at_that_account_and_region() -> None:
    clients = OF_CLASS.clients("200000000001", "eu-west-1")
    credentials = clients.botocore_session.get_credentials()
    assert credentials
    assert (credentials.access_key, credentials.secret_key) == ("AKIAANNA", "annas secret")
    meta = clients.kms.meta
    assert (meta.endpoint_url, meta.region_name) == (URL, "eu-west-1")
    assert meta.config.user_agent_appid == OBSERVER  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("access", "account", "has"),
    [
        (ALONE, "123456789012", True),
        (OF_CLASS, "200000000000", True),
        (OF_CLASS, "200000000001", True),
        (OF_CLASS, "123456789012", False),
    ],
)
def test_a_class_has_its_own_accounts_only(access: Access, account: str, has: bool) -> None:
    assert access.has(account) == has


def test_the_names_are_those_of_learners() -> None:
    assert OF_CLASS.names == {"200000000001": "Anna"}
    assert ALONE.names == {}


def test_the_instructor_opens_it_with_a_token() -> None:
    assert OF_CLASS.query == f"?token={INSTRUCTOR.console_token}"
    assert ALONE.query == ""
