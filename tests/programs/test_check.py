"""``kmsdemo check``: its findings in accounts of learners, and how it prints them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kmsdemo.account.clients import Clients
from steps.iam_users import create_iam_user
from tests.programs import checked_accounts
from tests.subprocesses import run_in_terminal, run_python

ALIAS = "A key has an alias of the lab"
TABLE = "The table exists"
ITEM = "The table has an item"
BINARY = "Each item has its ciphertext in userpasswd, as binary data"
HIDDEN = "No item contains readable text"
DECRYPTS = "Each ciphertext is encrypted under the lab key"
DOOMED = "The key is pending deletion"

ENABLED = {DOOMED: "is Enabled."}

# The requirements that each account does not meet yet, and what the check finds instead.
NOT_YET: dict[str, dict[str, str]] = {
    "empty": {ALIAS: "No key has an alias.", TABLE: "There are no tables."},
    "key_without_alias": {ALIAS: "No key has an alias.", ITEM: "The table demo-kms is empty."},
    "alias_without_suffix": {ALIAS: "The alias alias/demo-kms has no suffix.", ITEM: "is empty"},
    "asymmetric_key": {
        "The key is symmetric and encrypts and decrypts": "is asymmetric, with the spec ECC_NIST_",
        ITEM: "is empty",
    },
    "two_keys": {
        "Only one key has an alias of the lab": "Several KMS keys have an alias",
        ITEM: "is empty",
    },
    "partition_key_with_capitals": {
        "The partition key is appuser, a string": "is AppUser, not appuser."
    },
    "table_with_another_name": {TABLE: "There are only other tables: demo-kms2."},
    "table_without_items": {ITEM: "The table demo-kms is empty."},
    "password_as_text": {BINARY: "has userpasswd as a string (S), not", **ENABLED},
    "another_attribute": {BINARY: "has no userpasswd; it has userpassword.", **ENABLED},
    "password_itself": {HIDDEN: "The item of user 12345 contains readable text.", **ENABLED},
    "password_in_base64": {HIDDEN: "contains readable text, encoded in Base64.", **ENABLED},
    "noise": {DECRYPTS: "is not a ciphertext of AWS KMS, or it is damaged.", **ENABLED},
    "another_key": {DECRYPTS: "The ciphertext of user 12345 is encrypted under another", **ENABLED},
    "encrypted": ENABLED,
    "disabled": {DOOMED: "is Disabled."},
    "thirty_days": {
        "The waiting period is 7 days": "AWS KMS deletes the key in 30 days.",
        "The table is deleted": "still exists.",
    },
    "seven_days": {"The table is deleted": "The table demo-kms still exists."},
    "cleaned_up": {},
}


@pytest.fixture(scope="module")
def checked() -> dict[str, Any]:
    """The findings in each account, and the operations that the check called."""
    finished = run_python("-m", "tests.programs.checked_accounts")
    assert finished.returncode == 0, finished.stderr
    checked: dict[str, Any] = json.loads(finished.stdout)
    return checked


@pytest.mark.parametrize("name", checked_accounts.ACCOUNTS)
def test_it_reports_what_is_not_done_and_nothing_else(checked: dict[str, Any], name: str) -> None:
    left = {
        requirement: actual
        for requirement, verdict, actual, _ in checked["found"][name]
        if verdict == "not yet"
    }
    expected = NOT_YET[name]
    assert left.keys() == expected.keys()
    assert all(actual in left[requirement] for requirement, actual in expected.items()), left


def test_every_account_has_twelve_findings(checked: dict[str, Any]) -> None:
    assert {len(findings) for findings in checked["found"].values()} == {12}
    assert NOT_YET.keys() == checked_accounts.ACCOUNTS.keys()


def test_not_yet_has_a_next_step_and_not_reached_a_reason(checked: dict[str, Any]) -> None:
    for findings in checked["found"].values():
        for _, verdict, actual, next_step in findings:
            assert bool(actual) == (verdict != "done")
            assert bool(next_step) == (verdict == "not yet")


def test_it_changes_nothing(checked: dict[str, Any]) -> None:
    reading = ("Describe", "List", "Scan", "Decrypt")
    assert checked["operations"]
    assert all(operation.startswith(reading) for operation in checked["operations"])


# ----------------------------------------------------------------------- as a learner has it


def check(aws_environment: Mapping[str, str], *options: str, **more: str) -> Any:
    return run_python("-m", "kmsdemo", "check", *options, variables={**aws_environment, **more})


def test_it_prints_what_it_found_and_what_to_do_next(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    checked_accounts.ACCOUNTS["password_itself"](clients)
    finished = check(aws_environment)
    assert (finished.returncode, finished.stderr) == (1, "")
    assert (
        "  NOT YET No item contains readable text\n"
        "    Found: The item of user 12345 contains readable text.\n"
        "    Next: AWS KMS must encrypt the password before you store it;"
    ) in finished.stdout
    assert "\nNext, 5. Look at the item: AWS KMS must encrypt" in finished.stdout
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


def test_a_caller_without_permission_to_decrypt_gets_the_other_findings(
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
    findings = {finding["requirement"]: finding for finding in json.loads(finished.stdout)}
    assert findings[DECRYPTS]["verdict"] == "not reached"
    assert "not allowed to decrypt with the key" in findings[DECRYPTS]["actual"]
    assert findings[DOOMED]["verdict"] == "not yet"


def test_an_unreachable_endpoint_is_reported_in_two_lines(
    aws_environment: Mapping[str, str],
) -> None:
    finished = check(aws_environment, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: AWS cannot be reached")
    assert len(finished.stderr.splitlines()) == 2


def test_watch_repeats_the_check_until_ctrl_c(
    clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    def answer(printed: str) -> str:
        if "There are no tables" in printed and printed.count("press Ctrl-C to stop") == 1:
            checked_accounts.ACCOUNTS["table_without_items"](clients)
        is_seen = printed.count("press Ctrl-C to stop") == 2 and "^C" not in printed
        return "\x03" if is_seen else ""

    command = ("-m", "kmsdemo", "check", "--watch")
    code, printed = run_in_terminal(*command, answer=answer, variables=aws_environment)
    assert code == 0
    assert "Found: The table demo-kms is empty." in printed
    assert "Traceback" not in printed


def test_watch_does_not_take_json() -> None:
    finished = run_python("-m", "kmsdemo", "check", "--watch", "--json")
    assert finished.returncode == 2
    assert "--watch cannot be combined with --json or --junit" in finished.stderr
