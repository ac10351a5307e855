"""``kmsdemo check``: how it prints the progress of the lab."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ET
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kmsdemo import table
from kmsdemo.account.clients import Clients
from kmsdemo.backends import Backend
from kmsdemo.cli import main
from kmsdemo.cli.check import inspect_again
from kmsdemo.errors import Throttled
from kmsdemo.learners import audit_trail
from kmsdemo.learners.audit_trail import AuditTrail
from kmsdemo.learners.check import inspect_account
from kmsdemo.lesson.guide import commands
from kmsdemo.suite import location, story
from kmsdemo.vault import Vault
from tests.learners import accounts
from tests.learners.accounts import ACCOUNTS

pytestmark = pytest.mark.usefixtures("account")

WORDS = ("done", "NOT YET", "later")


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def check(*options: str) -> Result:
    return CliRunner().invoke(main, ["check", *options])


def steps(printed: str) -> list[str]:
    """Return the lines with a step."""
    return [line.strip() for line in printed.splitlines() if line.strip().startswith(WORDS)]


# -------------------------------------------------------------------------- what it prints


def test_it_names_the_account_the_region_and_the_endpoint() -> None:
    first = check().stdout.splitlines()[0]
    assert first == ("Account 123456789012, Region us-east-1, https://kms.us-east-1.amazonaws.com")


def test_without_aws_sts_it_names_whose_account_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: object) -> None:
        raise Throttled("GetCallerIdentity")

    monkeypatch.setattr("kmsdemo.cli.check.identify", unknown)
    first = check().stdout.splitlines()[0]
    assert first == "The account of your credentials, Region us-east-1,"


def test_it_shows_the_eight_steps_of_the_feature() -> None:
    shown = [
        line.removeprefix(word).strip()
        for line in steps(check().stdout)
        for word in WORDS
        if line.startswith(word)
    ]
    assert shown == [step.heading for step in story.read().steps]


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("empty", "0 of 8. Next, 1. Create the key: Create a symmetric key and give it an"),
        ("table_without_items", "2 of 8. Next, 4. Encrypt a password: Run the encrypt script"),
        ("password_itself", "4 of 8. Next, 5. Look at the item: AWS KMS must encrypt the password"),
        (
            "bytes_of_base64",
            "Next, 4. Encrypt a password: Store the ciphertext blob in the attribute",
        ),
        ("encrypted", "5 of 8. Next, 6. Decrypt the password: Run the decrypt script with the"),
        ("decrypted", "6 of 8. Next, 7. Schedule the key's deletion: Schedule the deletion of the"),
        ("seven_days", "7 of 8. Next, 8. Delete the table: Delete the table. Its items are"),
        ("never_decrypted", "Next, 6. Decrypt the password: Cancel the deletion of the key and"),
        ("cleaned_up", "8 of 8: the lab is complete."),
    ],
)
def test_it_ends_with_one_next_action(clients: Clients, name: str, summary: str) -> None:
    ACCOUNTS[name](clients)
    printed = " ".join(check().stdout.split())
    assert summary in printed
    assert printed.count(" of 8") == 1


def test_the_lab_with_the_products_own_commands_is_complete() -> None:
    def kmsdemo(*command: str) -> str:
        result = CliRunner().invoke(main, command, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    kmsdemo("setup")
    kmsdemo("encrypt", accounts.PASSWORD)
    kmsdemo("decrypt", json.loads(kmsdemo("items", "--json"))[0]["appuser"])
    kmsdemo("cleanup", "--yes")
    assert kmsdemo("check").endswith("8 of 8: the lab is complete.\n")


def test_the_next_step_is_told_in_the_words_of_the_feature(clients: Clients) -> None:
    accounts.encrypted(clients)
    decrypt = story.read().steps[5]
    told = "\n".join(f"      {sentence}" for sentence in decrypt.actions)
    assert f"  NOT YET  6. Decrypt the password\n{told}\n      Missing: " in check().stdout


def test_what_is_missing_is_indented_under_its_step(clients: Clients) -> None:
    accounts.table_without_items(clients)
    lines = check().stdout.splitlines()
    layout = [(len(line) - len(line.lstrip()), line.split()[0]) for line in lines if line]
    first, missing = layout.index((2, "NOT")), layout.index((6, "Missing:"))
    assert layout[0] == (0, "Account")
    assert {indent for indent, _ in layout[first + 1 : missing]} == {6}
    assert layout[missing + 1] == (6, "Found:")
    assert layout[-3][0] == layout[-2][0] == 0
    assert lines[-1] == "Its command: kmsdemo check --hint"


def test_what_is_over_is_not_asked_for(clients: Clients, backend: Backend) -> None:
    accounts.never_decrypted(clients)
    table.delete(clients.dynamodb)
    backend.advance(days=8)
    printed = " ".join(check().stdout.split())
    assert "Next, " not in printed
    assert (
        "7 of 8. 6. Decrypt the password: the key is deleted, and nobody can decrypt any more. "
        "To do the whole lab, begin again with a new key."
    ) in printed


def test_it_prints_no_password(clients: Clients) -> None:
    accounts.password_itself(clients)
    assert accounts.PASSWORD not in check("--hint").output


def test_it_fits_80_columns(clients: Clients) -> None:
    accounts.bytes_of_base64(clients)
    assert max(map(len, check().stdout.splitlines())) <= 80


# ------------------------------------------------------------------------------- the end


@pytest.mark.parametrize(("name", "code"), [("cleaned_up", 0), ("twice", 0), ("seven_days", 1)])
def test_the_exit_code_says_whether_the_lab_is_complete(
    clients: Clients, name: str, code: int
) -> None:
    ACCOUNTS[name](clients)
    assert check().exit_code == code


def test_json_has_the_findings(clients: Clients) -> None:
    accounts.encrypted(clients)
    findings = json.loads(check("--json").stdout)
    assert [one["requirement"] for one in findings if one["verdict"] == "not yet"] == [
        "The password is decrypted"
    ]


def test_junit_counts_what_is_missing_and_what_is_not_reached(
    clients: Clients, tmp_path: Path
) -> None:
    accounts.encrypted(clients)
    report = tmp_path / "junit.xml"
    check("--junit", str(report))
    (suite,) = ET.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("12", "1", "2")
    (failure,) = suite.iter("failure")
    assert "Nobody has decrypted with the key yet. Run the" in str(failure.get("message"))


def test_watch_keeps_what_it_saw_while_aws_throttles(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.encrypted(clients)
    seen = inspect_account(clients)

    def throttled(*_: object) -> AuditTrail:
        return AuditTrail(missing="AWS throttled LookupEvents.", is_throttled=True)

    with monkeypatch.context() as patched:
        patched.setattr(audit_trail, "read", throttled)
        assert inspect_again(clients, seen) is seen

    def refused(*_: object) -> AuditTrail:
        raise Throttled("ListAliases")

    with monkeypatch.context() as patched:
        patched.setattr(audit_trail, "read", refused)
        assert inspect_again(clients, seen) is seen
    accounts.ready(clients)
    assert inspect_again(clients, seen) != seen


def test_watch_shows_nothing_again_while_aws_throttles(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls = count()

    def refused(_: object) -> None:
        raise Throttled("ListAliases")

    def pass_time(_: float) -> None:
        if next(polls):
            raise KeyboardInterrupt
        monkeypatch.setattr("kmsdemo.cli.check.inspect_account", refused)

    monkeypatch.setattr(time, "sleep", pass_time)
    result = check("--watch")
    assert (result.exit_code, result.stdout.count("press Ctrl-C to stop")) == (0, 1)


@pytest.mark.parametrize(
    ("options", "hints", "commands"), [([], 0, 2), (["--hint"], 2, 0)], ids=["", "--hint"]
)
def test_watch_shows_what_has_changed_until_ctrl_c(
    clients: Clients,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    hints: int,
    commands: int,
) -> None:
    polls = count()

    def pass_time(seconds: float) -> None:
        assert seconds == 2
        if (poll := next(polls)) == 1:
            accounts.table_without_items(clients)
        if poll == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", pass_time)
    result = check("--watch", *options)
    assert result.exit_code == 0
    assert result.stdout.count("press Ctrl-C to stop") == 2
    assert result.stdout.count("Account 123456789012, Region us-east-1") == 2
    assert result.stdout.count("\nbash:\n") == hints
    assert result.stdout.count("Its command: kmsdemo check --hint") == commands
    assert "Found: The table demo-kms is empty." in result.stdout


@pytest.mark.parametrize("option", ["--json", "--junit=report.xml"])
def test_watch_writes_nothing_for_programs(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = check("--watch", option)
    assert result.exit_code == 2
    assert "--watch cannot be combined with --json or --junit" in result.stderr


# --------------------------------------------------------------------------------- the hint


@pytest.mark.parametrize(
    ("name", "bash", "powershell"),
    [
        ("empty", "KEY_ID=$(aws kms create-key ", "$KEY_ID = aws kms create-key "),
        (
            "table_without_items",
            'python3 encrypt-passwd.py "$PASSWORD" "$KEY_ID" | tee encrypted.txt',
            'python encrypt-passwd.py "$PASSWORD" "$KEY_ID" | Tee-Object encrypted.txt',
        ),
        (
            "decrypted",
            'aws kms schedule-key-deletion --key-id "$KEY_ID" \\\n      --pending',
            'aws kms schedule-key-deletion --key-id "$KEY_ID" --pending-window-in-days 7',
        ),
        (
            "seven_days",
            "aws dynamodb delete-table --table-name demo-kms",
            "aws dynamodb delete-table --table-name demo-kms",
        ),
    ],
)
def test_the_hint_is_the_command_of_the_guide(
    clients: Clients, name: str, bash: str, powershell: str
) -> None:
    ACCOUNTS[name](clients)
    _, _, hints = check("--hint").stdout.partition("\nbash:\n")
    in_bash, _, in_powershell = hints.partition("\nPowerShell:\n")
    assert f"  {bash}" in in_bash
    assert f"  {powershell}" in in_powershell


def test_the_hint_sets_the_variables_that_it_uses(clients: Clients) -> None:
    key_id = accounts.decrypted(clients).key_id
    hint = check("--hint").stdout
    assert f"bash:\n  KEY_ID={key_id}\n" in hint
    assert f"PowerShell:\n  $KEY_ID = '{key_id}'\n" in hint


def test_the_lines_of_a_hint_are_not_wrapped(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    accounts.table_without_items(clients)
    typed = 'python3 encrypt-passwd.py "$PASSWORD" "$KEY_ID" | tee encrypted.txt'
    assert f"  {typed}\n" in check("--hint").stdout


def test_the_hint_decrypts_what_the_script_cannot(clients: Clients) -> None:
    key = accounts.ready(clients)
    vault = Vault(clients.kms, clients.dynamodb, key.key_id)
    appuser = vault.store(accounts.PASSWORD)
    hint = check("--hint").stdout
    assert f'bash:\n  APPUSER={appuser}\n  kmsdemo decrypt "$APPUSER"\n' in hint


def test_the_hint_brings_the_key_back_first_where_it_is_needed(clients: Clients) -> None:
    accounts.never_decrypted(clients)
    _, _, hint = check("--hint").stdout.partition("bash:\n")
    operations = [line.split()[:3] for line in hint.splitlines()[2:4]]
    assert operations == [["aws", "kms", "cancel-key-deletion"], ["aws", "kms", "enable-key"]]


def test_the_hint_pastes_no_text_of_a_learner_that_is_not_a_number(clients: Clients) -> None:
    accounts.ready(clients)
    blob = accounts.ciphertext(clients)
    clients.dynamodb.put_item(
        TableName=table.TABLE_NAME,
        Item={"appuser": {"S": "1;rm -rf"}, "userpasswd": {"B": blob}},
    )
    assert "rm -rf" not in check("--hint").stdout


def test_without_the_guide_the_hint_says_how_to_make_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(location, "root", lambda: tmp_path)
    features = tmp_path / "features"
    features.mkdir()
    original = Path(__file__).parents[2] / "features" / "lab.feature"
    (features / "lab.feature").write_text(original.read_text(encoding="utf-8"), encoding="utf-8")
    assert "kmsdemo guide -o lab.html writes a page with its command." in check("--hint").stdout


@pytest.mark.parametrize("number", range(1, 9))
def test_each_step_has_a_command_for_both_shells(number: int) -> None:
    typed = commands.of_step(number)
    assert typed
    assert typed.bash.strip()
    assert "\\\n" not in typed.powershell
