"""``kmsdemo lab --deeper``: the topics, and what ends a lesson."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.lesson import lesson
from steps.passwords import UNUSUAL
from tests import fake_account
from tests.subprocesses import ROOT, TIME_LIMIT_SECONDS, environment, run_in_terminal, run_python

TOPICS = [
    "Create the key",
    "Control access to the key",
    "Create the table",
    "Encrypt a password",
    "Verify the ciphertext",
    "Decrypt the password",
    "Bind a ciphertext to its user",
    "Direct and envelope encryption",
    "Rotate the key material",
    "Sign, and let anybody verify",
    "Schedule the key's deletion",
    "Cancel the key's deletion",
    "When the waiting period ends",
    "Keep a replica in another Region",
    "Clean up",
    "See who used the key",
]
WAIT = """

@when("I wait")
def wait(dynamodb: DynamoDBClient, table_name: str) -> None:
    import time
    table.create(dynamodb, table_name)
    print("waiting", flush=True)
    for _ in range(6000):  # a signal just before a sleep does not end it
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
from kmsdemo.suite import location
location.root = lambda: Path(sys.argv[1])
from kmsdemo.cli import main
main(["lab", "--deeper", *sys.argv[2:]])
"""


@pytest.fixture
def small_suite(tmp_path: Path) -> Path:
    """A suite with the steps of ours and one short feature."""
    return suite_in(tmp_path)


def suite_in(folder: Path) -> Path:
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "steps", folder / "steps")
    (folder / "features").mkdir()
    shutil.copy(ROOT / "features" / "create_table.feature", folder / "features")
    (folder / "features" / "test_features.py").write_text(
        'from pytest_bdd import scenarios\nscenarios("create_table.feature")\n'
    )
    return folder


def edit(suite: Path, old: str, new: str) -> None:
    feature = suite / "features" / "create_table.feature"
    text = feature.read_text(encoding="utf-8")
    assert old in text
    feature.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def topics_output(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What all topics print in a pipe, and their transcript."""
    folder = tmp_path_factory.mktemp("anywhere")
    finished = run_python("-m", "kmsdemo", "lab", "--deeper", "--transcript=lab.md", folder=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [path.name for path in folder.iterdir()] == ["lab.md"]
    return finished.stdout, (folder / "lab.md").read_text(encoding="utf-8")


def test_topics_are_in_an_order_that_a_learner_can_follow(topics_output: tuple[str, str]) -> None:
    printed, _ = topics_output
    topics = re.findall(r"^Topic (\d+) of 16: (.*)$", printed, re.MULTILINE)
    assert topics == [(str(number), title) for number, title in enumerate(TOPICS, 1)]
    assert "    ok Then the key is symmetric" in printed
    summary = " ".join(printed.split("\n\n")[-1].split())
    scenarios = r"\d+ scenarios passed"
    assert re.fullmatch(rf"16 topics in [\d.]+ s: {scenarios}\.", summary)


def test_it_ends_with_what_it_showed_and_cleaned_up(topics_output: tuple[str, str]) -> None:
    printed, _ = topics_output
    seen = printed[printed.index("What this lesson showed") :]
    assert "  Schedule the key's deletion\n    - The waiting period is 7 to 30 days\n" in seen
    cleaned_up = r"Cleaned up: \d+ keys, \d+ tables, \d+ IAM users; deleted with the sandbox"
    assert re.search(cleaned_up, seen)


def test_only_parts_of_commands_are_wider_than_the_terminal(topics_output: tuple[str, str]) -> None:
    printed, _ = topics_output
    wide = [line for line in printed.splitlines() if len(line) > 80]
    assert all(re.match(r" {10}\$ aws| {14}--", line) for line in wide)


def test_each_command_is_in_the_transcript_in_one_piece(topics_output: tuple[str, str]) -> None:
    printed, transcript = topics_output
    whole_lines = set(re.findall(r"^```sh\n(.*)\n```$", transcript, re.MULTILINE))
    commands = re.findall(r"^ {10}\$ (aws (?:.*\\\n)*.*)$", printed, re.MULTILINE)
    assert len(commands) > 300
    assert {re.sub(r" \\\n +", " ", command) for command in commands} <= whole_lines


SCENARIOS_WITH_TRAFFIC = {
    "Direct encryption sends the password to AWS KMS",
    "Direct decryption receives the password from AWS KMS",
}


def test_the_password_is_shown_only_in_scenarios_about_traffic(
    topics_output: tuple[str, str],
) -> None:
    for text, heading in zip(topics_output, (r"^  (?=\w)", r"^#### "), strict=True):
        sections = re.split(heading, text, flags=re.MULTILINE)
        shown_in = {
            section.partition("\n")[0]
            for section in sections
            if encodings_that_show(lesson.DEMO_PASSWORD, " ".join(section.split()).encode())
        }
        assert shown_in == SCENARIOS_WITH_TRAFFIC


def test_no_other_password_is_shown(topics_output: tuple[str, str]) -> None:
    long_enough = [password for password in UNUSUAL.values() if len(password) > 8]
    unwrapped = [" ".join(text.split()) for text in topics_output]
    for password in ["another battery staple", "é" * 2500, *long_enough]:
        for text in [*topics_output, *unwrapped]:
            assert encodings_that_show(password, text.encode()) == [], password


@pytest.fixture(scope="module")
def lesson_without_unicode(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a lesson prints that follows another feature, on a terminal without Unicode."""
    suite = suite_in(tmp_path_factory.mktemp("plain"))
    edit(suite, "Feature: Create the table", "Feature: Lay the table")
    variables = {"PYTHONIOENCODING": "ascii:replace", "PYTEST_ADDOPTS": "--no-such-option"}
    finished = run_python("-c", ONE_FEATURE, suite, variables={**variables, "NO_COLOR": "1"})
    # The options that a user has for pytest are none of the lesson's.
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_the_lesson_follows_the_feature(lesson_without_unicode: str) -> None:
    assert "\nTopic 1 of 1: Lay the table\n" in lesson_without_unicode


def test_a_terminal_without_unicode_gets_words(lesson_without_unicode: str) -> None:
    assert "    ok When I create the table" in lesson_without_unicode


def test_a_failed_step_ends_in_exit_code_1_with_its_calls(small_suite: Path) -> None:
    edit(small_suite, 'called "demo-kms"', 'called "another"')
    finished = run_python("-c", ONE_FEATURE, small_suite, is_measured=True)
    assert finished.returncode == 1
    assert '    FAILED Then the table is called "another"' in finished.stdout
    assert "assert 'demo-kms' == 'another'" in finished.stdout
    *_, failure, summary = finished.stdout.split("\n\n")
    where, hint = failure.split("\n", 1)
    assert where == 'Failed in Topic 1 of 1, Create the table: Then the table is called "another"'
    assert "AWS's answer differs from the feature" in hint
    assert "kmsdemo lab --deeper create_table" in " ".join(hint.split())
    assert summary.endswith("2 scenarios passed, 1 failed.\n")


def test_a_known_difference_from_aws_is_shown_and_is_not_a_failure(small_suite: Path) -> None:
    edit(small_suite, 'called "demo-kms"', 'called "another"')
    known = """
from kmsdemo.backends import divergences
known = divergences.Divergence(
    "moto", "here tables are called otherwise", "no page", ("A new table is ready for the lab",)
)
divergences.DIVERGENCES = (known,)
"""
    finished = run_python("-c", known + ONE_FEATURE, small_suite, is_measured=True)
    assert finished.returncode == 0, finished.stdout
    assert '    differs Then the table is called "another"' in finished.stdout
    assert (
        "Known difference from AWS: here tables are called otherwise (no page)." in finished.stdout
    )
    summary = " ".join(finished.stdout.splitlines()[-2:])
    assert summary.endswith("2 scenarios passed, 1 known to differ on moto.")


def test_in_a_real_account_it_says_what_it_skips(
    small_suite: Path, clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    edit(small_suite, "  Scenario: A new table", "  @clock\n  Scenario: A new table")
    aws = fake_account.create(clients, clients.in_region("eu-west-1"))
    developer = {**aws_environment, **fake_account.create_developer(clients.iam), "CI": ""}
    finished = run_python(
        "-c", ONE_FEATURE, small_suite, *fake_account.OPTIONS, variables=developer
    )
    assert finished.returncode == 0, finished.stdout
    assert "\nas arn:aws:iam::123456789012:user/developer\n" in finished.stdout
    assert (
        "  A new table is ready for the lab\n      Skipped: AWS's clock cannot be moved.\n"
    ) in finished.stdout
    summary = " ".join(finished.stdout.splitlines()[-2:])
    assert summary.endswith("2 scenarios passed, 1 not possible on aws.")
    assert aws.leftovers() == []
    assert aws.states() == ["PendingDeletion"]


def test_leftovers_are_reported_instead_of_a_clean_up(
    small_suite: Path, clients: Clients, aws_environment: Mapping[str, str]
) -> None:
    developer = {**aws_environment, **fake_account.create_developer(clients.iam), "CI": ""}
    fake_account.deny(clients.iam, "kms:DeleteAlias")
    finished = run_python(
        "-c",
        ONE_FEATURE,
        small_suite,
        *fake_account.OPTIONS,
        variables=developer,
        is_measured=True,
    )
    assert finished.returncode == 1
    assert "could not remove everything it created: key" in finished.stdout
    assert "kmsdemo sweep --run" in finished.stdout
    assert "Cleaned up" not in finished.stdout


def test_a_feature_that_cannot_be_read_is_reported(small_suite: Path) -> None:
    edit(small_suite, "Feature:", "Faeture:")
    finished = run_python("-c", ONE_FEATURE, small_suite, is_measured=True)
    assert finished.returncode == 1
    assert "Faeture" in finished.stdout


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
        stdout, stderr = lab.communicate(timeout=TIME_LIMIT_SECONDS)
    assert lab.returncode == 130
    assert "Interrupted. Cleaned up: 1 table;" in stdout
    assert "Traceback" not in stdout + stderr


def test_a_swallowed_ctrl_c_takes_effect_at_the_next_step(small_suite: Path) -> None:
    edit(
        small_suite,
        "    When I create the table\n    Then the table is called",
        "    When I wait\n    Then the table is called",
    )
    with (small_suite / "steps" / "table.py").open("a") as steps:
        steps.write(SWALLOW)
    finished = run_python("-c", ONE_FEATURE, small_suite)
    assert finished.returncode == 130, finished.stdout
    assert "Interrupted." in finished.stdout


# ------------------------------------------------------------------ options of the command


def test_one_topic_can_be_told_by_itself() -> None:
    command = ("-m", "kmsdemo", "lab", "--deeper", "cancel_deletion")
    finished = run_python(*command, is_measured=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    told = re.findall(r"^Topic .*$", finished.stdout, re.MULTILINE)
    assert told == ["Topic 12 of 16: Cancel the key's deletion"]


def test_an_unknown_topic_is_a_usage_error(small_suite: Path) -> None:
    transcript = small_suite / "lab.md"
    options = ["encypt", f"--transcript={transcript}"]
    finished = run_python("-c", ONE_FEATURE, small_suite, *options)
    assert finished.returncode == 2
    assert not transcript.exists()
    assert "The lesson has no step or topic encypt.\n" in finished.stderr
    assert "Choose one of create_table, or a number from 1." in finished.stderr


def test_the_audience_can_choose_the_password(small_suite: Path) -> None:
    traffic = "  @traffic\n  Scenario: Creating the table again"
    edit(small_suite, "  Scenario: Creating the table again", traffic)
    finished = run_python("-c", ONE_FEATURE, small_suite, "--password=--our own ☕")
    assert finished.returncode == 0, finished.stdout
    assert "The response contains the password: Base64 of “--our own ☕”." in finished.stdout
    assert "staple" not in finished.stdout


PROMPT = "space: next, b: back, ?: keys, q: quit"


def typist(keys: str) -> Callable[[str], str]:
    """Type one of the keys at each prompt, and the last of them at all that follow."""

    def answer(printed: str) -> str:
        prompts = printed.count(PROMPT)
        return keys[min(prompts, len(keys)) - 1] if PROMPT in printed[-len(PROMPT) - 40 :] else ""

    return answer


def test_pace_waits_for_a_key_after_each_step(small_suite: Path) -> None:
    code, printed = run_in_terminal("-c", ONE_FEATURE, small_suite, "--pace", answer=typist("b "))
    assert code == 0, printed
    explanation, sentences, back = 1, 8, 1
    assert printed.count("✔") == 12
    assert printed.count(PROMPT) == explanation + sentences + back
    assert printed.count("The encrypted passwords are stored in a DynamoDB table") == 2


def test_q_quits_and_cleans_up(small_suite: Path) -> None:
    code, printed = run_in_terminal("-c", ONE_FEATURE, small_suite, "--pace", answer=typist(" q"))
    assert code == 0, printed
    assert printed.count("✔") == 1
    ending = "The lesson is stopped. Cleaned up: 1 table; deleted with the sandbox; nothing left"
    assert ending in " ".join(printed.split())


def test_ctrl_c_while_it_waits_cleans_up(small_suite: Path) -> None:
    code, printed = run_in_terminal(
        "-c", ONE_FEATURE, small_suite, "--pace", answer=typist(" \x03")
    )
    assert code == 130, printed
    assert "Interrupted. Cleaned up: 1 table; deleted" in " ".join(printed.split())
    assert "Traceback" not in printed
