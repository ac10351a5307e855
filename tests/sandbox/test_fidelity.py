"""The sandbox holds every row of the table that compares emulators with AWS."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from benchmarks.behaviours import Behaviour, all_behaviours
from kmsdemo.account.clients import Clients
from tests.emulators import Emulator
from tests.processes import ROOT

BEHAVIOURS = all_behaviours()


@pytest.fixture
def sandbox(clients: Clients, aws_environment: Mapping[str, str]) -> Emulator:
    """The running sandbox, with empty accounts."""
    return Emulator("sandbox", aws_environment["AWS_ENDPOINT_URL"], moves_time=True)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_the_sandbox_answers_as_aws_documents(sandbox: Emulator, behaviour: Behaviour) -> None:
    assert behaviour.answer(sandbox) == behaviour.documented


def test_the_table_has_every_row() -> None:
    table = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    rows = [f"| {behaviour.name} | {behaviour.documented} |" for behaviour in BEHAVIOURS]
    assert [row for row in rows if row not in table] == []
    assert f"{len(BEHAVIOURS)} of {len(BEHAVIOURS)}" in table
