"""No text that others wrote can control the terminal that shows it."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from kmsdemo import keys, table
from kmsdemo.cli import main
from kmsdemo.cli.findings import FindingsPrinter
from kmsdemo.cli.output import print_json, say
from kmsdemo.learners.finding import Finding
from kmsdemo.vault import Vault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

EVIL = "\x1b[2Jgone\x9b31m\r\nstate Enabled\N{RIGHT-TO-LEFT OVERRIDE}\a"
SHOWN = r"\x1b[2Jgone\x9b31m\r\nstate Enabled\u202e\x07"
pytestmark = pytest.mark.usefixtures("account")


class Terminal(io.StringIO):
    """An output with a reader."""

    def isatty(self) -> bool:
        return True


def kmsdemo(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def appuser(kms: KMSClient, dynamodb: DynamoDBClient) -> str:
    """A user whose password is evil, in a lab whose key has an evil description."""
    key = keys.create(kms, description=EVIL)
    table.create(dynamodb)
    return Vault(kms, dynamodb, key.key_id).store(EVIL)


def test_a_description_is_shown_escaped(appuser: str) -> None:
    assert re.search(rf"^description +{re.escape(SHOWN)}$", kmsdemo("describe").stdout, re.M)


def test_an_item_is_shown_escaped(dynamodb: DynamoDBClient, appuser: str) -> None:
    item: dict[str, Any] = {
        "appuser": {"S": EVIL},
        "userpasswd": {"B": b"x"},
        "cipher": {"S": EVIL},
    }
    dynamodb.put_item(TableName="demo-kms", Item=item)
    (line,) = (line for line in kmsdemo("items").stdout.splitlines() if "gone" in line)
    assert line.startswith(f"{SHOWN}  ")


def test_a_password_is_shown_escaped_on_a_terminal(
    appuser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", terminal)
        with pytest.raises(SystemExit):
            main.main(["decrypt", appuser], prog_name="kmsdemo")
    assert f"decrypted password? -> {SHOWN}\n" in terminal.getvalue()


def test_a_program_reads_the_password_as_it_is(appuser: str) -> None:
    assert kmsdemo("decrypt", appuser).stdout_bytes.endswith(f"-> {EVIL}\n".encode())


def test_json_escapes_what_a_terminal_acts_on(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"password": EVIL, "name": "Zoë"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"password": EVIL, "name": "Zoë"}
    assert "Zoë" in printed
    assert printed.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "arguments",
    [
        ["decrypt", EVIL],
        ["describe", "--key-id", f"alias/{EVIL}"],
        ["items", "--table-name", EVIL],
        ["setup", "--alias", EVIL],
        ["class", EVIL],
        ["check", "--junit", f"/none/{EVIL}"],
        ["lab", "--transcript", f"/none/{EVIL}"],
        ["shell", "--", EVIL],
        ["grade", f"--encrypt={EVIL} {{password}} {{key_id}}", "--decrypt={appuser} {key_id}"],
        [EVIL],
        ["items", f"--{EVIL}"],
    ],
    ids=lambda arguments: arguments[0] if len(arguments) > 1 else "no command",
)
def test_an_error_shows_an_argument_escaped(appuser: str, arguments: list[str]) -> None:
    result = kmsdemo(*arguments)
    assert result.exit_code in (1, 2)
    printed = result.output.replace("\n", "")
    assert printed.isprintable()
    assert "gone" in printed


def test_a_finding_is_shown_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    FindingsPrinter().add(Finding("1. Step", "It works", "not yet", EVIL, EVIL, EVIL, EVIL))
    printed = capsys.readouterr().out
    assert r"\x1b[2Jgone" in printed
    assert printed.replace("\n", "").isprintable()


def test_a_text_of_several_lines_keeps_them(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo\x1b")
    assert capsys.readouterr().out == "one\ntwo\\x1b\n"
