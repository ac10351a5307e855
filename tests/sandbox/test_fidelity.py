"""The sandbox is right in every row of the table that compares emulators with AWS."""

from __future__ import annotations

import re

import pytest

from benchmarks.behaviours import Behaviour, all_behaviours
from kmsdemo.account import Account
from kmsdemo.sandbox import mock_kms
from tests.emulators import Emulator
from tests.subprocesses import ROOT

BEHAVIOURS = all_behaviours()


class InProcessSandbox(Emulator):
    """The sandbox in this process."""

    def advance(self, days: int) -> None:
        mock_kms.advance(days=days)


@pytest.fixture
def sandbox(account: Account) -> Emulator:
    """The sandbox, with empty accounts."""
    return InProcessSandbox("sandbox", url="")


@pytest.mark.behaviour
@pytest.mark.no_cover
@pytest.mark.thorough  # the sandbox has tests of its own
@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_the_sandbox_behaves_as_aws_documents(sandbox: Emulator, behaviour: Behaviour) -> None:
    assert behaviour.answer(sandbox) == behaviour.documented


def test_the_table_has_every_row() -> None:
    table = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    rows = [f"| {behaviour.name} | {behaviour.documented} |" for behaviour in BEHAVIOURS]
    assert [row for row in rows if row not in table] == []
    number = len(BEHAVIOURS)
    assert re.search(rf"^\| all \| {number} \| \d+ \| {number} \|", table, re.MULTILINE)
