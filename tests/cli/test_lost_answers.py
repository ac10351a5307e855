"""A command whose answers are lost says what AWS may have done, and how to see it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from kmsdemo.account.clients import Clients
from kmsdemo.cli import main
from kmsdemo.shared_account.read_only import is_read_only
from tests import faults
from tests.cli.fault_injection import COMMANDS, run, set_up
from tests.fake_endpoint import PAUSE
from tests.faults import Fault

LOST = Fault(faults.response_lost)
WITHOUT_CHANGES = {"describe", "items", "decrypt", "export", "check", "class"}
CHANGE = (
    r"^Error: (It is not known whether .*"
    r"|AWS KMS may have created a key without an alias.*"
    r"|The new KMS key .* could not be completed, so AWS KMS deletes it in 7 days.*)\n"
    r"(To see whether it is, run (?P<look>.*); if it is not, run this again\."
    r"|aws cloudtrail lookup-events .*|Run it again: .*)$"
)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, with retries that do not wait."""
    monkeypatch.setattr(PAUSE, lambda *_: 0)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in WITHOUT_CHANGES])
def test_it_says_what_may_be_done_and_how_to_see_it(name: str, clients: Clients) -> None:
    set_up(clients, COMMANDS[name])
    calls = enumerate(run(name)[1], 1)
    changes = [(at, call) for at, call in calls if not (is_read_only(call) or call == "Scan")]
    assert changes
    for at, call in changes:
        set_up(clients, COMMANDS[name])
        result, _ = run(name, LOST, at)
        assert result.exit_code == 1
        assert re.search(CHANGE, result.stderr, re.MULTILINE), (call, result.stderr)


def test_a_password_that_is_stored_is_found_as_the_error_says(clients: Clients) -> None:
    set_up(clients, COMMANDS["encrypt"])
    put = run("encrypt")[1].index("PutItem") + 1
    said = re.search(CHANGE, run("encrypt", LOST, put)[0].stderr, re.MULTILINE)
    assert said
    found = CliRunner().invoke(main, shlex.split(said["look"])[1:])
    assert "Is this your decrypted password? -> secret" in found.stdout


@pytest.mark.parametrize(
    ("name", "call", "says"),
    [
        ("import", "PutItem", "Stopped after 0. Later ones may be stored too."),
        ("rotate-to", "UpdateItem", "Stopped after 0. What is moved stays under the new key."),
    ],
)
def test_a_command_for_many_passwords_says_how_far_it_came(
    name: str, call: str, says: str, clients: Clients
) -> None:
    set_up(clients, COMMANDS[name])
    at = run(name)[1].index(call) + 1
    set_up(clients, COMMANDS[name])
    assert run(name, LOST, at)[0].stderr.startswith(f"{says} You can run this again.\n")
