"""What the two scripts of the lab, or of a learner, print and store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import then

from kmsdemo.learners import faults
from kmsdemo.learners.finding import CheckFailed, fail_if_any
from kmsdemo.learners.script_run import Run
from kmsdemo.learners.script_runner import ScriptRunner
from kmsdemo.learners.submission import Submission, output
from kmsdemo.learners.submission.program import Finished
from steps.passwords import StoredPassword
from steps.scripts import (
    UNUSUAL,
    encrypt_with,
    item_of,
    not_asked_fault,
    not_encrypted_fault,
    plaintext_fault,
    users,
)

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


# -------------------------------------------------------------------------- what they print


@then("it prints the lab's lines for encrypting")
def prints_lines_for_encrypting(runner: ScriptRunner, run_of: Run) -> None:
    output.expect_success(run_of.finished, runner.password)
    expected = output.lines_for_encrypting(item_of(run_of).appuser)
    # Another scenario checks that no line contains the password.
    lines = run_of.finished.stdout.splitlines(keepends=True)
    rest = "".join(line for line in lines if runner.password not in line)
    output.expect_lines(replace(run_of.finished, stdout=rest), expected, runner.password)


@then("it prints the lab's lines for decrypting, with the password")
def prints_lines_for_decrypting(finished: Finished, stored: StoredPassword) -> None:
    output.expect_success(finished, stored.password)
    expected = output.lines_for_decrypting(stored.appuser, stored.password)
    output.expect_lines(finished, expected, stored.password)


@then("it prints the password")
def prints_password(finished: Finished, stored: StoredPassword) -> None:
    output.expect_success(finished, stored.password)
    output.expect_password(finished, stored.password)


@then("it does not print the password")
def prints_no_password(finished: Finished, stored: StoredPassword) -> None:
    where = "The output of the decrypt script, without the answer of AWS KMS,"
    output.expect_secrecy(finished.stdout, stored.password, where)


@then("only the output of the decrypt script contains the password, and only once")
def only_output_contains_password(runner: ScriptRunner) -> None:
    for run in runner.runs:
        once = 1 if run.name == "decrypt" else 0
        rest = run.finished.stdout.replace(runner.password, "", once)
        output.expect_secrecy(rest, runner.password, f"The output of the {run.name} script")
        output.expect_secrecy(
            run.finished.stderr, runner.password, f"Standard error of the {run.name} script"
        )


@then("no file that they wrote contains the password")
def no_file_contains_password(submission: Submission, runner: ScriptRunner) -> None:
    unusual = [each for each in UNUSUAL.values() if not each.startswith("-")]
    for path in submission.files_containing(runner.password, runner.another_password, *unusual):
        where = submission.location_of(path)
        raise CheckFailed(f"The file {path.name} in {where} contains the password.")


@then("it writes nothing to standard error")
def standard_error_is_empty(finished: Finished) -> None:
    assert finished.stderr == ""


@then("the script fails and says why")
def script_fails(runner: ScriptRunner, finished: Finished) -> None:
    output.expect_failure(finished, runner.password)


# -------------------------------------------------------------------------- what they store


@then("the table has an item for each of two users")
def table_has_two_users(runner: ScriptRunner) -> None:
    found = users(runner)
    if len(found) < 2:
        raise CheckFailed(
            f"After two runs there is one item, of user {next(iter(found), '?')}.",
            expected="Two items.",
        )


@then('the item has binary data in "userpasswd"')
def item_has_binary_data(runner: ScriptRunner) -> None:
    item = item_of(encrypt_with(runner, runner.password))
    fail_if_any([faults.attribute_fault(item)])
    if faults.is_base64(item):
        raise CheckFailed(
            f"The userpasswd of user {item.appuser} is the Base64 text of the ciphertext.",
            expected="The bytes of the ciphertext blob.",
            next_step=(
                "Decode the Base64 text before you store it. With the AWS CLI, write the bytes to "
                "a file (base64 -d) and pass fileb://FILE as the value of B."
            ),
        )


@then("nothing that is stored in AWS contains the password")
def nothing_stored_contains_password(runner: ScriptRunner) -> None:
    if fault := plaintext_fault(runner):
        raise CheckFailed(fault)


@then("AWS KMS has encrypted it under the given key")
def encrypted_under_given_key(kms: KMSClient, runner: ScriptRunner) -> None:
    if plaintext_fault(runner):
        pytest.skip("the table contains the password")
    if fault := not_encrypted_fault(runner):
        raise CheckFailed(fault)
    run = encrypt_with(runner, runner.password)
    if not runner.is_watched:
        fail_if_any([faults.ciphertext_fault(kms, runner.key.key_id, item_of(run))])
    elif runner.key.key_id not in runner.keys_used(run):
        raise CheckFailed(
            f"The ciphertext of user {item_of(run).appuser} is encrypted under another key.",
            expected=f"A call with the key {runner.key.key_id}.",
        )


@then("it has asked AWS KMS to decrypt what the table contains")
def asked_to_decrypt(runner: ScriptRunner, stored: StoredPassword) -> None:
    if fault := not_asked_fault(runner, stored):
        raise CheckFailed(fault, expected="A call of Decrypt that AWS KMS answers.")


@then("the password of the other user is still there")
def other_password_is_there(is_overwritten: bool) -> None:
    if is_overwritten:
        raise CheckFailed(
            "The item of the other user is overwritten: that password is lost.",
            expected="DynamoDB refuses the put, or another number is drawn.",
        )


@then("AWS KMS has encrypted the password with an encryption context")
def encrypted_with_context(runner: ScriptRunner) -> None:
    if not any(encrypt_with(runner, runner.password).encryption_contexts):
        raise CheckFailed("There is no encryption context.", expected="One with the user number.")
