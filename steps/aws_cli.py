"""The aws command of the AWS CLI, as a learner types it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from pytest_bdd import then, when

from kmsdemo.account.clients import Clients
from kmsdemo.backends import Backend
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from kmsdemo.learners.submission.limits import Budget
from kmsdemo.learners.submission.program import Finished, Program
from steps.failures import ERROR_CODES, fails
from steps.passwords import UNKNOWN_USER, StoredPassword

TIME_LIMIT_SECONDS = 60

RunAws = Callable[..., list[Finished]]


@pytest.fixture
def aws(clients: Clients, backend: Backend) -> RunAws:
    """Run aws commands in parallel; each is a list of arguments, without ``aws``."""
    program = _installed()
    if not program:
        pytest.skip("the aws command is not installed (pip install awscli)")

    def run(*commands: Sequence[str]) -> list[Finished]:
        with backend.subprocess_environment() as variables:
            environment = {**os.environ, **variables}
            running = [
                Program(
                    [*program, *arguments],
                    environment,
                    folder=Path.cwd(),
                    budget=Budget(TIME_LIMIT_SECONDS),
                )
                for arguments in commands
            ]
            return [program.finish() for program in running]

    return run


def _installed() -> list[str]:
    if find_spec("awscli"):  # pip's aws does not start where the path of Python has a space in it
        return [sys.executable, "-m", "awscli"]
    found = shutil.which("aws")
    return [found] if found else []


@pytest.fixture
def ciphertext_file(tmp_path: Path, ciphertext_blob: bytes) -> str:
    """The ciphertext, in a file that the aws command can read."""
    path = tmp_path / "ciphertext"
    path.write_bytes(ciphertext_blob)
    return f"fileb://{path}"


def decrypt_arguments(key: Key, table_name: str, ciphertext_file: str, appuser: str) -> list[str]:
    context = f"appuser={appuser},table={table_name}"
    arguments = f"kms decrypt --key-id {key.key_id} --encryption-context {context}"
    return [*arguments.split(), "--ciphertext-blob", ciphertext_file]


@when("I read the item and decrypt its ciphertext with the aws command", target_fixture="finished")
def read_and_decrypt(
    aws: RunAws, key: Key, table_name: str, stored: StoredPassword, ciphertext_file: str
) -> list[Finished]:
    partition_key = json.dumps({"appuser": {"S": stored.appuser}})
    return aws(
        ["dynamodb", "get-item", "--table-name", table_name, "--key", partition_key],
        decrypt_arguments(key, table_name, ciphertext_file, stored.appuser),
    )


@then("the item shows the user number and the ciphertext")
def item_shows_ciphertext(
    finished: list[Finished], stored: StoredPassword, ciphertext_blob: bytes
) -> None:
    item = json.loads(finished[0].stdout)["Item"]
    assert item["appuser"] == {"S": stored.appuser}
    assert base64.b64decode(item["userpasswd"]["B"]) == ciphertext_blob


@then("the aws command returns the password")
def aws_returns_password(finished: list[Finished], stored: StoredPassword) -> None:
    plaintext = base64.b64decode(json.loads(finished[1].stdout)["Plaintext"])
    unchanged = plaintext.decode() == stored.password
    assert unchanged, "the aws command does not return the password"


@when("I clean up with the aws command", target_fixture="finished")
def clean_up(aws: RunAws, key: Key, table_name: str) -> list[Finished]:
    schedule = f"kms schedule-key-deletion --key-id {key.key_id} --pending-window-in-days 7"
    delete = f"dynamodb delete-table --table-name {table_name}"
    return aws(schedule.split(), delete.split())


@when("I decrypt the ciphertext for another user with the aws command", target_fixture="finished")
def decrypt_for_another_user(
    aws: RunAws, key: Key, table_name: str, ciphertext_file: str
) -> list[Finished]:
    return aws(decrypt_arguments(key, table_name, ciphertext_file, UNKNOWN_USER))


@then(fails("the aws command"))
def aws_fails(finished: list[Finished], error: type[KmsdemoError]) -> None:
    assert finished[0].exit_code != 0
    assert ERROR_CODES[error] in finished[0].stderr
