"""What a run of a script shows: the keys and contexts of its calls, and where the password went."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from kmsdemo.learners.script_run import Run, users_written
from kmsdemo.learners.submission.program import Finished
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.trail.records import ServedCall

PASSWORD = "correct horse battery staple"
PACKED = base64.b64encode(gzip.compress(PASSWORD.encode())).decode()


def call(
    operation: str, parameters: dict[str, Any], *, service: str = "kms", status: int = 200
) -> ServedCall:
    account = "123456789012"
    root = Principal(account, account, f"arn:aws:iam::{account}:root", account)
    return ServedCall(
        service, operation, parameters, root, "us-east-1", [], "", "", "", status, b""
    )


def run(*calls: ServedCall) -> Run:
    return Run("encrypt", Finished(0, "", ""), calls, None)


ENCRYPT = call("Encrypt", {"KeyId": "alias/a", "EncryptionContext": {"appuser": "1"}})
DATA_KEY = call("GenerateDataKey", {"KeyId": "1234"})
RE_ENCRYPT = call(
    "ReEncrypt",
    {
        "SourceKeyId": "old",
        "DestinationKeyId": "new",
        "SourceEncryptionContext": {"appuser": "old"},
        "DestinationEncryptionContext": {"appuser": "new"},
    },
)
REFUSED = call("Encrypt", {"KeyId": "refused"}, status=400)
DECRYPT = call("Decrypt", {"KeyId": "1234"})
MADE = run(ENCRYPT, DATA_KEY, RE_ENCRYPT, REFUSED, DECRYPT)


def test_the_keys_that_encrypted_are_named() -> None:
    assert MADE.key_names == {"alias/a", "1234", "new"}


def test_what_it_encrypted_has_its_context() -> None:
    assert MADE.encryption_contexts == [{"appuser": "1"}, {}, {"appuser": "new"}]


def test_a_call_that_aws_refused_encrypts_nothing() -> None:
    assert MADE.encrypting == [ENCRYPT, DATA_KEY, RE_ENCRYPT]
    assert MADE.decrypting == [DECRYPT]


def test_calls_are_asked_for_by_their_service() -> None:
    made = run(call("PutItem", {}, service="dynamodb"), call("PutItem", {}, service="kms"))
    assert made.succeeded_with("dynamodb", "PutItem", "UpdateItem") == [made.calls[0]]


@pytest.mark.parametrize(
    ("made", "users"),
    [
        (call("PutItem", {"Item": {"appuser": {"S": "1"}}}, service="dynamodb"), ["1"]),
        (call("UpdateItem", {"Key": {"appuser": {"S": "2"}}}, service="dynamodb"), ["2"]),
        (
            call(
                "TransactWriteItems",
                {
                    "TransactItems": [
                        {"Put": {"Item": {"appuser": {"S": "3"}}}},
                        {"Update": {"Key": {"appuser": {"N": "4"}}}},
                    ]
                },
                service="dynamodb",
            ),
            ["3", "4"],
        ),
        (call("PutItem", {"Item": {"user": {"S": "1"}}}, service="dynamodb"), []),
        (call("PutItem", {"Item": {"appuser": "1"}}, service="dynamodb"), []),
        (call("GetItem", {"Key": {"appuser": {"S": "1"}}}, service="dynamodb"), []),
        (call("PutItem", {"Item": {"appuser": {"S": "1"}}}), []),
        (call("PutItem", {"Item": {"appuser": {"S": "1"}}}, service="dynamodb", status=400), []),
    ],
)
def test_the_users_are_those_of_items_that_were_written(made: ServedCall, users: list[str]) -> None:
    assert list(users_written([made])) == users


@pytest.mark.parametrize(
    ("made", "is_shown"),
    [
        (call("Encrypt", {"Plaintext": PASSWORD}), False),
        (call("Encrypt", {"Plaintext": "x", "EncryptionContext": {"a": PASSWORD}}), True),
        (call("PutItem", {"Plaintext": PASSWORD}, service="dynamodb"), True),
        (
            call("PutItem", {"Item": {"a": {"L": [{"S": f"my {PASSWORD}"}]}}}, service="dynamodb"),
            True,
        ),
        (call("PutItem", {"Item": {"a": {"B": PACKED}}}, service="dynamodb"), True),
        (call("PutItem", {"Item": {PASSWORD: {"S": "x"}}}, service="dynamodb"), True),
        (call("PutItem", {"Item": {"a": {"S": "another"}}}, service="dynamodb"), False),
    ],
    ids=["Plaintext", "a context", "an item", "inside", "packed", "a name", "another"],
)
def test_the_password_is_found_besides_what_aws_kms_is_to_encrypt(
    made: ServedCall, is_shown: bool
) -> None:
    harmless = call("ListKeys", {})
    assert run(harmless, made).call_that_shows(PASSWORD) == (made if is_shown else None)


def test_a_password_that_json_writes_otherwise_is_found_too() -> None:
    made = call("PutItem", {"Item": {"a": {"S": 'a "secret" é'}}}, service="dynamodb")
    assert run(made).call_that_shows('a "secret" é') == made
