"""The form of a request: types, integers, what is missing, what is too long."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from kmsdemo.sandbox.http.application import Application
from tests.sandbox.http.signed_requests import (
    ask,
    code_of,
    message_of,
    signed,
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"KeyId": NaN}',
        b'{"KeyId": -Infinity}',
        b'{"KeyId": "x", "Unknown": NaN}',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"KeyId": ' + b"1" * 10_000 + b"}",
        b'{"KeyId": 1}',
        b'{"KeyId": ["x"]}',
        b'{"KeyId": {"x": "y"}}',
        b'{"KeyId": true}',
        b'{"KeyId": "\\ud800"}',
        b'{"KeyId": "x", "Plaintext": "no Base64!"}',
        b'{"KeyId": "x", "GrantTokens": "x"}',
        b'{"KeyId": "x", "GrantTokens": [null]}',
        b'{"KeyId": "x", "EncryptionContext": []}',
        b'{"KeyId": "x", "EncryptionContext": {"a": 1}}',
        b'{"KeyId": "x", "DryRun": "true"}',
    ],
)
def test_a_wrong_type_is_refused_before_anything_is_done(
    application: Application, body: bytes
) -> None:
    answer = ask(application, "kms", "Encrypt", body)
    expected = "SerializationException" if body else "ValidationException"
    assert (answer.status_code, code_of(answer)) == (400, expected)


@pytest.mark.parametrize("days", ["7.5", "1e999", '"7"', "true", "2147483648", "1" * 5000])
def test_what_is_no_integer_is_refused(application: Application, days: str) -> None:
    body = f'{{"KeyId": "x", "PendingWindowInDays": {days}}}'.encode()
    assert code_of(ask(application, "kms", "ScheduleKeyDeletion", body)) == "SerializationException"


def test_null_is_as_good_as_absent(application: Application) -> None:
    body = b'{"Description": null, "Tags": null, "KeyUsage": null, "Unknown": {"a": null}}'
    assert ask(application, "kms", "CreateKey", body).status_code == 200


@pytest.mark.parametrize(
    ("operation", "body", "place"),
    [
        ("DescribeTable", b"{}", "tableName"),
        ("PutItem", b'{"TableName": "t"}', "item"),
        (
            "CreateTable",
            b'{"TableName": "t", "AttributeDefinitions": [], "KeySchema": [{"KeyType": "HASH"}]}',
            "keySchema.1.member.attributeName",
        ),
    ],
)
def test_what_is_missing_is_named(
    application: Application, operation: str, body: bytes, place: str
) -> None:
    answer = ask(application, "dynamodb", operation, body)
    assert code_of(answer) == "ValidationException"
    assert message_of(answer) == (
        f"1 validation error detected: Value null at '{place}' failed to satisfy constraint: "
        "Member must not be null"
    )


@pytest.mark.parametrize(
    ("service", "operation", "body", "code"),
    [
        ("iam", "CreateUser", b"", "ValidationError"),
        ("iam", "CreateUser", b"UserName=%00", "MalformedInput"),
        ("iam", "CreateUser", b"UserName=%ff", "MalformedQueryString"),
        ("iam", "CreateUser", b"UserName=\xff", "MalformedQueryString"),
        ("iam", "ListUsers", b"MaxItems=many", "MalformedInput"),
        ("iam", "ListUsers", b"MaxItems=1e5", "MalformedInput"),
        ("iam", "ListUsers", b"MaxItems=99999999999999999999", "MalformedInput"),
        ("iam", "ListUsers", b"a=&" * 5000, "MalformedQueryString"),
        ("iam", "CreateRole", b"RoleName=x", "ValidationError"),
        ("sts", "AssumeRole", b"DurationSeconds=NaN", "MalformedInput"),
        ("sts", "AssumeRole", b"RoleArn=x", "ValidationError"),
    ],
)
def test_a_form_that_is_wrong_is_refused(
    application: Application, service: str, operation: str, body: bytes, code: str
) -> None:
    answer = ask(application, service, operation, body)
    assert (answer.status_code, code_of(answer)) == (400, code)


@pytest.mark.parametrize(
    ("service", "operation", "length"), [("kms", "Encrypt", 2**18), ("iam", "ListUsers", 2**19)]
)
def test_a_service_takes_no_longer_requests_than_it_can_need(
    application: Application, service: str, operation: str, length: int
) -> None:
    answer = ask(application, service, operation, b"x" * (length + 1))
    assert (answer.status_code, code_of(answer)) == (413, "RequestEntityTooLarge")
    assert message_of(answer) == f"The request must be at most {length} bytes long."


def test_a_query_string_is_as_good_as_a_form(application: Application) -> None:
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    answer = Client(application).get(f"/?{query}", headers=signed("sts"))
    assert "<Account>123456789012</Account>" in answer.text
