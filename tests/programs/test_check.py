"""``kmsdemo check``: what it finds in accounts of learners, and what it says of it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kmsdemo.account.clients import Clients
from steps.iam_users import create_iam_user
from tests.processes import in_terminal, python
from tests.programs import checked_accounts

ALIAS = "A key has the lab's alias"
TABLE = "The table is there"
ITEM = "The table has an item"
BINARY = "Each item has its ciphertext under userpasswd, as binary data"
HIDDEN = "No item can be read"
DECRYPTS = "Each ciphertext is under the lab's key"
DOOMED = "The key is pending deletion"

ENABLED = {DOOMED: "is Enabled."}

# What is not done yet in each account, and what is seen instead.
NOT_YET: dict[str, dict[str, str]] = {
    "empty": {ALIAS: "No key has an alias.", TABLE: "There is no table at all."},
    "key_without_alias": {ALIAS: "No key has an alias.", ITEM: "The table demo-kms is empty."},
    "alias_without_suffix": {ALIAS: "The alias alias/demo-kms has no suffix.", ITEM: "is empty"},
    "asymmetric_key": {
        "The key is symmetric and encrypts and decrypts": "is asymmetric or for HMAC: ECC_NIST_",
        ITEM: "is empty",
    },
    "two_keys": {"No other key has one": "Several KMS keys have an alias", ITEM: "is empty"},
    "partition_key_with_capitals": {"The partition key is appuser, a string": "is AppUser,"},
    "table_with_another_name": {TABLE: "There are other tables: demo-kms2."},
    "table_without_items": {ITEM: "The table demo-kms is empty."},
    "password_as_text": {BINARY: "has userpasswd as text (S), not binary data (B).", **ENABLED},
    "another_attribute": {BINARY: "has no userpasswd; it has userpassword.", **ENABLED},
    "password_itself": {HIDDEN: "The item of user 12345 can be read, as text.", **ENABLED},
    "password_in_base64": {HIDDEN: "can be read, as the Base64 of text.", **ENABLED},
    "noise": {DECRYPTS: "is no ciphertext of AWS KMS, or was changed.", **ENABLED},
    "another_key": {DECRYPTS: "The ciphertext of user 12345 is under another key.", **ENABLED},
    "encrypted": ENABLED,
    "disabled": {DOOMED: "is Disabled."},
    "thirty_days": {
        "The waiting period is 7 days": "The key will be deleted in 30 days.",
        "The table is gone": "is still there.",
    },
    "seven_days": {"The table is gone": "The table demo-kms is still there."},
    "cleaned_up": {},
}


@pytest.fixture(scope="module")
def looked() -> dict[str, Any]:
    """What was found in each account, and the operations that it took."""
    finished = python("-m", "tests.programs.checked_accounts")
    assert finished.returncode == 0, finished.stderr
    looked: dict[str, Any] = json.loads(finished.stdout)
    return looked


@pytest.mark.parametrize("name", checked_accounts.ACCOUNTS)
def test_it_finds_what_is_not_done_and_nothing_else(looked: dict[str, Any], name: str) -> None:
    left = {asks: sees for asks, verdict, sees, _ in looked["found"][name] if verdict == "not yet"}
    expected = NOT_YET[name]
    assert left.keys() == expected.keys()
    assert all(sees in left[asks] for asks, sees in expected.items()), left


def test_every_account_is_looked_at_in_twelve_ways(looked: dict[str, Any]) -> None:
    assert {len(findings) for findings in looked["found"].values()} == {12}
    assert NOT_YET.keys() == checked_accounts.ACCOUNTS.keys()


def test_what_is_not_done_has_a_hint_and_what_comes_later_a_reason(looked: dict[str, Any]) -> None:
    for findings in looked["found"].values():
        for _, verdict, sees, next_step in findings:
            assert bool(sees) == (verdict != "done")
            assert bool(next_step) == (verdict == "not yet")


def test_it_changes_nothing(looked: dict[str, Any]) -> None:
    reading = ("Describe", "List", "Scan", "Decrypt")
    assert looked["operations"]
    assert all(operation.startswith(reading) for operation in looked["operations"])


# ----------------------------------------------------------------------- as a learner has it


def check(aws_environment: Mapping[str, str], *options: str, **more: str) -> Any:
    return python("-m", "kmsdemo", "check", *options, more={**aws_environment, **more})


def test_it_says_what_we_see_and_what_to_do_next(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    checked_accounts.ACCOUNTS["password_itself"](clients)
    finished = check(aws_environment)
    assert (finished.returncode, finished.stderr) == (1, "")
    assert (
        "  NOT YET No item can be read\n"
        "    We see: The item of user 12345 can be read, as text.\n"
        "    Next: The password must be encrypted by AWS KMS before it is stored;"
    ) in finished.stdout
    assert "\nNext, 5. Verify the ciphertext: The password must be" in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80
    assert checked_accounts.PASSWORD not in finished.stdout


def test_a_finished_lab_ends_with_0(
    clients: Clients, aws_environment: Mapping[str, str], tmp_path: Path
) -> None:
    checked_accounts.ACCOUNTS["cleaned_up"](clients)
    junit = tmp_path / "junit.xml"
    finished = check(aws_environment, "--json", "--junit", str(junit))
    assert finished.returncode == 0, finished.stdout
    verdicts = {finding["verdict"] for finding in json.loads(finished.stdout)}
    assert verdicts == {"done", "not reached"}
    (suite,) = ET.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("12", "0", "6")


def test_who_may_not_decrypt_gets_the_rest(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    checked_accounts.encrypted(clients)
    reader = create_iam_user(clients.iam, "reader")
    allowed = {"Effect": "Allow", "Action": ["kms:List*", "kms:Describe*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    clients.iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    keys_of = {
        "AWS_ACCESS_KEY_ID": reader.access_key_id,
        "AWS_SECRET_ACCESS_KEY": reader.secret_access_key,
    }
    finished = check(aws_environment, "--json", **keys_of)
    findings = {finding["asks"]: finding for finding in json.loads(finished.stdout)}
    assert findings[DECRYPTS]["verdict"] == "not reached"
    assert "you may not decrypt with the key" in findings[DECRYPTS]["sees"]
    assert findings[DOOMED]["verdict"] == "not yet"


def test_no_answer_is_said_in_two_lines(aws_environment: Mapping[str, str]) -> None:
    finished = check(aws_environment, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: No AWS service could be reached")
    assert len(finished.stderr.splitlines()) == 2


def test_watch_looks_again_until_ctrl_c(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    def answer(printed: str) -> str:
        if "There is no table at all" in printed and printed.count("Ctrl-C ends it") == 1:
            checked_accounts.ACCOUNTS["table_without_items"](clients)
        is_seen = printed.count("Ctrl-C ends it") == 2 and "^C" not in printed
        return "\x03" if is_seen else ""

    command = ("-m", "kmsdemo", "check", "--watch")
    code, printed = in_terminal(*command, answer=answer, more=aws_environment)
    assert code == 0
    assert "We see: The table demo-kms is empty." in printed
    assert "Traceback" not in printed


def test_watch_is_for_people() -> None:
    finished = python("-m", "kmsdemo", "check", "--watch", "--json")
    assert finished.returncode == 2
    assert "leave out --json and --junit" in finished.stderr
