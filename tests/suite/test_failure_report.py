"""A failed scenario prints its step, its AWS calls and the error, in under 25 lines."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kmsdemo.ciphertext import encodings_that_show
from tests.subprocesses import PYTEST, ROOT, run_python

pytestmark = pytest.mark.program

SECRET = "correct horse battery staple"
FEATURE = """
Feature: Something that goes wrong

  Scenario: A key that is not there
    Given a key
    When I use another key
    Then nothing else happens

  Scenario: A password that is not the same
    Given a key
    Then the password is another

  Scenario: A sentence that nobody knows
    Given a key
    When I say something new

  Scenario: A long story
    {steps}
    When I use another key
"""
STEPS = """
import os
from pytest_bdd import given, scenarios, then, when
from kmsdemo import keys
from kmsdemo.cipher import Direct
from steps.passwords import StoredPassword, assert_decrypts

SECRET = os.environ["SECRET"]
scenarios("wrong.feature")

@given("a key", target_fixture="key")
def key(kms):
    return keys.create(kms)

@when("I use another key")
def use(kms):
    Direct(kms, "alias/nothing").encrypt(SECRET, "12345")

@then("the password is another")
def compare(kms, dynamodb, key):
    from kmsdemo import table
    from kmsdemo.vault import Vault
    table.create(dynamodb)
    vault = Vault(kms, dynamodb, key.key_id)
    assert_decrypts(vault, StoredPassword(vault.store(SECRET), "something else"))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report of each failing scenario, by the name of its test."""
    return reports(tmp_path_factory.mktemp("wrong"))


def reports(folder: Path, *options: str) -> dict[str, str]:
    (folder / "wrong.feature").write_text(FEATURE.format(steps="Given a key\n    " * 12))
    (folder / "test_wrong.py").write_text(STEPS)
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    junit = folder / "junit.xml"
    arguments: list[str | Path] = [
        *PYTEST,
        f"--junitxml={junit}",
        *options,
        folder,
    ]
    finished = run_python(*arguments, folder=folder, variables={"SECRET": SECRET})
    printed = finished.stdout + finished.stderr
    assert finished.returncode == 1, printed
    assert not encodings_that_show(SECRET, printed.encode())
    cases = ET.parse(junit).getroot().iter("testcase")
    return {case.attrib["name"]: case.findtext("failure") or "" for case in cases}


def test_it_names_the_step_the_call_and_the_error(printed: dict[str, str]) -> None:
    lines = printed["test_a_key_that_is_not_there"].splitlines()
    assert lines[0] == "Scenario: A key that is not there"
    assert lines[1].endswith("wrong.feature:6")
    assert lines[2:4] == ["    ✔ Given a key", "    ✘ When I use another key"]
    call = "kms.Encrypt(KeyId=alias/nothing, Plaintext=•••, EncryptionContext={'appuser': '12345'})"
    assert lines[4].startswith(f"        {call} → NotFoundException Alias ")
    assert lines[5].startswith(
        "        $ aws kms encrypt --key-id alias/nothing --plaintext fileb:"
    )
    assert lines[5].endswith(" --encryption-context appuser=12345")
    assert (
        lines[6]
        == "  KeyNotFound: The KMS key alias/nothing does not exist in this account and Region."
    )
    assert lines[-1].startswith("  Step: ")
    assert "test_wrong.py:" in lines[-1]


def test_only_the_calls_of_the_failed_step_are_shown(printed: dict[str, str]) -> None:
    assert "CreateKey" not in printed["test_a_key_that_is_not_there"]


def test_a_password_that_differs_is_not_shown(printed: dict[str, str]) -> None:
    report = printed["test_a_password_that_is_not_the_same"]
    assert "does not get the password that was encrypted" in report
    assert SECRET not in report
    assert "something else" not in report


def test_a_sentence_without_a_step_is_reported(printed: dict[str, str]) -> None:
    report = printed["test_a_sentence_that_nobody_knows"]
    assert "✘ When I say something new" in report
    assert "StepDefinitionNotFoundError" in report


def test_the_report_of_a_long_scenario_has_under_25_lines(printed: dict[str, str]) -> None:
    report = printed["test_a_long_story"]
    assert "… 6 earlier" in report
    assert all(len(report.splitlines()) < 25 for report in printed.values())


def test_a_traceback_style_replaces_the_report(tmp_path: Path) -> None:
    printed = reports(tmp_path, "--tb=short", "-kkey_that_is_not_there")
    report = printed["test_a_key_that_is_not_there"]
    assert "kmsdemo/cipher.py" in report
    assert "Scenario:" not in report


def test_neither_the_log_of_botocore_nor_variables_are_in_it(tmp_path: Path) -> None:
    cucumber = tmp_path / "cucumber.json"
    options = ("--log-level=DEBUG", "--showlocals", f"--cucumberjson={cucumber}")
    reports(tmp_path, *options, "-kkey_that_is_not_there")
    assert not encodings_that_show(SECRET, cucumber.read_bytes())
