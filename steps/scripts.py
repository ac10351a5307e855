"""The two scripts of the lab, or two scripts of a learner.

A scenario is skipped where another fault keeps it from what it needs.
"""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo.backends import Backend
from kmsdemo.keys import Key
from kmsdemo.learners import faults
from kmsdemo.learners.finding import CheckFailed, fail_if_any
from kmsdemo.learners.submission import NotRun, Submission, output, submitted
from kmsdemo.learners.submission.program import Finished
from kmsdemo.learners.submission.workspace import Workspace
from kmsdemo.vault import Item, items
from steps.keys import UNKNOWN_KEY
from steps.passwords import UNKNOWN_USER, StoredPassword

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

EXAMPLES = Path(__file__).parent.parent / "examples"
OURS = {
    "encrypt": shlex.join([sys.executable, "encrypt-passwd.py", "{password}", "{key_id}"]),
    "decrypt": shlex.join([sys.executable, "decrypt-passwd.py", "{appuser}", "{key_id}"]),
}
UNUSUAL = {
    "with spaces and quotes in it": """ it's  a "secret" """,
    "that looks like an option": "--help",
    "with accents and emoji in it": "crème brûlée 🔑🔒",
    "of 4,096 bytes": "é" * 2048,
}

RunScript = Callable[..., Finished]
StoredItems = Callable[[], list[Item]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that grade other scripts than ours."""
    group = parser.getgroup("kmsdemo")
    for name, placeholder in {"encrypt": "password", "decrypt": "appuser"}.items():
        text = f"{name} script, with {{{placeholder}}} and {{key_id}} in its command line"
        group.addoption(f"--{name}", metavar="COMMAND", help=f"your own {text}")
    group.addoption("--seconds-each", type=float, default=60, help="time limit for one run")
    group.addoption("--seconds", type=float, default=math.inf, help="time limit for all runs")


@pytest.fixture(scope="session")
def submission(pytestconfig: pytest.Config) -> Iterator[Submission]:
    """The two scripts: ours, or those of the command line in the current folder."""
    given = {name: pytestconfig.getoption(name) for name in OURS}
    with submitted(
        **{name: command or OURS[name] for name, command in given.items()},
        folder=Path.cwd() if any(given.values()) else EXAMPLES,
        seconds_each=pytestconfig.getoption("seconds_each"),
        seconds=pytestconfig.getoption("seconds"),
    ) as submission:
        yield submission


@pytest.fixture
def runs() -> list[tuple[str, Finished]]:
    """The result of each run in this scenario, with the name of the script."""
    return []


@pytest.fixture
def run_script(
    submission: Submission, backend: Backend, table_name: str, runs: list[tuple[str, Finished]]
) -> RunScript:
    """Run ``encrypt`` or ``decrypt`` with values for the placeholders of its command line."""

    def run(name: str, workspace: Workspace = submission.workspace, **values: str) -> Finished:
        with backend.subprocess_environment() as variables:
            environment = {**variables, "KMSDEMO_TABLE": table_name}
            try:
                finished = submission.run(name, workspace, environment, values)
            except NotRun as reason:
                pytest.skip(str(reason))
        if finished.stopped:
            stop = finished.stopped
            raise CheckFailed(stop.what, expected="It ends by itself.", next_step=stop.next_step)
        runs.append((name, finished))
        return finished

    return run


@pytest.fixture
def stored_items(dynamodb: DynamoDBClient, table_name: str) -> StoredItems:
    """Read the items of the table; fail if there are none."""

    def scan() -> list[Item]:
        if found := list(items(dynamodb, table_name)):
            return found
        raise CheckFailed("The table is empty.", expected="An item in the table demo-kms.")

    return scan


def skip_if_not_encrypted(stored: Iterable[Item], password: str) -> None:
    """Skip a scenario about the use of AWS KMS if the table contains the password itself."""
    if any(faults.password_fault(item, password) for item in stored):
        pytest.skip("the table contains the password")


# -------------------------------------------------------------------------------- running


@given("two scripts that work")
def scripts_work(submission: Submission) -> None:
    if submission.returns_passwords is False:
        pytest.skip("the scripts do not return a simple password yet")


@given(parsers.re("a password (?P<unusual>(with|that|of) .*)"), target_fixture="password")
def choose_unusual_password(unusual: str) -> str:
    return UNUSUAL[unusual]


@given("a password encrypted by the encrypt script", target_fixture="stored")
def encrypt_first(
    submission: Submission,
    run_script: RunScript,
    key: Key,
    stored_items: StoredItems,
    password: str,
) -> StoredPassword:
    try:
        return encrypt_password(run_script, key, stored_items, password)
    except CheckFailed:
        submission.remember(returns_passwords=False)
        pytest.skip("the encrypt script does not store an item")


@when("I run the encrypt script with the password", target_fixture="stored")
def encrypt_password(
    run_script: RunScript, key: Key, stored_items: StoredItems, password: str
) -> StoredPassword:
    finished = encrypt(run_script, key, password)
    output.expect_success(finished, password)
    return StoredPassword(stored_items()[0].appuser, password)


@when("I run the encrypt script with a password", target_fixture="finished")
def encrypt(run_script: RunScript, key: Key, password: str) -> Finished:
    return run_script("encrypt", password=password, key_id=key.key_id)


@when("I run the decrypt script for the user", target_fixture="finished")
def decrypt(run_script: RunScript, key: Key, stored: StoredPassword) -> Finished:
    return run_script("decrypt", appuser=stored.appuser, key_id=key.key_id)


@when("I run the decrypt script for the user on another machine", target_fixture="finished")
def decrypt_elsewhere(
    run_script: RunScript, submission: Submission, key: Key, stored: StoredPassword
) -> Finished:
    fresh = submission.fresh_workspace
    return run_script("decrypt", fresh, appuser=stored.appuser, key_id=key.key_id)


@when(parsers.parse("I run the {name} script with no arguments"), target_fixture="finished")
def run_without_arguments(run_script: RunScript, name: str) -> Finished:
    return run_script(name)


@when("I run the encrypt script with an unknown key", target_fixture="finished")
def encrypt_with_unknown_key(run_script: RunScript, password: str) -> Finished:
    return run_script("encrypt", password=password, key_id=UNKNOWN_KEY)


@when("I run the decrypt script with an unknown user", target_fixture="finished")
def decrypt_for_unknown_user(run_script: RunScript, key: Key) -> Finished:
    return run_script("decrypt", appuser=UNKNOWN_USER, key_id=key.key_id)


# -------------------------------------------------------------------------- what they print


@then("it prints the lab's lines for encrypting")
def prints_lines_for_encrypting(
    finished: Finished, stored_items: StoredItems, password: str
) -> None:
    output.expect_success(finished, password)
    expected = output.lines_for_encrypting(stored_items()[0].appuser)
    # Another scenario checks that no line contains the password.
    lines = [line for line in output.lines_of(finished.stdout) if password not in line]
    output.expect_lines(lines, expected, password)


@then("it prints the lab's lines for decrypting, with the password")
def prints_lines_for_decrypting(
    submission: Submission, finished: Finished, stored: StoredPassword
) -> None:
    submission.remember(returns_passwords=stored.password in finished.stdout)
    output.expect_success(finished, stored.password)
    expected = output.lines_for_decrypting(stored.appuser, stored.password)
    output.expect_lines(output.lines_of(finished.stdout), expected, stored.password)


@then("it prints the password")
def prints_password(finished: Finished, stored: StoredPassword) -> None:
    output.expect_success(finished, stored.password)
    output.expect_password(finished.stdout, stored.password)


@then("it does not print the password")
def prints_no_password(finished: Finished, stored_items: StoredItems, password: str) -> None:
    skip_if_not_encrypted(stored_items(), password)
    where = "The output of the decrypt script, without the key,"
    output.expect_secrecy(finished.stdout, password, where)


@then("only its output contains the password, and only once")
def only_output_contains_password(runs: list[tuple[str, Finished]], password: str) -> None:
    for name, finished in runs:
        rest = finished.stdout.replace(password, "", 1 if name == "decrypt" else 0)
        output.expect_secrecy(rest, password, f"The output of the {name} script")
        output.expect_secrecy(finished.stderr, password, f"Standard error of the {name} script")


@then("no file that they wrote contains the password")
def no_file_contains_password(submission: Submission, password: str) -> None:
    for path in submission.files_containing(password):
        where = submission.workspace.location_of(path)
        raise CheckFailed(f"The file {path.name} in {where} contains the password.")


@then("it writes nothing to standard error")
def standard_error_is_empty(finished: Finished) -> None:
    assert finished.stderr == ""


@then("the script fails and says why")
def script_fails(
    dynamodb: DynamoDBClient, table_name: str, finished: Finished, password: str
) -> None:
    skip_if_not_encrypted(items(dynamodb, table_name), password)
    output.expect_failure(finished, password)


# -------------------------------------------------------------------------- what they store


@then("the table has an item for each of two users")
def table_has_two_users(stored_items: StoredItems) -> None:
    if len(found := stored_items()) < 2:
        raise CheckFailed(
            f"After two runs there is one item, of user {found[0].appuser}.", expected="Two items."
        )


@then('the item has binary data in "userpasswd"')
def item_has_binary_data(stored_items: StoredItems) -> None:
    fail_if_any(map(faults.attribute_fault, stored_items()))


@then("no attribute of the item contains the password")
def item_hides_password(stored_items: StoredItems, password: str) -> None:
    fail_if_any(faults.password_fault(item, password) for item in stored_items())


@then("the stored ciphertext decrypts under the given key")
def given_key_decrypts(kms: KMSClient, key: Key, stored_items: StoredItems, password: str) -> None:
    found = stored_items()
    skip_if_not_encrypted(found, password)
    fail_if_any(faults.ciphertext_fault(kms, key.key_id, item) for item in found)
