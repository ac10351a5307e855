"""The two scripts that the class reads, or two that somebody else wrote.

What a scenario needs and does not get, because of another fault, skips it.
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
from kmsdemo.learners import progress
from kmsdemo.learners.finding import Mismatch, assert_no_fault
from kmsdemo.learners.submission import NotRun, Submission, printed, submitted
from kmsdemo.learners.submission.machine import Machine
from kmsdemo.learners.submission.program import Finished
from kmsdemo.vault import Item, items
from steps.keys import UNKNOWN_KEY
from steps.passwords import NOBODY, Stored

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
    """Add what holds other scripts than ours to the features."""
    group = parser.getgroup("kmsdemo")
    for name, placeholder in {"encrypt": "password", "decrypt": "appuser"}.items():
        text = f"{name} script, with {{{placeholder}}} and {{key_id}} in its command line"
        group.addoption(f"--{name}", metavar="COMMAND", help=f"your own {text}")
    group.addoption("--seconds-each", type=float, default=60, help="time for a run of a script")
    group.addoption("--seconds", type=float, default=math.inf, help="time for all of their runs")


@pytest.fixture(scope="session")
def submission(pytestconfig: pytest.Config) -> Iterator[Submission]:
    """The two scripts: ours, or those of the command line, which are in the current folder."""
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
    """What each run of a script in this scenario left behind, under the script's name."""
    return []


@pytest.fixture
def run_script(
    submission: Submission, backend: Backend, table_name: str, runs: list[tuple[str, Finished]]
) -> RunScript:
    """Run ``encrypt`` or ``decrypt`` with values for what its command line leaves open."""

    def run(name: str, machine: Machine = submission.machine, **values: str) -> Finished:
        with backend.subprocess_environment() as variables:
            environment = {**variables, "KMSDEMO_TABLE": table_name}
            try:
                finished = submission.run(name, machine, environment, values)
            except NotRun as reason:
                pytest.skip(str(reason))
        if finished.stopped:
            why = finished.stopped
            raise Mismatch(why.what, expected="It ends by itself.", next_step=why.next_step)
        runs.append((name, finished))
        return finished

    return run


@pytest.fixture
def stored_items(dynamodb: DynamoDBClient, table_name: str) -> StoredItems:
    """Look at what is in the table, which is not empty."""

    def look() -> list[Item]:
        if there := list(items(dynamodb, table_name)):
            return there
        raise Mismatch("The table is empty.", expected="An item in the table demo-kms.")

    return look


def leave_out_if_readable(stored: Iterable[Item], password: str) -> None:
    """Skip what asks whether AWS KMS was asked, where it plainly was not."""
    if any(progress.about_password(item, password) for item in stored):
        pytest.skip("the password can be read in the table")


# -------------------------------------------------------------------------------- running


@given("two scripts that work")
def scripts_work(submission: Submission) -> None:
    if submission.gives_passwords_back is False:
        pytest.skip("the scripts do not even give a plain password back")


@given(parsers.re("a password (?P<unusual>(with|that|of) .*)"), target_fixture="password")
def choose_unusual_password(unusual: str) -> str:
    return UNUSUAL[unusual]


@given("a password stored by the encrypt script", target_fixture="stored")
def store_first(
    submission: Submission,
    run_script: RunScript,
    key: Key,
    stored_items: StoredItems,
    password: str,
) -> Stored:
    try:
        return store_password(run_script, key, stored_items, password)
    except Mismatch:
        submission.remember(gives_passwords_back=False)
        pytest.skip("the encrypt script stores nothing")


@when("I run the encrypt script with the password", target_fixture="stored")
def store_password(
    run_script: RunScript, key: Key, stored_items: StoredItems, password: str
) -> Stored:
    finished = encrypt(run_script, key, password)
    printed.expect_success(finished, password)
    return Stored(stored_items()[0].appuser, password)


@when("I run the encrypt script with a password", target_fixture="finished")
def encrypt(run_script: RunScript, key: Key, password: str) -> Finished:
    return run_script("encrypt", password=password, key_id=key.key_id)


@when("I run the decrypt script for the user", target_fixture="finished")
def decrypt(run_script: RunScript, key: Key, stored: Stored) -> Finished:
    return run_script("decrypt", appuser=stored.appuser, key_id=key.key_id)


@when("I run the decrypt script for the user on another machine", target_fixture="finished")
def decrypt_elsewhere(
    run_script: RunScript, submission: Submission, key: Key, stored: Stored
) -> Finished:
    there = submission.another_machine
    return run_script("decrypt", there, appuser=stored.appuser, key_id=key.key_id)


@when(parsers.parse("I run the {name} script with no arguments"), target_fixture="finished")
def run_without_arguments(run_script: RunScript, name: str) -> Finished:
    return run_script(name)


@when("I run the encrypt script with a key that does not exist", target_fixture="finished")
def encrypt_with_unknown_key(run_script: RunScript, password: str) -> Finished:
    return run_script("encrypt", password=password, key_id=UNKNOWN_KEY)


@when("I run the decrypt script with a user that nobody stored", target_fixture="finished")
def decrypt_for_unknown_user(run_script: RunScript, key: Key) -> Finished:
    return run_script("decrypt", appuser=NOBODY, key_id=key.key_id)


# -------------------------------------------------------------------------- what they print


@then("it prints the lab's lines for encrypting")
def prints_lines_for_encrypting(
    finished: Finished, stored_items: StoredItems, password: str
) -> None:
    printed.expect_success(finished, password)
    expected = printed.lines_for_encrypting(stored_items()[0].appuser)
    # That it shows the password is another scenario's matter.
    lines = [line for line in printed.lines_of(finished.stdout) if password not in line]
    printed.expect_lines(lines, expected, password)


@then("it prints the lab's lines for decrypting, with the password")
def prints_lines_for_decrypting(submission: Submission, finished: Finished, stored: Stored) -> None:
    submission.remember(gives_passwords_back=stored.password in finished.stdout)
    printed.expect_success(finished, stored.password)
    expected = printed.lines_for_decrypting(stored.appuser, stored.password)
    printed.expect_lines(printed.lines_of(finished.stdout), expected, stored.password)


@then("it gives the password back")
def gives_password_back(finished: Finished, stored: Stored) -> None:
    printed.expect_success(finished, stored.password)
    printed.expect_password(finished.stdout, stored.password)


@then("it does not print the password")
def prints_no_password(finished: Finished, stored_items: StoredItems, password: str) -> None:
    leave_out_if_readable(stored_items(), password)
    printed.expect_secrecy(finished.stdout, password, "The decrypt script, without AWS KMS,")


@then("only its answer shows the password")
def only_answer_shows_password(runs: list[tuple[str, Finished]], password: str) -> None:
    for name, finished in runs:
        rest = finished.stdout.replace(password, "", 1 if name == "decrypt" else 0)
        printed.expect_secrecy(rest, password, f"The output of the {name} script")
        printed.expect_secrecy(finished.stderr, password, f"Standard error of the {name} script")


@then("no file that they wrote shows the password")
def no_file_shows_password(submission: Submission, password: str) -> None:
    for path in submission.files_that_show(password):
        where = submission.machine.place_of(path)
        raise Mismatch(f"The file {path.name} in {where} shows the password.")


@then("it writes nothing to standard error")
def standard_error_is_empty(finished: Finished) -> None:
    assert finished.stderr == ""


@then("the script fails and says why")
def script_fails(
    dynamodb: DynamoDBClient, table_name: str, finished: Finished, password: str
) -> None:
    leave_out_if_readable(items(dynamodb, table_name), password)
    printed.expect_failure(finished, password)


# -------------------------------------------------------------------------- what they store


@then("the table has an item for each of two users")
def table_has_two_users(stored_items: StoredItems) -> None:
    if len(there := stored_items()) < 2:
        raise Mismatch(
            f"After two runs there is one item, of user {there[0].appuser}.", expected="Two items."
        )


@then('the item has binary data under "userpasswd"')
def item_has_binary_data(stored_items: StoredItems) -> None:
    assert_no_fault(map(progress.about_attributes, stored_items()))


@then("no attribute of the item shows the password")
def item_hides_password(stored_items: StoredItems, password: str) -> None:
    assert_no_fault(progress.about_password(item, password) for item in stored_items())


@then("AWS KMS decrypts what is stored under the key that I named")
def named_key_decrypts(kms: KMSClient, key: Key, stored_items: StoredItems, password: str) -> None:
    there = stored_items()
    leave_out_if_readable(there, password)
    assert_no_fault(progress.about_ciphertext(kms, key.key_id, item) for item in there)
