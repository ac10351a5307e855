"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kmsdemo import keys, lab_key, table, vault
from kmsdemo.cli import main
from kmsdemo.cli.output import item_line
from steps.iam_users import create_iam_user
from tests.cli.commands import NAMES
from tests.cli.invocation import SECRET, facts, fail, kmsdemo, succeed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

pytestmark = pytest.mark.usefixtures("account")


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
