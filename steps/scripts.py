"""The two scripts of the lab, or two scripts of a learner: running them.

A scenario is skipped if another fault prevents what it needs.
"""

from __future__ import annotations

import math
import secrets
import shlex
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, when

from kmsdemo.backends import Backend
from kmsdemo.keys import Key
from kmsdemo.learners import faults
from kmsdemo.learners.finding import CheckFailed
from kmsdemo.learners.script_run import Run
from kmsdemo.learners.script_runner import ScriptRunner, running_scripts
from kmsdemo.learners.submission import NotRun, Submission, output, submitted
from kmsdemo.learners.submission.program import Finished
from kmsdemo.vault import Item
from steps.keys import UNKNOWN_KEY
from steps.passwords import UNKNOWN_USER, StoredPassword

if TYPE_CHECKING:
    from kmsdemo.account import Account

EXAMPLES = Path(__file__).parent.parent / "examples"
OURS = {
    "encrypt": shlex.join([sys.executable, "encrypt-passwd.py", "{password}", "{key_id}"]),
    "decrypt": shlex.join([sys.executable, "decrypt-passwd.py", "{appuser}", "{key_id}"]),
}
# A part of its own for each run: what is found in a file was written there by these scripts.
UNIQUE = secrets.token_hex(8)
UNUSUAL = {
    "with spaces and quotes in it": f""" it's  a "secret" {UNIQUE} """,
    "that looks like an option": "--help",
    "with accents and emoji in it": f"crème brûlée 🔑🔒 {UNIQUE}",
    "of 4,096 bytes": UNIQUE + "é" * (2048 - len(UNIQUE) // 2),
}
UNKNOWN = {"password": "a password", "key_id": UNKNOWN_KEY}
MISTAKES = [
    {"name": "encrypt"},
    {"name": "decrypt"},
    {"name": "encrypt", **UNKNOWN},
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that grade other scripts than ours."""
    group = parser.getgroup("kmsdemo")
    for name, placeholder in {"encrypt": "password", "decrypt": "appuser"}.items():
        text = f"{name} script, with {{{placeholder}}} and {{key_id}} in its command line"
        group.addoption(f"--{name}", metavar="COMMAND", help=f"your own {text}")
    group.addoption("--seconds-each", type=seconds, default=60, help="time limit for one run")
    group.addoption("--seconds", type=seconds, default=math.inf, help="time limit for all runs")


def seconds(text: str) -> float:
    """Return a time limit, of more than nothing."""
    number = float(text)
    if not number > 0:  # nan is not
        raise ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return number


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the requirements for learners' scripts, unless such scripts are given."""
    if not are_theirs(config):
        left_out = [item for item in items if item.get_closest_marker("theirs")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def are_theirs(config: pytest.Config) -> bool:
    """Whether a learner's scripts are graded."""
    return any(map(config.getoption, OURS))


@pytest.fixture(scope="session")
def submission(pytestconfig: pytest.Config) -> Iterator[Submission]:
    """The two scripts: ours, or those of the command line in the current folder."""
    given = {name: pytestconfig.getoption(name) for name in OURS}
    with submitted(
        **{name: command or OURS[name] for name, command in given.items()},
        folder=Path.cwd() if are_theirs(pytestconfig) else EXAMPLES,
        seconds_each=pytestconfig.getoption("seconds_each"),
        seconds=pytestconfig.getoption("seconds"),
    ) as submission:
        yield submission


@pytest.fixture(scope="module")
def runner(submission: Submission, backend: Backend, account: Account) -> Iterator[ScriptRunner]:
    """The scripts at work in the account of all scenarios, where each run is made once."""
    with running_scripts(submission, backend, account, random_password()) as runner:
        yield runner


def random_password() -> str:
    return f"correct horse {secrets.token_hex(8)}"


def run(runner: ScriptRunner, name: str, *, fresh: bool = False, **values: str) -> Run:
    """Run a script to its end, which it must reach by itself."""
    try:
        return ended(runner.run(name, fresh=fresh, **values))
    except NotRun as reason:
        pytest.skip(str(reason))


def ended(run: Run) -> Run:
    if stop := run.finished.stopped:
        raise CheckFailed(stop.what, expected="It ends by itself.", next_step=stop.next_step)
    return run


def encrypt_with(runner: ScriptRunner, password: str) -> Run:
    return run(runner, "encrypt", password=password, key_id=runner.key.key_id)


def decrypt_for(runner: ScriptRunner, appuser: str, *, fresh: bool = False) -> Run:
    return run(runner, "decrypt", fresh=fresh, appuser=appuser, key_id=runner.key.key_id)


def item_of(run: Run) -> Item:
    if run.written is None:
        raise CheckFailed("The table is empty.", expected="An item in the table demo-kms.")
    return run.written


def stored_by(runner: ScriptRunner, password: str) -> StoredPassword:
    encrypted = encrypt_with(runner, password)
    output.expect_success(encrypted.finished, password)
    return StoredPassword(item_of(encrypted).appuser, password)


# -------------------------------------------------------------------------------- running


@given("the two scripts, with a key and a table", target_fixture="key")
def the_two_scripts(runner: ScriptRunner) -> Key:
    return runner.key


@given("a password stored by the encrypt script", target_fixture="stored")
def store_first(runner: ScriptRunner) -> StoredPassword:
    try:
        return stored_by(runner, runner.password)
    except CheckFailed:
        pytest.skip("the encrypt script does not store an item")


@given("a password encrypted by the encrypt script", target_fixture="stored")
def encrypt_first(runner: ScriptRunner) -> StoredPassword:
    stored = store_first(runner)
    if plaintext_fault(runner) or not_encrypted_fault(runner):
        pytest.skip("the encrypt script does not encrypt the password with AWS KMS")
    return stored


@given("a password that the decrypt script prints", target_fixture="stored")
def print_first(runner: ScriptRunner) -> StoredPassword:
    stored = encrypt_first(runner)
    try:
        printed = decrypt_for(runner, stored.appuser).finished.stdout
    except CheckFailed:
        printed = ""
    if stored.password not in printed:
        pytest.skip("the decrypt script does not print a simple password yet")
    return stored


@given("two scripts that work", target_fixture="stored")
def scripts_work(pytestconfig: pytest.Config, runner: ScriptRunner) -> StoredPassword:
    stored = print_first(runner)
    if not_asked_fault(runner, stored):
        pytest.skip("the decrypt script does not ask AWS KMS")
    if are_theirs(pytestconfig):
        run_ahead(runner)
    return stored


def run_ahead(runner: ScriptRunner) -> None:
    """Begin what the other scenarios ask for, if the runs do not get into each other's way."""
    if len(users(runner)) == 2:
        unknown = {"name": "decrypt", "appuser": UNKNOWN_USER, "key_id": runner.key.key_id}
        runner.run_ahead(list(UNUSUAL.values()), [*MISTAKES, unknown])


def users(runner: ScriptRunner) -> set[str]:
    try:
        runs = [encrypt_with(runner, each) for each in (runner.password, runner.another_password)]
    except CheckFailed:
        return set()
    return {run.written.appuser for run in runs if run.written}


@given(parsers.re("a password (?P<unusual>(with|that looks|of) .*)"), target_fixture="chosen")
def choose_unusual_password(unusual: str, runner: ScriptRunner) -> str:
    if len(users(runner)) == 1:
        pytest.skip("each run of the encrypt script overwrites the same item")
    return UNUSUAL[unusual]


@given("a password that is stored in the same form by somebody else", target_fixture="stored")
def store_unseen(runner: ScriptRunner, stored: StoredPassword) -> StoredPassword:
    first, second = (
        item_of(encrypt_with(runner, each)) for each in (runner.password, runner.another_password)
    )
    decrypting = decrypt_for(runner, stored.appuser).decrypting[0]
    password = random_password()
    if appuser := runner.store_unseen([first, second], decrypting, password):
        return StoredPassword(appuser, password)
    return stored_by(runner, password)  # only the encrypt script knows the form


@when("I run the encrypt script with the password", target_fixture="stored")
def encrypt_password(runner: ScriptRunner, chosen: str) -> StoredPassword:
    return stored_by(runner, chosen)


@when("I run the encrypt script with a password", target_fixture="run_of")
def encrypt(runner: ScriptRunner) -> Run:
    return encrypt_with(runner, runner.password)


@when("I run the encrypt script with another password")
def encrypt_another(runner: ScriptRunner) -> None:
    output.expect_success(
        encrypt_with(runner, runner.another_password).finished, runner.another_password
    )


@when("I run the decrypt script for the user", target_fixture="finished")
def decrypt(runner: ScriptRunner, stored: StoredPassword) -> Finished:
    return decrypt_for(runner, stored.appuser).finished


@when("I run the decrypt script for the user on another machine", target_fixture="finished")
def decrypt_elsewhere(runner: ScriptRunner, stored: StoredPassword) -> Finished:
    return decrypt_for(runner, stored.appuser, fresh=True).finished


@when("I run the decrypt script while AWS KMS returns something else", target_fixture="finished")
def decrypt_wrongly(runner: ScriptRunner, backend: Backend, stored: StoredPassword) -> Finished:
    return runner.decrypt_alone(stored.appuser, backend.wrong_plaintexts).finished


@when("I run the decrypt script while the key is disabled", target_fixture="finished")
def decrypt_without_key(runner: ScriptRunner, stored: StoredPassword) -> Finished:
    return runner.decrypt_alone(stored.appuser, runner.key_disabled).finished


@when(parsers.parse("I run the {name} script with no arguments"), target_fixture="finished")
def run_without_arguments(runner: ScriptRunner, name: str) -> Finished:
    return run(runner, name).finished


@when("I run the encrypt script with an unknown key", target_fixture="finished")
def encrypt_with_unknown_key(runner: ScriptRunner) -> Finished:
    return run(runner, "encrypt", password=UNKNOWN["password"], key_id=UNKNOWN_KEY).finished


@when("I run the decrypt script with an unknown user", target_fixture="finished")
def decrypt_for_unknown_user(runner: ScriptRunner) -> Finished:
    return decrypt_for(runner, UNKNOWN_USER).finished


@when("the encrypt script draws a user number that is in use", target_fixture="is_overwritten")
def draw_used_number(runner: ScriptRunner) -> bool:
    return runner.overwrites(encrypt_with(runner, runner.password))


# ------------------------------------------------------------------------------ the faults


def plaintext_fault(runner: ScriptRunner) -> str:
    """Say where AWS has the password after a run of the encrypt script."""
    run = encrypt_with(runner, runner.password)
    if fault := faults.password_fault(item_of(run), runner.password):
        return fault
    if call := run.call_that_shows(runner.password):
        return f"The call of {call.operation} contains the password."
    return ""


def not_encrypted_fault(runner: ScriptRunner) -> str:
    """Say that AWS KMS has not encrypted anything, where the calls are seen."""
    run = encrypt_with(runner, runner.password)
    if runner.is_watched and not run.encrypting:
        return "The encrypt script does not ask AWS KMS to encrypt."
    return ""


def not_asked_fault(runner: ScriptRunner, stored: StoredPassword) -> str:
    """Say that AWS KMS has not decrypted anything, where the calls are seen."""
    run = decrypt_for(runner, stored.appuser)
    if runner.is_watched and not run.decrypting:
        return "The decrypt script prints the password without a call of Decrypt."
    return ""
