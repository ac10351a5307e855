"""A call in the words of the lesson: what was asked, what the response adds, what travelled."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo.trace import summary
from kmsdemo.trace.recording import Call

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
DATE = datetime(2030, 1, 2, 3, 4, tzinfo=timezone.utc)


def call(response: dict[str, Any] | None = None, *, error: str = "", **parameters: Any) -> Call:
    return Call("kms", "Operation", parameters, [], response=response or {}, error=error)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"KeyId": KEY_ID, "PendingWindowInDays": 7}, f"KeyId {KEY_ID}, PendingWindowInDays 7"),
        ({"KeyId": KEY_ID, "PolicyName": "default"}, f"KeyId {KEY_ID}"),
        ({"Limit": 3, "Marker": "m"}, "Limit 3, Marker m"),
        ({}, ""),
        ({"Item": {"appuser": {"S": "1"}}}, "Item {appuser: {S: 1}}"),
        ({"EncryptionContext": {"a": "1", "b": "2"}}, "EncryptionContext {a: 1, b: 2}"),
        ({"Operations": ["Encrypt", "Decrypt"]}, "Operations [Encrypt, Decrypt]"),
        ({"CiphertextBlob": b"12345"}, "CiphertextBlob <5 bytes>"),
        ({"CiphertextBlob": b"1"}, "CiphertextBlob <1 byte>"),
        ({"DeletionDate": DATE}, "DeletionDate 2030-01-02 03:04 UTC"),
        ({"Description": "d" * 61}, f"Description {'d' * 60}…"),
        ({"Description": "d" * 60}, f"Description {'d' * 60}"),
        ({"Description": "\x1b[31m"}, r"Description \x1b[31m"),
    ],
)
def test_of_the_parameters_those_that_matter_are_said(
    parameters: dict[str, Any], words: str
) -> None:
    assert summary.parameters(call(**parameters)) == words


@pytest.mark.parametrize(
    ("sent", "returned", "added"),
    [
        ({}, {"KeyMetadata": {"KeyId": KEY_ID, "Arn": ARN}}, {"KeyId": KEY_ID}),
        ({}, {"ReplicaKeyMetadata": {"MultiRegion": True}}, {"MultiRegion": True}),
        ({}, {"TableDescription": {"TableStatus": "ACTIVE"}}, {"TableStatus": "ACTIVE"}),
        ({}, {"Table": {"TableName": "t", "ItemCount": 1}}, {"TableName": "t"}),
        ({}, {"User": {"UserName": "anna", "Path": "/"}}, {"UserName": "anna"}),
        ({}, {"AccessKey": {"AccessKeyId": "AKIA"}}, {"AccessKeyId": "AKIA"}),
        ({}, {"Table": "not a structure"}, {}),
        ({"KeyId": KEY_ID}, {"KeyId": ARN, "KeySpec": "RSA_2048"}, {"KeySpec": "RSA_2048"}),
        ({"KeyUsage": "SIGN_VERIFY"}, {"KeyUsage": "SIGN_VERIFY"}, {}),
        ({"KeyUsage": "SIGN_VERIFY"}, {"KeyUsage": "other"}, {"KeyUsage": "other"}),
        ({"KeyState": "Enabled"}, {"KeyState": "Enabled"}, {"KeyState": "Enabled"}),
        (
            {},
            {"Aliases": [{"AliasName": "alias/a", "TargetKeyId": KEY_ID}]},
            {"AliasName": ["alias/a"]},
        ),
        (
            {},
            {"Events": [{"EventName": "Encrypt", "Username": "anna"}, {"EventName": "DeleteKey"}]},
            {"Events": ["Encrypt by anna", "DeleteKey by AWS"]},
        ),
    ],
)
def test_of_the_response_what_the_parameters_do_not_have_is_said(
    sent: dict[str, Any], returned: dict[str, Any], added: dict[str, Any]
) -> None:
    assert summary.added_fields(call(returned, **sent)) == added


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (call({"KeyState": "Enabled", "KeySpec": "RSA"}), "KeyState Enabled, KeySpec RSA"),
        (call({"KeyState": "Enabled"}, error="DisabledException"), "DisabledException"),
        (call(), ""),
    ],
)
def test_a_response_is_its_error_or_what_it_adds(made: Call, words: str) -> None:
    assert summary.response(made) == words


def sent(request: bytes, response: bytes = b"") -> Call:
    return Call("kms", "Encrypt", {}, [], request_body=request, response_body=response)


IN_REQUEST = "The request contains the password: Base64 of “correct horse”."
IN_RESPONSE = "The response contains the password: UTF-8 of “correct horse”."
ABSENT = "Neither the request nor the response contains the password."


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (sent(b"sealed"), ["Request body: sealed", ABSENT]),
        (
            sent(b"Y29ycmVjdCBob3JzZQ=="),
            ["Request body: Y29ycmVjdCBob3JzZQ==", IN_REQUEST],
        ),
        (sent(b"", b"correct horse"), ["Request body: ", IN_RESPONSE]),
        (
            sent(b"Y29ycmVjdCBob3JzZQ==", b"correct horse"),
            ["Request body: Y29ycmVjdCBob3JzZQ==", IN_REQUEST, IN_RESPONSE],
        ),
        (sent(b"\xff"), ["Request body: \N{REPLACEMENT CHARACTER}", ABSENT]),
        (sent(b"x" * 320), [f"Request body: {'x' * 320}", ABSENT]),
        (sent(b"x" * 321), [f"Request body: {'x' * 320}…", ABSENT]),
    ],
)
def test_the_bodies_in_transit_are_searched_for_the_password(made: Call, lines: list[str]) -> None:
    assert summary.in_transit(made, "correct horse") == lines
