"""A run in a real account leaves nothing, whichever call fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.session import Session

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend, Options, running
from kmsdemo.sandbox import mock_kms
from kmsdemo.shared_account import leftovers, sessions
from kmsdemo.shared_account.key_pool import MAX_KEYS
from kmsdemo.vault import Vault, items
from tests import fake_account, faults
from tests.faults import Fault, Faults

OPTIONS = Options(aws_account=fake_account.ACCOUNT, aws_settle=0, aws_in_ci=True)
PASSWORD = "correct horse battery staple"
FAULTS = {
    "refused": Fault(faults.refused),
    "throttled, even after retries": Fault(faults.throttled),
    "the response is lost": Fault(faults.response_lost, attempts=1),
    "the network is down": Fault(faults.cut_off, goes_on=True),
    "unavailable, once": Fault(faults.unavailable, attempts=1),
    "unavailable, even after retries": Fault(faults.unavailable),
    "too slow, once": Fault(faults.timed_out, attempts=1),
    "too slow, even after retries": Fault(faults.timed_out),
    "garbage": Fault(faults.garbage),
    "an answer of another form": Fault(faults.another_form),
    "performed twice": Fault(faults.performed_twice),
}
# A run takes them as it takes another one; the full tier tries them too.
ALIKE = {
    "unavailable, once",
    "unavailable, even after retries",
    "too slow, even after retries",
    "an answer of another form",
}


@pytest.mark.program  # each fault is a whole run
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=name, marks=pytest.mark.thorough if name in ALIKE else ())
        for name, fault in FAULTS.items()
    ],
)
def test_no_fault_leaves_leftovers(
    clients: Clients,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    fault: Fault,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    ireland = clients.in_region("eu-west-1")
    for number, injected in faults_at_every_nth_call(fault, request):
        mock_kms.empty()
        aws = fake_account.create(clients, ireland)
        with fake_account.as_developer(clients):
            run_with(injected)
            assert leftovers.remove(connect(), leftovers.find(connect()).leftovers) == {}
        assert aws.leftovers() == [], f"after a fault at call {number}"
        assert len(aws.states()) <= MAX_KEYS + (fault.answer is faults.performed_twice)
        aws.assert_others_are_untouched()
    assert number > 40


def test_a_run_needs_exactly_the_documented_permissions_for_tables(clients: Clients) -> None:
    """The sandbox enforces those for keys in all tests of a real account."""
    fake_account.create(clients, clients.in_region("eu-west-1"))
    calls: set[str] = set()

    def note(**event: Any) -> None:
        calls.add(event["model"].name)

    def watch(session: Session) -> None:
        session.register("before-call.dynamodb", note)

    with (
        sessions.initializer(watch),
        fake_account.as_developer(clients),
        running("aws", OPTIONS) as aws,
    ):
        change_everything(aws)
    documented = set(
        re.findall(r"dynamodb:(\w+)\"", fake_account.PERMISSIONS.read_text(encoding="utf-8"))
    )
    assert documented == calls | {"TagResource"}  # CreateTable brings tags


def faults_at_every_nth_call(
    fault: Fault, request: pytest.FixtureRequest
) -> Iterator[tuple[int, Faults]]:
    """Yield the number of every nth call of a run, with a fault at it."""
    nth = request.config.getoption("faults_at_every")
    number, has_more = faults.first(nth, request) + 1, True
    while has_more:
        injected = Faults(fault, number)
        yield number, injected
        has_more = len(injected.calls) >= number
        number += nth


def run_with(injected: Faults) -> None:
    with suppress(errors.KmsdemoError), injected.injected(), running("aws", OPTIONS) as aws:
        change_everything(aws)


def change_everything(aws: Backend) -> None:
    with aws.account() as account:
        clients, table_name = account.clients, account.resource_name("demo-kms")
        key = keys.create(clients.kms)
        table.create(clients.dynamodb, table_name)
        vault = Vault(clients.kms, clients.dynamodb, key.key_id, table_name)
        assert vault.reveal(vault.store(PASSWORD)) == PASSWORD
        assert len(list(items(clients.dynamodb, table_name))) == 1
        keys.schedule_deletion(clients.kms, key.key_id)
    with aws.account() as account:
        keys.create(account.clients.kms)
        primary = keys.create(account.clients.kms, multi_region=True)
        keys.replicate(account.clients.kms, primary.key_id, "eu-west-1")
