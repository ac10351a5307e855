"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from kmsdemo import dependents, errors, keys, lab_key, table, vault
from kmsdemo.cli import main
from kmsdemo.cli.output import item_line
from steps.iam_users import create_iam_user
from tests import fake_endpoint
from tests.cli.commands import NAMES
from tests.subprocesses import TIME_LIMIT_SECONDS, environment, run_python

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

SECRET = "correct horse battery staple"
pytestmark = pytest.mark.usefixtures("account")


def kmsdemo(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def succeed(*arguments: str, stdin: str | None = None) -> str:
    result = kmsdemo(*arguments, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def facts(*arguments: str) -> Any:
    return json.loads(succeed(*arguments, "--json"))


def fail(*arguments: str, stdin: str | None = None) -> list[str]:
    """Run a command that fails; return what happened and what to do."""
    result = kmsdemo(*arguments, stdin=stdin)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    what, next_step = result.stderr.splitlines()
    return [what.removeprefix("Error: "), next_step]


@pytest.fixture
def key_id() -> str:
    """The lab, set up."""
    return str(facts("setup")["key_id"])


# ------------------------------------------------------------------------------------ setup


def test_setup_creates_the_key_and_the_table(kms: KMSClient, dynamodb: DynamoDBClient) -> None:
    printed = succeed("setup")
    key = lab_key.find(kms)
    assert key.key_id in printed
    assert keys.aliases(kms, key.key_id)[0] in printed
    assert table.describe(dynamodb).is_the_labs


def test_setup_twice_changes_nothing(kms: KMSClient) -> None:
    first = facts("setup")
    again = facts("setup")
    assert (first["created"], again["created"]) == (True, False)
    assert first["key_id"] == again["key_id"]
    assert "(already exists)" in succeed("setup")
    assert len(kms.list_keys()["Keys"]) == 1


def test_setup_passes_on_its_options(
    kms: KMSClient, dynamodb: DynamoDBClient, iam: IAMClient
) -> None:
    anna, ben = (create_iam_user(iam, name).arn for name in ("anna", "ben"))
    made = facts(
        *("setup", "--alias", "demo-kms-class", "--description", "Tuesday"),
        *("--key-administrator", anna, "--key-user", ben, "--table-name", "tuesday"),
    )
    assert made["aliases"] == ["alias/demo-kms-class"]
    assert made["description"] == "Tuesday"
    assert table.describe(dynamodb, "tuesday").is_the_labs
    policy = keys.policy(kms, made["key_id"])
    assert anna in policy
    assert ben in policy


# --------------------------------------------------------------------- encrypt and decrypt


def test_the_password_goes_in_and_comes_out(key_id: str) -> None:
    printed = succeed("encrypt", SECRET)
    stored = re.fullmatch(
        r"-->> Encrypting your very secret password\n"
        r"A new encrypted password for user: (\d{5}) has been stored in DynamoDB\n",
        printed,
    )
    assert stored
    decrypted = kmsdemo("decrypt", stored[1])
    assert (decrypted.exit_code, decrypted.stderr) == (0, "Cipher: direct\n")
    assert decrypted.stdout == (
        f"-->> Decrypting the very secret password for user: {stored[1]}\n"
        f"Is this your decrypted password? -> {SECRET}\n"
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_dash_reads_the_password_from_standard_input(key_id: str, end: str) -> None:
    appuser = json.loads(succeed("encrypt", "-", "--json", stdin=f" {SECRET} {end}"))["appuser"]
    assert facts("decrypt", appuser) == {
        "appuser": appuser,
        "cipher": "direct",
        "password": f" {SECRET} ",
    }


def test_a_password_that_begins_with_a_dash_goes_after_two(key_id: str) -> None:
    appuser = json.loads(succeed("encrypt", "--json", "--", "--key-id"))["appuser"]
    assert facts("decrypt", appuser)["password"] == "--key-id"


@pytest.mark.parametrize(
    ("options", "cipher"), [([], "direct"), (["--plain"], "plain")], ids=["direct", "plain"]
)
def test_encrypt_says_how_it_stored(
    dynamodb: DynamoDBClient, key_id: str, options: list[str], cipher: str
) -> None:
    assert facts("encrypt", SECRET, *options)["cipher"] == cipher
    assert [item.cipher for item in vault.items(dynamodb)] == [cipher]


def test_without_a_password_and_a_terminal_it_is_a_usage_error(key_id: str) -> None:
    result = kmsdemo("encrypt")
    assert result.exit_code == 2
    assert "Give PASSWORD, or - to read it from standard input." in result.stderr


@pytest.mark.parametrize("name", ["key_id", "arn", "alias"])
def test_the_key_can_be_named(key_id: str, name: str) -> None:
    key = facts("describe")
    named = key["aliases"][0] if name == "alias" else key[name]
    appuser = facts("encrypt", SECRET, "--key-id", named)["appuser"]
    assert facts("decrypt", appuser, "--key-id", named)["password"] == SECRET


# ------------------------------------------------------------------------------- looking


def test_items_shows_ciphertext_cut_short(key_id: str) -> None:
    appuser = facts("encrypt", SECRET)["appuser"]
    (line,) = succeed("items").splitlines()
    assert re.fullmatch(rf"{appuser}  +\d+ bytes  [\w+/]{{24}}…  direct", line)
    (item,) = facts("items")
    assert (item["appuser"], item["cipher"]) == (appuser, "direct")
    assert len(item["userpasswd"]) > 24


@pytest.mark.parametrize(
    ("length", "words"), [(1, "     1 byte"), (116, "  116 bytes"), (4096, "4,096 bytes")]
)
def test_the_lengths_of_ciphertexts_are_a_column(length: int, words: str) -> None:
    item = vault.Item("12345", b"x" * length, "plain", "", "", {})
    assert item_line(item).startswith(f"12345  {words}  e")


def test_items_of_an_empty_table_says_so_beside_the_output(key_id: str) -> None:
    result = kmsdemo("items")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "demo-kms is empty" in result.stderr


def test_items_shows_an_item_without_a_password(dynamodb: DynamoDBClient, key_id: str) -> None:
    dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "11111"}})
    assert succeed("items") == "11111  no binary attribute userpasswd\n"


def test_describe_shows_the_key_and_the_table(key_id: str) -> None:
    described = facts("describe")
    assert described["key_id"] == key_id
    assert (described["state"], described["table_status"]) == ("Enabled", "ACTIVE")
    printed = succeed("describe")
    assert re.search(rf"^key id +{key_id}$", printed, re.MULTILINE)
    assert re.search(r"^deletion date +-$", printed, re.MULTILINE)


def test_describe_without_a_table_says_so(key_id: str, dynamodb: DynamoDBClient) -> None:
    table.delete(dynamodb)
    assert facts("describe")["table_status"] is None
    assert "demo-kms, does not exist" in succeed("describe")


# ------------------------------------------------------------------------------ cleaning up


def test_a_deletion_is_scheduled_and_cancelled(kms: KMSClient, key_id: str) -> None:
    assert "kmsdemo cancel-deletion" in succeed("schedule-deletion", "--days", "7")
    assert keys.describe(kms, key_id).state == "PendingDeletion"
    assert "is disabled" in succeed("cancel-deletion")
    assert keys.describe(kms, key_id).state == "Disabled"


def test_both_speak_json(key_id: str) -> None:
    scheduled = facts("schedule-deletion")
    assert scheduled["key_id"] == key_id
    assert re.match(r"\d{4}-\d\d-\d\dT", scheduled["deletion_date"])
    assert facts("cancel-deletion") == {"key_id": key_id, "state": "Disabled"}


@pytest.mark.parametrize(
    ("refusal", "items", "words"),
    [
        (errors.KeyInUse("k", "demo-kms", 1234), 1234, "1,234"),
        (errors.AccessDenied("Scan", "demo-kms", "no permission"), None, "unknown"),
    ],
)
def test_force_says_also_in_json_what_is_lost(
    key_id: str,
    monkeypatch: pytest.MonkeyPatch,
    refusal: errors.KmsdemoError,
    items: int | None,
    words: str,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise refusal

    monkeypatch.setattr(dependents, "schedule_deletion", refuse)
    assert kmsdemo("schedule-deletion").exit_code == 1
    assert facts("schedule-deletion", "--force", "--days=7")["items_lost"] == items
    succeed("cancel-deletion")
    printed = succeed("schedule-deletion", "--force")
    assert f"Items of demo-kms that are lost with it: {words}.\n" in printed


def test_a_key_without_items_loses_none(key_id: str) -> None:
    assert facts("schedule-deletion")["items_lost"] == 0
    succeed("cancel-deletion")
    printed = succeed("schedule-deletion").splitlines()
    assert printed[1:] == [f"To cancel: kmsdemo cancel-deletion --key-id {key_id}"]


def test_the_key_of_stored_passwords_is_not_deleted(kms: KMSClient, key_id: str) -> None:
    for options in ([], ["--plain"], ["--envelope"]):
        succeed("encrypt", SECRET, *options)
    happened, to_do = fail("schedule-deletion")
    assert key_id in happened
    assert "3 items of the table demo-kms depend on it" in happened
    assert "kmsdemo rotate-to" in to_do
    assert keys.describe(kms, key_id).state == "Enabled"


def test_force_says_what_is_lost(kms: KMSClient, key_id: str) -> None:
    succeed("encrypt", SECRET)
    printed = succeed("schedule-deletion", "--force")
    assert "Items of demo-kms that are lost with it: 1." in printed
    assert keys.describe(kms, key_id).state == "PendingDeletion"


def test_a_disabled_key_is_enabled_by_the_command_that_its_error_names(
    kms: KMSClient, key_id: str
) -> None:
    keys.disable(kms, key_id)
    _, next_step = fail("encrypt", SECRET)
    command = next_step.partition("kmsdemo ")[2].rstrip(".").split()
    assert command == ["enable", "--key-id", key_id]
    assert facts(*command) == {"key_id": key_id, "state": "Enabled"}
    assert facts("encrypt", SECRET)


def test_a_key_that_comes_back_is_disabled_until_it_is_enabled(kms: KMSClient, key_id: str) -> None:
    succeed("schedule-deletion")
    assert f"The key {key_id} is disabled." in succeed("cancel-deletion")
    assert f"The key {key_id} is enabled." in succeed("enable")
    assert keys.describe(kms, key_id).state == "Enabled"


def test_a_key_that_is_pending_deletion_is_not_enabled(key_id: str) -> None:
    succeed("schedule-deletion")
    _, next_step = fail("enable")
    assert f"kmsdemo cancel-deletion --key-id {key_id}, then kmsdemo enable" in next_step


def test_cleanup_removes_the_key_and_the_table(kms: KMSClient, key_id: str) -> None:
    printed = succeed("cleanup", "--yes")
    assert f"AWS KMS deletes the key {key_id} on" in printed
    assert "The table demo-kms is deleted." in printed
    assert keys.describe(kms, key_id).state == "PendingDeletion"
    assert facts("cleanup", "--yes")["key_id"] is None


def test_cleanup_of_a_key_that_is_on_its_way_out_keeps_its_date(
    kms: KMSClient, key_id: str
) -> None:
    first = facts("cleanup", "--yes", "--days", "7")
    again = facts("cleanup", "--yes", "--key-id", key_id)
    assert (again["key_id"], again["table_deleted"]) == (key_id, False)
    assert again["deletion_date"] == first["deletion_date"]


def test_a_primary_key_has_no_date_while_it_has_replicas(kms: KMSClient) -> None:
    key = keys.create(kms, multi_region=True)
    keys.replicate(kms, key.key_id, "eu-west-1")
    assert "after its last replica." in succeed("schedule-deletion")


def test_cleanup_without_anything_to_clean_is_no_error() -> None:
    assert succeed("cleanup", "--yes") == (
        "No key of the lab is in use.\nThe table demo-kms did not exist.\n"
    )
    assert facts("cleanup", "--yes") == {
        "key_id": None,
        "deletion_date": None,
        "table_deleted": False,
    }


def test_cleanup_asks_first_and_takes_no_for_an_answer(
    kms: KMSClient, dynamodb: DynamoDBClient, key_id: str
) -> None:
    result = kmsdemo("cleanup", stdin="n\n")
    assert result.exit_code == 1
    assert result.stderr.endswith("Nothing was deleted.\n")
    assert f"Delete the key {key_id} and the table demo-kms?" in result.stderr
    assert keys.describe(kms, key_id).state == "Enabled"
    assert table.describe(dynamodb)


def test_the_lab_can_be_done_twice(key_id: str) -> None:
    succeed("cleanup", "--yes")
    again = facts("setup")
    assert again["created"]
    assert again["key_id"] != key_id
    appuser = facts("encrypt", SECRET)["appuser"]
    assert facts("decrypt", appuser)["password"] == SECRET


# ------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("arguments", "what", "next_step"),
    [
        (["encrypt", SECRET], "No KMS key in this account", "kmsdemo setup"),
        (["describe"], "No KMS key in this account", "kmsdemo setup"),
        (["cancel-deletion"], "No KMS key in this account", "kmsdemo setup"),
        (["items"], "The DynamoDB table demo-kms does not exist", "kmsdemo setup"),
        (
            ["decrypt", "1", "--key-id", "k"],
            "The DynamoDB table demo-kms does not",
            "kmsdemo setup",
        ),
        (["describe", "--key-id", "k"], "The KMS key k does not exist", "list-aliases"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_before_setup_it_says_what_is_missing(
    arguments: list[str], what: str, next_step: str
) -> None:
    happened, to_do = fail(*arguments)
    assert happened.startswith(what)
    assert next_step in to_do


def test_an_unknown_user(key_id: str) -> None:
    happened, to_do = fail("decrypt", "12345")
    assert happened == "The DynamoDB table demo-kms has no item for user 12345."
    assert "kmsdemo items" in to_do


def test_a_password_that_is_no_text(key_id: str) -> None:
    result = CliRunner().invoke(main, ["encrypt", "-"], input=b"caf\xe9\n")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The password is not valid UTF-8 text.\n")


def test_an_empty_password(key_id: str) -> None:
    assert fail("encrypt", "")[0].startswith("The password is empty")
    assert fail("encrypt", "-", stdin="\n")[0].startswith("The password is empty")


def test_several_keys_are_listed(key_id: str, kms: KMSClient) -> None:
    keys.create(kms, alias="demo-kms-second")
    happened, to_do = fail("encrypt", SECRET)
    assert "alias/demo-kms-second" in happened
    assert "--key-id" in to_do


@pytest.mark.parametrize(
    "arguments", [["decrypt"], ["schedule-deletion", "--days", "soon"], ["fly"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = kmsdemo(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize("command", ["", *NAMES])
def test_every_command_explains_itself(command: str) -> None:
    result = kmsdemo(*command.split(), "--help")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5
    assert max(map(len, result.stdout.splitlines())) <= 80


# --------------------------------------------------------------------------- as a process


@pytest.mark.program
def test_it_obeys_the_environment_like_any_program_of_aws(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    finished = run_python("-m", "kmsdemo", "describe", "--json", variables=aws_environment)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert json.loads(finished.stdout)["key_id"] == key_id


@pytest.mark.program
def test_a_password_that_is_no_text_is_refused_without_a_stack_trace(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    finished = run_python("-m", "kmsdemo", "encrypt", "caf\udce9", variables=aws_environment)
    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: The password is not valid UTF-8 text.\n")


@pytest.mark.program
def test_typing_the_password_does_not_show_it(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    status, shown = in_a_terminal(["encrypt"], [SECRET, SECRET], aws_environment)
    assert status == 0, shown
    assert "has been stored in DynamoDB" in shown
    assert SECRET not in shown


@pytest.mark.program
def test_ctrl_c_at_the_prompt_ends_with_130(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    status, shown = in_a_terminal(["encrypt"], ["\x03"], aws_environment)
    assert status == 130
    assert "Interrupted." in shown
    assert "Traceback" not in shown


@pytest.mark.program
def test_ctrl_c_during_a_call_ends_with_130() -> None:
    with fake_endpoint.endpoint(fake_endpoint.never) as (url, asked):
        command = [sys.executable, "-m", "kmsdemo", "items"]
        with subprocess.Popen(
            command,
            env=environment(AWS_ENDPOINT_URL=url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            while not asked:
                time.sleep(0.05)
            program.send_signal(signal.SIGINT)
            stdout, stderr = program.communicate(timeout=TIME_LIMIT_SECONDS)
    assert program.returncode == 130
    assert stderr == "\nInterrupted.\n"
    assert stdout == ""


def in_a_terminal(
    arguments: list[str], typed: list[str], aws_environment: Mapping[str, str]
) -> tuple[int, str]:
    """Run a command with a terminal on all its streams; type a line whenever it waits for one."""
    command = [sys.executable, "-m", "kmsdemo", *arguments]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, command, environment(**aws_environment))  # noqa: S606
    shown, to_type = "", list(typed)
    with os.fdopen(terminal, "rb+", buffering=0) as screen:
        while chunk := read(screen.fileno()):
            shown += chunk
            if to_type and shown.rstrip(" ").endswith(":"):
                line = to_type.pop(0)
                screen.write(line.encode() + b"\n" if line != "\x03" else b"\x03")
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), shown


def read(terminal: int) -> str:
    try:
        return os.read(terminal, 1000).decode()
    except OSError:  # Linux, when the program has ended
        return ""


# ------------------------------------------------------------------------------- secrets


def test_the_password_is_in_no_log_of_ours_and_no_traceback(
    key_id: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level("INFO"):
        encrypted = kmsdemo("encrypt", SECRET)
        refused = kmsdemo("encrypt", SECRET, "--key-id", "alias/none")
        missing = kmsdemo("encrypt", SECRET, "--table-name", "none")
    for result in (encrypted, refused, missing):
        assert SECRET not in result.output
    assert (encrypted.exit_code, refused.exit_code, missing.exit_code) == (0, 1, 1)
    assert SECRET not in caplog.text
