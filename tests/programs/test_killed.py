"""``import`` and ``rotate-to`` are killed and resumed: nothing is lost, nothing is stored twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import kill_and_resume
from benchmarks.kill_and_resume import Account
from kmsdemo import dependents, keys
from tests import emulators

pytestmark = [pytest.mark.program, pytest.mark.thorough]
LINES, KILLS = 300, 5


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An empty table and a file of 300 passwords."""
    with emulators.sandbox() as sandbox:
        yield kill_and_resume.account(sandbox, LINES, tmp_path)


def test_an_import_that_is_killed_five_times_stores_each_line_once(account: Account) -> None:
    hits, last = kill_and_resume.import_killed(account, KILLS)
    assert hits
    assert last["stored"] + last["skipped"] == LINES
    assert account.revealed(account.key) == account.passwords


def test_a_rotation_that_is_killed_five_times_moves_each_item_once(account: Account) -> None:
    kill_and_resume.import_killed(account, 0)
    kms = account.sandbox.client("kms")
    new = keys.create(kms)
    hits, _ = kill_and_resume.rotate_killed(account, new, KILLS)
    assert hits
    assert account.revealed(new) == account.passwords
    assert list(dependents.of_key(kms, account.dynamodb, account.key, "demo-kms")) == []
