"""When the lab was completed first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.backends import Backend
from kmsdemo.learners.finding import is_complete
from kmsdemo.sandbox import clock
from kmsdemo.vault import Vault
from tests.learners import accounts
from tests.learners.inspections import (
    inspect_lab,
)

pytestmark = pytest.mark.usefixtures("account")


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


@pytest.mark.usefixtures("without_trail")
def test_without_a_trail_nobody_knows_when_it_was_completed(clients: Clients) -> None:
    accounts.cleaned_up(clients)
    progress = inspect_lab()
    assert is_complete(progress.findings)
    assert progress.completed is None
