"""The two scripts that the class reads."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo.backends import Backend
from kmsdemo.keys import Key
from steps.keys import UNKNOWN_KEY
from steps.passwords import NOBODY, Stored
from steps.programs import Finished, run_together

EXAMPLES = Path(__file__).parent.parent / "examples"
ENCRYPTED = re.compile(
    r"-->> Encrypting your very secret password\n"
    r"A new encrypted password for user: (\d{5}) has been stored in DynamoDB\n"
)

RunScript = Callable[..., Finished]


@pytest.fixture
def run_script(backend: Backend, table_name: str) -> RunScript:
    """Run ``encrypt`` or ``decrypt`` with arguments."""

    def run(name: str, *arguments: str) -> Finished:
        script = EXAMPLES / f"{name}-passwd.py"
        environment = {**backend.environment(), "KMSDEMO_TABLE": table_name}
        (finished,) = run_together(environment, [sys.executable, script, *arguments])
        return finished

    return run


def store(run_script: RunScript, key: Key, password: str) -> Stored:
    printed = ENCRYPTED.fullmatch(run_script("encrypt", password, key.key_id).stdout)
    assert printed, "the encrypt script does not print the lab's lines"
    return Stored(printed[1], password)


@given("a password stored by the encrypt script", target_fixture="stored")
def store_password(run_script: RunScript, key: Key, password: str) -> Stored:
    return store(run_script, key, password)


@given("an unusual password stored by the encrypt script", target_fixture="stored")
def store_unusual_password(run_script: RunScript, key: Key) -> Stored:
    return store(run_script, key, """ it's a "secret" 🔑  é """)


@when("I run the encrypt script with a password", target_fixture="finished")
def encrypt(run_script: RunScript, key: Key, password: str) -> Finished:
    return run_script("encrypt", password, key.key_id)


@when("I run the decrypt script for the user", target_fixture="finished")
def decrypt(run_script: RunScript, key: Key, stored: Stored) -> Finished:
    return run_script("decrypt", stored.appuser, key.key_id)


@when(parsers.parse("I run the {name} script with no arguments"), target_fixture="finished")
def run_without_arguments(run_script: RunScript, name: str) -> Finished:
    return run_script(name)


@when("I run the encrypt script with a key that does not exist", target_fixture="finished")
def encrypt_with_unknown_key(run_script: RunScript, password: str) -> Finished:
    return run_script("encrypt", password, UNKNOWN_KEY)


@when("I run the decrypt script with a user that nobody stored", target_fixture="finished")
def decrypt_for_unknown_user(run_script: RunScript, key: Key) -> Finished:
    return run_script("decrypt", NOBODY, key.key_id)


@then("it prints the lab's lines for encrypting")
def prints_lines_for_encrypting(finished: Finished) -> None:
    assert ENCRYPTED.fullmatch(finished.stdout)
    assert (finished.exit_code, finished.stderr) == (0, "")


@then("it prints the lab's lines for decrypting, with the password")
def prints_lines_for_decrypting(finished: Finished, stored: Stored) -> None:
    as_the_lab_says = finished.stdout == (
        f"-->> Decrypting the very secret password for user: {stored.appuser}\n"
        f"Is this your decrypted password? -> {stored.password}\n"
    )
    assert as_the_lab_says, f"the decrypt script prints other lines; {finished}"
    assert (finished.exit_code, finished.stderr) == (0, "")


@then("the script fails and says why")
def script_fails(finished: Finished) -> None:
    assert finished.exit_code != 0
    assert finished.stderr.strip()
    assert "Traceback" not in finished.stderr
