"""``kmsdemo lab``, run as a user runs it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.backends import Backend
from tests import posing
from tests.processes import ROOT, environment, python

CHAPTERS = [
    "Create the key",
    "Create the table",
    "Encrypt a password",
    "Verify the ciphertext",
    "Decrypt the password",
    "Schedule the key's deletion",
    "Clean up",
]
WAIT = """

@when("I wait")
def wait() -> None:
    import time
    print("waiting", flush=True)
    for _ in range(600):  # a signal just before a sleep does not end it
        time.sleep(0.1)
"""
SWALLOW = """

@when("I wait")
def wait() -> None:
    import os, signal
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except:
        pass
"""
ONE_FEATURE = """
import sys
from pathlib import Path
from kmsdemo.lab import narration
narration.suite_root = lambda: Path(sys.argv[1])
from kmsdemo.cli import main
main(["lab", *sys.argv[2:]])
"""


@pytest.fixture
def small_suite(tmp_path: Path) -> Path:
    """A suite with the steps of ours and one short feature."""
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "steps", tmp_path / "steps")
    (tmp_path / "features").mkdir()
    shutil.copy(ROOT / "features" / "create_table.feature", tmp_path / "features")
    (tmp_path / "features" / "test_features.py").write_text(
        'from pytest_bdd import scenarios\nscenarios("create_table.feature")\n'
    )
    return tmp_path


def edit(suite: Path, old: str, new: str) -> None:
    feature = suite / "features" / "create_table.feature"
    text = feature.read_text(encoding="utf-8")
    assert old in text
    feature.write_text(text.replace(old, new), encoding="utf-8")


def test_it_tells_the_lab_in_its_order(tmp_path: Path) -> None:
    finished = python("-m", "kmsdemo", "lab", folder=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert re.findall(r"^\d\. (.*)$", finished.stdout, re.MULTILINE) == CHAPTERS
    assert "    ✔ Then the key is symmetric" in finished.stdout
    assert "    ✔ And revealing the password is refused because the key is disabled" in (
        finished.stdout
    )
    summary = finished.stdout.splitlines()[-1]
    assert re.fullmatch(r"7 chapters in [\d.]+ s: \d+ scenarios as AWS documents them.", summary)
    assert max(map(len, finished.stdout.splitlines())) <= 80
    assert list(tmp_path.iterdir()) == []


def test_the_feature_is_its_script(small_suite: Path) -> None:
    edit(small_suite, "Feature: Create the table", "Feature: Lay the table")
    finished = python("-c", ONE_FEATURE, small_suite)
    assert finished.returncode == 0, finished.stdout
    assert "1. Lay the table" in finished.stdout


def test_a_failed_step_ends_in_exit_code_1_with_its_calls(small_suite: Path) -> None:
    edit(small_suite, 'called "demo-kms"', 'called "another"')
    finished = python("-c", ONE_FEATURE, small_suite)
    assert finished.returncode == 1
    assert '    ✘ Then the table is called "another"' in finished.stdout
    assert "assert 'demo-kms' == 'another'" in finished.stdout
    assert "2 scenarios as AWS documents them, 1 failed." in finished.stdout


def test_a_known_difference_from_aws_is_shown_and_is_no_failure(small_suite: Path) -> None:
    edit(small_suite, 'called "demo-kms"', 'called "another"')
    known = """
from kmsdemo import divergences
known = divergences.Divergence(
    "moto", "here tables are called otherwise", "no page", ("A new table is ready for the lab",)
)
divergences.DIVERGENCES = (known,)
"""
    finished = python("-c", known + ONE_FEATURE, small_suite)
    assert finished.returncode == 0, finished.stdout
    assert '    ≠ Then the table is called "another"' in finished.stdout
    assert "AWS would do this; here tables are called otherwise (no page)." in finished.stdout
    summary = " ".join(finished.stdout.splitlines()[-2:])
    assert summary.endswith("2 scenarios as AWS documents them, 1 known to differ on moto.")


def test_in_a_real_account_it_says_what_is_not_possible_there(
    small_suite: Path, clients: Clients, backend: Backend
) -> None:
    edit(small_suite, "  Scenario: A new table", "  @clock\n  Scenario: A new table")
    aws = posing.aws(clients, clients.in_region("eu-west-1"))
    options = ["--backend=aws", f"--aws-account={posing.ACCOUNT}", "--aws-settle=0.01"]
    developer = {**backend.environment(), **posing.developer(clients.iam), "CI": ""}
    finished = python("-c", ONE_FEATURE, small_suite, *options, more=developer)
    assert finished.returncode == 0, finished.stdout
    assert "\nas arn:aws:iam::123456789012:user/developer\n" in finished.stdout
    assert (
        "  A new table is ready for the lab\n    Not here: AWS's clock cannot be moved.\n"
    ) in finished.stdout
    summary = " ".join(finished.stdout.splitlines()[-2:])
    assert summary.endswith("2 scenarios as AWS documents them, 1 not possible on aws.")
    assert aws.remains() == []
    assert aws.states() == ["PendingDeletion"]


def test_a_feature_that_cannot_be_read_is_reported(small_suite: Path) -> None:
    edit(small_suite, "Feature:", "Faeture:")
    finished = python("-c", ONE_FEATURE, small_suite)
    assert finished.returncode == 1
    assert "Faeture" in finished.stdout


def test_a_terminal_without_unicode_gets_words(small_suite: Path) -> None:
    finished = python("-c", ONE_FEATURE, small_suite, more={"PYTHONIOENCODING": "ascii:replace"})
    assert finished.returncode == 0
    assert "    ok   When I create the table" in finished.stdout


def test_options_for_the_users_own_tests_do_not_disturb_it(small_suite: Path) -> None:
    options = {"PYTEST_ADDOPTS": "--no-such-option", "NO_COLOR": "1"}
    finished = python("-c", ONE_FEATURE, small_suite, more=options)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_ctrl_c_ends_it_with_130_and_without_a_stack_trace(small_suite: Path) -> None:
    edit(
        small_suite,
        "  Scenario: A new table",
        "  Scenario: A long wait\n    When I wait\n\n  Scenario: A new table",
    )
    with (small_suite / "steps" / "table.py").open("a") as steps:
        steps.write(WAIT)
    command = [sys.executable, "-c", ONE_FEATURE, str(small_suite)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as lab:
        assert lab.stdout is not None
        while (line := lab.stdout.readline()) != "waiting\n":
            assert line
        lab.send_signal(signal.SIGINT)
        stdout, stderr = lab.communicate(timeout=30)
    assert lab.returncode == 130
    assert "Interrupted." in stdout
    assert "Traceback" not in stdout + stderr


def test_a_swallowed_ctrl_c_is_heard_at_the_next_step(small_suite: Path) -> None:
    edit(
        small_suite,
        "    When I create the table\n    Then the table is called",
        "    When I wait\n    Then the table is called",
    )
    with (small_suite / "steps" / "table.py").open("a") as steps:
        steps.write(SWALLOW)
    finished = python("-c", ONE_FEATURE, small_suite)
    assert finished.returncode == 130, finished.stdout
    assert "Interrupted." in finished.stdout


def test_an_unknown_backend_is_a_usage_error() -> None:
    finished = python("-m", "kmsdemo", "lab", "--backend", "mars")
    assert finished.returncode == 2
    assert "'mars' is not one of 'aws', 'endpoint', 'localstack', 'moto'" in finished.stderr
