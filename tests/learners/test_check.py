"""The check: what it finds in accounts of learners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import botocore.session
import pytest

from kmsdemo.account import environment
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.cipher import Plain
from kmsdemo.learners import account_facts, check
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import Inspection
from kmsdemo.learners.finding import by_step, is_complete
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.trail import history
from kmsdemo.shared_account import sessions
from kmsdemo.suite import story
from tests.learners import accounts
from tests.learners.accounts import ACCOUNTS
from tests.learners.inspections import (
    ALIAS,
    BINARY,
    DECRYPTED,
    DECRYPTS,
    GONE,
    HIDDEN,
    ITEM,
    PENDING_DELETION,
    TABLE,
    inspect_lab,
    left,
    steps_done,
)

NOBODY = {DECRYPTED: "Nobody has decrypted with the key yet."}
BASE64 = {BINARY: "user 12345 has its ciphertext as Base64 text, not as bytes.", **NOBODY}

# The requirements that each account does not meet yet, and what the check finds instead.
NOT_YET: dict[str, dict[str, str]] = {
    "empty": {ALIAS: "No key has an alias.", TABLE: "There are no tables."},
    "key_without_alias": {ALIAS: "No key has an alias.", ITEM: "The table demo-kms is empty."},
    "alias_without_suffix": {ALIAS: "The alias alias/demo-kms has no suffix.", ITEM: "is empty"},
    "asymmetric_key": {
        "The key is symmetric and encrypts and decrypts": "is asymmetric, with the spec ECC_NIST_",
        ITEM: "is empty",
    },
    "two_keys": {ITEM: "is empty"},
    "partition_key_with_capitals": {
        "The partition key is appuser, a string": "is AppUser, not appuser."
    },
    "table_with_another_name": {TABLE: "There are only other tables: demo-kms2."},
    "table_without_items": {ITEM: "The table demo-kms is empty."},
    "password_as_text": {BINARY: "has userpasswd as a string (S), not", **NOBODY},
    "another_attribute": {BINARY: "has no userpasswd; it has userpassword.", **NOBODY},
    "password_itself": {HIDDEN: "The item of user 12345 contains readable text.", **NOBODY},
    "password_in_base64": {HIDDEN: "contains readable text, encoded in Base64.", **NOBODY},
    "ciphertext_in_base64": BASE64,
    "bytes_of_base64": BASE64,
    "noise": {DECRYPTS: "is not a ciphertext of AWS KMS, or it is damaged.", **NOBODY},
    "another_key": {DECRYPTS: "The ciphertext of user 12345 is encrypted under another", **NOBODY},
    "encrypted": NOBODY,
    "enveloped": {PENDING_DELETION: "is Enabled."},
    "of_an_older_key": NOBODY,
    "decrypted": {PENDING_DELETION: "is Enabled."},
    "disabled": {PENDING_DELETION: "is Disabled."},
    "cancelled": {PENDING_DELETION: "The deletion was cancelled. The key"},
    "thirty_days": {GONE: "still exists."},
    "seven_days": {GONE: "The table demo-kms still exists."},
    "never_encrypted": {ITEM: "The table demo-kms is empty.", GONE: "still exists."},
    "never_decrypted": {**NOBODY, GONE: "still exists."},
    "cleaned_up": {},
    "table_first": {},
    "twice": {},
    "again": {},
    "again_badly": {},
    "another_table": {PENDING_DELETION: "is Enabled."},
    "refused": NOBODY,
}

pytestmark = pytest.mark.usefixtures("account")


@pytest.fixture(scope="module")
def inspections() -> dict[str, Inspection]:
    """The checks of accounts so far, by the name of the account."""
    return {}


@pytest.fixture
def progress(clients: Clients, name: str, inspections: dict[str, Inspection]) -> Inspection:
    """The check of the account with this name: one for all tests."""
    if name not in inspections:
        ACCOUNTS[name](clients)
        inspections[name] = inspect_lab()
    return inspections[name]


# ------------------------------------------------------------------------- in each account


@pytest.mark.parametrize("name", ACCOUNTS)
def test_it_reports_what_is_not_done_and_nothing_else(progress: Inspection, name: str) -> None:
    found, expected = left(progress), NOT_YET[name]
    assert found.keys() == expected.keys()
    assert all(actual in found[requirement] for requirement, actual in expected.items()), found


@pytest.mark.parametrize("name", ACCOUNTS)
def test_not_yet_has_a_next_step_and_not_reached_a_reason(progress: Inspection) -> None:
    for one in progress.findings:
        assert bool(one.actual) == (one.verdict != "done")
        assert bool(one.next_step) == (one.verdict == "not yet")


def test_every_account_is_in_the_table() -> None:
    assert NOT_YET.keys() == ACCOUNTS.keys()


@pytest.mark.parametrize(
    "name", [name for name, expected in NOT_YET.items() if not expected], ids=str
)
def test_a_lab_that_is_done_is_complete(progress: Inspection) -> None:
    assert is_complete(progress.findings)


@pytest.mark.parametrize("name", [name for name, expected in NOT_YET.items() if expected], ids=str)
def test_a_lab_that_is_not_done_is_not_complete(progress: Inspection) -> None:
    assert not is_complete(progress.findings)


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("empty", []),
        ("table_without_items", [1, 2]),
        ("encrypted", [1, 2, 3, 4, 5]),
        ("decrypted", [1, 2, 3, 4, 5, 6]),
        ("another_table", [1, 2, 3, 4, 5, 6]),
        ("seven_days", [1, 2, 3, 4, 5, 6, 7]),
        ("cleaned_up", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_it_has_the_steps_of_the_feature(progress: Inspection, steps: list[int]) -> None:
    assert list(by_step(progress.findings)) == [step.heading for step in story.read().steps]
    assert steps_done(progress) == steps


# ----------------------------------------------------------------------------- the calls


def test_it_changes_nothing(clients: Clients) -> None:
    operations: set[str] = set()

    def note(session: botocore.session.Session) -> None:
        session.register("before-call", called)

    def called(**event: Any) -> None:
        operations.add(event["model"].name)

    accounts.encrypted(clients)
    with sessions.initializer(note):
        inspect_lab()
    reading = ("Describe", "List", "Scan", "Decrypt", "LookupEvents")
    assert operations
    assert all(operation.startswith(reading) for operation in operations), operations


def test_its_own_calls_do_not_count_as_the_learners(clients: Clients) -> None:
    accounts.encrypted(clients)
    for _ in range(2):
        assert left(inspect_lab()).keys() == {DECRYPTED}


def test_its_application_id_is_the_one_that_the_trail_leaves_out() -> None:
    assert OBSERVER == history.OBSERVER


# --------------------------------------------------------------------- when it was completed


@pytest.mark.parametrize("name", [name for name, expected in NOT_YET.items() if expected], ids=str)
def test_a_lab_that_is_not_done_has_no_completion(progress: Inspection) -> None:
    assert progress.completed is None


# ------------------------------------------------------------------------- the clock


def test_days_are_counted_by_the_clock_of_the_account(clients: Clients, backend: Backend) -> None:
    backend.advance(days=8)
    vault = accounts.seven_days(clients)
    assert inspect_lab().remarks == [f"AWS KMS deletes the key {vault.key_id} in 7 days."]


def test_the_time_over_http_is_that_of_the_account(
    aws_environment: Mapping[str, str], backend: Backend
) -> None:
    backend.advance(days=3)
    facts = account_facts.read(connect(endpoint_url=aws_environment["AWS_ENDPOINT_URL"]))
    assert abs(facts.now - clock.now()) < timedelta(hours=1)
    assert account_facts.SANDBOX_TIME == clock.HEADER


def test_elsewhere_the_time_is_that_of_the_response() -> None:
    headers = {"date": "Wed, 01 Jan 2031 12:00:00 GMT"}
    assert account_facts._now(headers).isoformat() == "2031-01-01T12:00:00+00:00"


# ------------------------------------------------------------------------------- remarks


def test_another_key_of_the_lab_that_costs_money_is_remarked(clients: Clients) -> None:
    accounts.two_keys(clients)
    (remark,) = inspect_lab().remarks
    assert remark.startswith("Another key of the lab, ")
    assert remark.endswith(" is Enabled; it costs money until you schedule its deletion.")


def test_it_has_what_a_hint_needs(clients: Clients) -> None:
    key = accounts.ready(clients)
    found = inspect_lab()
    (item,) = [one for one in found.findings if one.requirement == ITEM]
    assert item.next_step.startswith("Run the encrypt script with a password and the key id")
    assert (found.key_id, found.item, found.is_pending_deletion) == (key.key_id, None, False)


def test_the_item_of_a_script_comes_first(clients: Clients) -> None:
    accounts.encrypted(clients)
    found = inspect_lab().item
    assert found
    assert found.cipher == Plain.name


def test_the_environment_names_the_account_by_default(clients: Clients) -> None:
    accounts.cleaned_up(clients)
    assert check.check_account().is_complete
    with environment.isolated(
        {
            "AWS_ACCESS_KEY_ID": "111111111111",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    ):
        assert not check.check_account().is_complete
