"""The check: what it finds in accounts of learners."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from kmsdemo import errors, keys, table, vault
from kmsdemo.account import environment
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.cipher import Plain
from kmsdemo.learners import account_facts, audit_trail, check
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.check import Inspection
from kmsdemo.learners.finding import by_step, is_complete
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.trail import history
from kmsdemo.shared_account import sessions
from kmsdemo.suite import story
from kmsdemo.vault import Vault
from steps.iam_users import create_iam_user
from tests.learners import accounts
from tests.learners.accounts import ACCOUNTS

ALIAS = "A key has an alias of the lab"
TABLE = "The table exists"
ITEM = "The table has an item"
BINARY = "Each item has its ciphertext in userpasswd, as binary data"
HIDDEN = "No item contains readable text"
DECRYPTS = "A ciphertext is encrypted under the lab key"
DECRYPTED = "The password is decrypted"
PENDING_DELETION = "The key is pending deletion"
GONE = "The table is deleted"

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


def inspect_lab() -> Inspection:
    return check.inspect_account(connect(application=OBSERVER))


@pytest.fixture(scope="module")
def inspections() -> dict[str, Inspection]:
    """The looks at accounts so far, by the name of the account."""
    return {}


@pytest.fixture
def progress(clients: Clients, name: str, inspections: dict[str, Inspection]) -> Inspection:
    """The look at the account with this name: one for all tests."""
    if name not in inspections:
        ACCOUNTS[name](clients)
        inspections[name] = inspect_lab()
    return inspections[name]


def left(progress: Inspection) -> dict[str, str]:
    """Return what was found instead of each requirement that is not met."""
    return {one.requirement: one.actual for one in progress.findings if one.verdict == "not yet"}


def steps_done(progress: Inspection) -> list[int]:
    verdicts = by_step(progress.findings)
    return [int(step.partition(".")[0]) for step in verdicts if verdicts[step] == "done"]


@pytest.fixture
def without_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody read the trail."""
    nothing = audit_trail.AuditTrail(missing="There is no trail.")
    monkeypatch.setattr(audit_trail, "read", lambda *_: nothing)


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


def schedule(vault: Vault) -> None:
    accounts.schedule_deletion(vault)


def cancel(vault: Vault) -> None:
    keys.cancel_deletion(vault.kms, vault.key_id)


def delete_table(vault: Vault) -> None:
    table.delete(vault.dynamodb)


@pytest.mark.parametrize(
    ("acts", "last"),
    [
        ([schedule, delete_table], 1),
        ([delete_table, schedule], 1),
        ([schedule, cancel, schedule, delete_table], 3),
        ([schedule, cancel, delete_table, schedule], 3),
        ([schedule, delete_table, cancel, schedule], 1),
    ],
    ids=lambda acts: ", ".join(act.__name__ for act in acts) if isinstance(acts, list) else None,
)
def test_the_lab_is_completed_with_the_act_that_was_missing(
    clients: Clients, backend: Backend, acts: list[Callable[[Vault], None]], last: int
) -> None:
    vault, moments = accounts.decrypted(clients), []
    for act in acts:
        backend.advance(days=1)
        act(vault)
        moments.append(clock.now())
    completed = inspect_lab().completed
    assert completed
    assert abs(completed - moments[last]) < timedelta(hours=1)


def test_a_lab_that_was_done_twice_was_completed_the_first_time(
    clients: Clients, backend: Backend
) -> None:
    accounts.cleaned_up(clients)
    first = inspect_lab().completed
    backend.advance(days=1)
    accounts.cleaned_up(clients)
    assert first
    assert inspect_lab().completed == first


def test_when_it_was_completed_is_known_after_its_key_is_deleted(
    clients: Clients, backend: Backend
) -> None:
    accounts.cleaned_up(clients)
    before = inspect_lab().completed
    backend.advance(days=31)
    assert before
    assert inspect_lab().completed == before


@pytest.mark.parametrize("name", [name for name, expected in NOT_YET.items() if expected], ids=str)
def test_a_lab_that_is_not_done_has_no_completion(progress: Inspection) -> None:
    assert progress.completed is None


@pytest.mark.usefixtures("without_trail")
def test_without_a_trail_nobody_knows_when_it_was_completed(clients: Clients) -> None:
    accounts.cleaned_up(clients)
    progress = inspect_lab()
    assert is_complete(progress.findings)
    assert progress.completed is None


# --------------------------------------------------------------- what the account remembers


def test_the_eight_steps_of_the_readme_are_the_whole_lab(
    clients: Clients, backend: Backend
) -> None:
    vault = accounts.decrypted(clients)
    accounts.schedule_deletion(vault)
    keys.cancel_deletion(clients.kms, vault.key_id)
    keys.enable(clients.kms, vault.key_id)
    accounts.schedule_deletion(vault)
    backend.advance(days=8)
    assert left(inspect_lab()).keys() == {GONE}
    table.delete(clients.dynamodb)
    assert is_complete(inspect_lab().findings)


def test_a_lab_that_is_done_stays_done_when_its_key_is_deleted(
    clients: Clients, backend: Backend
) -> None:
    accounts.cleaned_up(clients)
    backend.advance(days=31)
    assert is_complete(inspect_lab().findings)


def test_a_key_that_was_deleted_unused_is_no_lab(clients: Clients, backend: Backend) -> None:
    accounts.never_encrypted(clients)
    backend.advance(days=31)
    assert left(inspect_lab()).keys() == {ALIAS, ITEM}


def test_it_does_not_ask_to_decrypt_with_a_key_that_is_deleted(
    clients: Clients, backend: Backend
) -> None:
    accounts.never_decrypted(clients)
    table.delete(clients.dynamodb)
    backend.advance(days=8)
    progress = inspect_lab()
    assert left(progress) == {}
    assert not is_complete(progress.findings)
    (finding,) = [one for one in progress.findings if one.requirement == DECRYPTED]
    assert finding.actual == "the key is deleted, and nobody can decrypt any more"


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("empty", []),
        ("encrypted", [1, 2, 3, 4, 5]),
        ("seven_days", [1, 2, 3, 4, 5, 6, 7]),
        ("cleaned_up", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("twice", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
@pytest.mark.usefixtures("without_trail")
def test_without_a_trail_it_tells_what_is_there(
    clients: Clients, name: str, steps: list[int]
) -> None:
    ACCOUNTS[name](clients)
    assert steps_done(inspect_lab()) == steps


@pytest.mark.usefixtures("without_trail")
def test_without_a_trail_it_asks_to_go_on_with_the_deletion(clients: Clients) -> None:
    accounts.encrypted(clients)
    assert left(inspect_lab()).keys() == {PENDING_DELETION}


def denied(clients: Clients, *allowed: str) -> Clients:
    """Return the clients of a user who may call these operations only."""
    reader = create_iam_user(clients.iam, "reader")
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients.iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    return connect(
        access_key_id=reader.access_key_id,
        secret_access_key=reader.secret_access_key,
        application=OBSERVER,
    )


READ = ("kms:List*", "kms:Describe*", "dynamodb:*")


def test_a_caller_who_may_not_read_the_trail_gets_the_other_findings(clients: Clients) -> None:
    accounts.encrypted(clients)
    progress = check.inspect_account(denied(clients, *READ, "kms:Decrypt"))
    assert left(progress).keys() == {PENDING_DELETION}
    assert progress.remarks[0].startswith(
        "Your credentials do not allow cloudtrail:LookupEvents. Without the trail, the check sees"
    )


def test_a_trail_that_is_asked_too_often_is_said_to_be(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = connect(application=OBSERVER)
    answer = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}

    def throttle(**_: Any) -> None:
        raise ClientError(answer, "LookupEvents")  # type: ignore[arg-type]

    monkeypatch.setattr(observer.cloudtrail, "get_paginator", lambda _: Paginator(throttle))
    accounts.encrypted(clients)
    found = check.inspect_account(observer)
    assert found.is_throttled
    assert found.remarks[0].startswith("The audit trail cannot be read: AWS throttled LookupEvents")


class Paginator:
    """Stands for botocore's, whose first page calls a function."""

    def __init__(self, page: Callable[..., Any]) -> None:
        self._page = page

    def paginate(self, **options: Any) -> Iterator[Any]:
        yield self._page(**options)


def test_a_caller_who_may_not_decrypt_gets_the_other_findings(clients: Clients) -> None:
    accounts.encrypted(clients)
    progress = check.inspect_account(denied(clients, *READ, "cloudtrail:LookupEvents"))
    (finding,) = [one for one in progress.findings if one.requirement == DECRYPTS]
    assert finding.verdict == "not reached"
    assert finding.actual == "your credentials are not allowed to decrypt with the key"
    assert left(progress).keys() == {DECRYPTED}


def test_where_aws_is_not_a_sandbox_it_says_that_events_come_later(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_facts, "SANDBOX_TIME", "x-none")
    accounts.encrypted(clients)
    assert inspect_lab().remarks == ["In AWS, what you do is in the trail some minutes later."]


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


# ------------------------------------------------------------------------- while it looks


@pytest.fixture
def meanwhile(clients: Clients) -> Iterator[Callable[..., None]]:
    """Let something happen just before an operation is called."""
    waiting: dict[str, Callable[[], object]] = {}

    def called(**event: Any) -> None:
        if happens := waiting.pop(event["model"].name, None):
            happens()

    def note(session: botocore.session.Session) -> None:
        session.register("before-call", called)

    with sessions.initializer(note):
        yield waiting.__setitem__


@pytest.mark.parametrize("operation", ["DescribeTable", "Scan"])
def test_a_table_that_is_deleted_meanwhile_is_no_error(
    clients: Clients, meanwhile: Callable[..., None], operation: str
) -> None:
    accounts.seven_days(clients)
    delete = clients.dynamodb.delete_table
    meanwhile(operation, lambda: delete(TableName=table.TABLE_NAME))
    inspect_lab()
    assert is_complete(inspect_lab().findings)


@pytest.mark.parametrize("code", ["ResourceInUseException", "InternalServerError"])
def test_a_table_that_is_deleted_while_it_is_read_has_no_items(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuse(*_: object) -> None:
        raise errors.AwsFailed("Scan", code.removesuffix("Exception"), "no")

    accounts.table_without_items(clients)
    monkeypatch.setattr(vault, "items", refuse)
    if code == "ResourceInUseException":
        assert inspect_lab().item is None
    else:
        with pytest.raises(errors.AwsFailed):
            inspect_lab()


def test_of_a_large_table_the_first_items_are_enough(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_facts, "_MAX_ITEMS", 1)
    accounts.encrypted(clients)
    assert len(account_facts.read(clients).items) == 1


def test_an_account_that_may_not_be_read_is_named_as_a_whole(clients: Clients) -> None:
    with pytest.raises(errors.AccessDenied) as raised:
        check.inspect_account(denied(clients, "dynamodb:*"))
    assert (raised.value.operation, raised.value.resource) == ("ListAliases", "this account")


def test_a_table_that_is_being_deleted_is_deleted(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.seven_days(clients)
    deleting = {"TableStatus": "DELETING"}
    describe = clients.dynamodb.describe_table(TableName=table.TABLE_NAME)["Table"]
    observer = connect(application=OBSERVER)
    monkeypatch.setattr(
        observer.dynamodb, "describe_table", lambda **_: {"Table": {**describe, **deleting}}
    )
    assert not left(check.inspect_account(observer))


def test_a_key_that_is_deleted_meanwhile_is_no_error(
    clients: Clients, backend: Backend, meanwhile: Callable[..., None]
) -> None:
    accounts.seven_days(clients)
    meanwhile("DescribeKey", lambda: backend.advance(days=8))
    assert left(inspect_lab()).keys() == {GONE}


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
