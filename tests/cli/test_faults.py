"""Each command with a fault at each of its calls: success or a clear error, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from tests import faults
from tests.cli.commands import NAMES
from tests.cli.fault_injection import (
    COMMANDS,
    WITHOUT_AWS,
    State,
    is_explained,
    run,
    set_up,
    state,
    use,
)
from tests.faults import Fault, of_every_nth

ONCE = {
    "throttled": Fault(faults.throttled, attempts=1),
    "unavailable": Fault(faults.unavailable, attempts=1),
    "cut off": Fault(faults.cut_off, attempts=1),
    "answered twice": Fault(faults.response_lost, attempts=1),
    "too slow": Fault(faults.timed_out, attempts=1),
}
FOR_GOOD = {
    "refused": Fault(faults.refused),
    "throttled": Fault(faults.throttled),
    "unavailable": Fault(faults.unavailable),
    "no answer": Fault(faults.response_lost),
    "garbage": Fault(faults.garbage),
    "network down": Fault(faults.cut_off, goes_on=True),
}
Case = tuple[int, str, Fault]


@pytest.fixture(autouse=True)
def in_a_folder(
    aws_environment: Mapping[str, str],
    clients: Clients,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Work over HTTP, in an empty folder."""
    use(aws_environment["AWS_ENDPOINT_URL"], clients, monkeypatch)
    monkeypatch.chdir(tmp_path)


def test_each_command_that_calls_aws_is_tried() -> None:
    assert COMMANDS.keys() | WITHOUT_AWS == set(NAMES)


@pytest.mark.no_cover
@pytest.mark.program  # at each call
@pytest.mark.parametrize("name", COMMANDS)
def test_a_fault_that_passes_changes_nothing(
    name: str, clients: Clients, request: pytest.FixtureRequest
) -> None:
    expected, cases = without_a_fault(name, ONCE, clients)
    for at, case, fault in of_every_nth(cases, request):
        set_up(clients, COMMANDS[name])
        result, _ = run(name, fault, at)
        if "may have created a key" in result.output:
            continue  # CreateKey is not repeated: there would be two
        assert result.exit_code == COMMANDS[name].code, (case, result.output)
        assert state(clients) == expected, case


@pytest.mark.no_cover
@pytest.mark.program  # at each call
@pytest.mark.parametrize("name", COMMANDS)
def test_a_fault_that_stays_is_explained_and_then_the_command_can_be_repeated(
    name: str, clients: Clients, request: pytest.FixtureRequest
) -> None:
    expected, cases = without_a_fault(name, FOR_GOOD, clients)
    for at, case, fault in of_every_nth(cases, request):
        set_up(clients, COMMANDS[name])
        failed, _ = run(name, fault, at)
        assert is_explained(failed, COMMANDS[name].code), (case, failed.output, failed.exception)
        do_what_it_says(failed, clients)
        run(name)
        found = state(clients)
        assert (found.keys, found.tables) == (expected.keys, expected.tables), case
        assert found.passwords.keys() == expected.passwords.keys(), case


def without_a_fault(
    name: str, kinds: Mapping[str, Fault], clients: Clients
) -> tuple[State, list[Case]]:
    """Run a command; return what is in the account then, and each fault at each of its calls."""
    set_up(clients, COMMANDS[name])
    result, calls = run(name)
    assert result.exit_code == COMMANDS[name].code, result.output
    cases = [
        (at, f"{operation}, the call {at}: {kind}", fault)
        for at, operation in enumerate(calls, 1)
        for kind, fault in kinds.items()
    ]
    return state(clients), cases


def do_what_it_says(result: Result, clients: Clients) -> None:
    """Schedule the deletion of a key that an error names as incomplete, or as perhaps created."""
    key_ids = re.findall(r"new KMS key (\S+) is incomplete", result.stderr)
    if "may have created a key" in result.stderr:
        asked: Any = {"AttributeKey": "EventName", "AttributeValue": "CreateKey"}
        events = clients.cloudtrail.lookup_events(LookupAttributes=[asked])["Events"]
        key_ids += [event["Resources"][0]["ResourceName"] for event in events]
    for key_id in key_ids:
        keys.schedule_deletion(clients.kms, key_id)
        keys.delete_aliases(clients.kms, keys.aliases(clients.kms, key_id))  # in 7 days AWS does
