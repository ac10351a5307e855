"""A failed scenario prints its step, its AWS calls and the error, in under 25 lines."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pytest_bdd.parser import Feature, Scenario, Step

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.suite import failure_report
from kmsdemo.suite.call_recording import trace
from kmsdemo.trace.recording import Call
from tests.subprocesses import PYTEST, ROOT, run_python

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


@pytest.mark.program
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


@pytest.mark.program
def test_only_the_calls_of_the_failed_step_are_shown(printed: dict[str, str]) -> None:
    assert "CreateKey" not in printed["test_a_key_that_is_not_there"]


@pytest.mark.program
def test_a_password_that_differs_is_not_shown(printed: dict[str, str]) -> None:
    report = printed["test_a_password_that_is_not_the_same"]
    assert "does not get the password that was encrypted" in report
    assert SECRET not in report
    assert "something else" not in report


@pytest.mark.program
def test_a_sentence_without_a_step_is_reported(printed: dict[str, str]) -> None:
    report = printed["test_a_sentence_that_nobody_knows"]
    assert "✘ When I say something new" in report
    assert "StepDefinitionNotFoundError" in report


@pytest.mark.program
def test_the_report_of_a_long_scenario_has_under_25_lines(printed: dict[str, str]) -> None:
    report = printed["test_a_long_story"]
    assert "… 6 earlier" in report
    assert all(len(report.splitlines()) < 25 for report in printed.values())


@pytest.mark.program
def test_a_traceback_style_replaces_the_report(tmp_path: Path) -> None:
    printed = reports(tmp_path, "--tb=short", "-kkey_that_is_not_there")
    report = printed["test_a_key_that_is_not_there"]
    assert "kmsdemo/cipher.py" in report
    assert "Scenario:" not in report


@pytest.mark.program
def test_neither_the_log_of_botocore_nor_variables_are_in_it(tmp_path: Path) -> None:
    cucumber = tmp_path / "cucumber.json"
    options = ("--log-level=DEBUG", "--showlocals", f"--cucumberjson={cucumber}")
    reports(tmp_path, *options, "-kkey_that_is_not_there")
    assert not encodings_that_show(SECRET, cucumber.read_bytes())


# ------------------------------------------------------------------------------ in this process


class FailingScenario:
    """A scenario as pytest-bdd runs it, and the report of its failure."""

    def __init__(self, style: str = "auto") -> None:
        config = SimpleNamespace(getoption={"tbstyle": style}.__getitem__)
        self._node = SimpleNamespace(stash=pytest.Stash(), config=config)
        self._request = cast("pytest.FixtureRequest", SimpleNamespace(node=self._node))
        feature = SimpleNamespace(rel_filename="wrong.feature")
        scenario = Scenario(cast("Feature", feature), "Scenario", "It goes wrong", 1, [], "")
        failure_report.pytest_bdd_before_scenario(self._request, scenario)
        trace.calls.clear()

    def begin(self, *sentences: str) -> None:
        for sentence in sentences:
            failure_report.pytest_bdd_before_step(self._request, self._step(sentence))

    def fail(self, exception: Exception) -> list[str]:
        failure_report.pytest_bdd_step_error(self._request, a_step, exception)
        return self._lines()

    def lack(self, sentence: str, exception: Exception) -> list[str]:
        step = self._step(sentence)
        failure_report.pytest_bdd_step_func_lookup_error(self._request, step, exception)
        return self._lines()

    @property
    def is_replaced(self) -> bool:
        return hasattr(self._node, "repr_failure")

    def _step(self, sentence: str) -> Step:
        return Step(sentence, "when", 0, 7, "When")

    def _lines(self) -> list[str]:
        return str(self._node.repr_failure(None)).splitlines() if self.is_replaced else []


def a_step() -> None:
    """Stands for the function of a step."""


def call(number: int) -> Call:
    return Call("kms", f"Call{number}", {}, ["aws kms", f"call-{number}"], error="")


def test_the_report_has_the_steps_the_calls_and_where_the_step_is() -> None:
    scenario = FailingScenario()
    scenario.begin("I look", "I act")
    trace.calls[:] = [call(1), call(2)]
    line = a_step.__code__.co_firstlineno
    assert scenario.fail(ValueError("one\ntwo")) == [
        "Scenario: It goes wrong",
        "  wrong.feature:7",
        "    ✔ When I look",
        "    ✘ When I act",
        "        kms.Call1()",
        "        kms.Call2()",
        "        $ aws kms call-2",
        "  ValueError: one",
        "  two",
        f"  Step: suite/test_failure_report.py:{line}    (--tb=long shows the whole traceback)",
    ]


def test_of_a_long_scenario_the_last_steps_and_calls_are_shown() -> None:
    scenario = FailingScenario()
    scenario.begin(*(f"I do {number}" for number in range(8)), "I act")
    trace.calls[:] = [call(number) for number in range(5)]
    lines = scenario.fail(ValueError("\n".join("abcdefghi")))
    assert lines[2:4] == ["    … 2 earlier", "    ✔ When I do 2"]
    assert lines[9:12] == ["    ✘ When I act", "    … 1 earlier", "        kms.Call1()"]
    assert lines[-3:-1] == ["  e", "  f"]


@pytest.mark.parametrize(("length", "shown"), [(184, "x" * 184), (185, "x" * 183 + "…")])
def test_a_long_line_is_cut_to_200_characters(length: int, shown: str) -> None:
    scenario = FailingScenario()
    scenario.begin("I act")
    assert f"  LookupError: z{shown}" in scenario.fail(LookupError("z" + "x" * length))


def test_what_others_wrote_moves_no_cursor() -> None:
    scenario = FailingScenario()
    scenario.begin("I act")
    assert "  ValueError: \\x1b[2J" in scenario.fail(ValueError("\x1b[2J"))


def test_a_sentence_that_no_step_has_is_the_failed_one() -> None:
    scenario = FailingScenario()
    scenario.begin("I look")
    lines = scenario.lack("I fly", LookupError("no such step"))
    assert lines[2:5] == [
        "    ✔ When I look",
        "    ✘ When I fly",
        "  LookupError: no such step",
    ]
    assert lines[-1].startswith("  Step: steps/ ")


def test_who_asks_for_a_traceback_gets_it() -> None:
    scenario = FailingScenario(style="short")
    scenario.begin("I act")
    scenario.fail(ValueError("no"))
    assert not scenario.is_replaced
