"""A recorded call as boto3 lines that run."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo.trace.boto3_lines import boto3_lines
from kmsdemo.trace.recording import Call
from kmsdemo.trace.redaction import REDACTED

KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"


def call(service: str, operation: str, **parameters: Any) -> Call:
    return Call(service, operation, parameters, [])


@pytest.mark.parametrize(
    ("recorded", "line"),
    [
        (call("kms", "EnableKey", KeyId=KEY), "kms.enable_key(KeyId=key_id)"),
        (
            call("kms", "Encrypt", KeyId=KEY, Plaintext=REDACTED),
            'ciphertext = kms.encrypt(KeyId=key_id, Plaintext=password.encode())["CiphertextBlob"]',
        ),
        (
            call("kms", "Decrypt", CiphertextBlob=b"\x01"),
            'password = kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"].decode()',
        ),
        (
            call("dynamodb", "Scan", TableName="t", ConsistentRead=True, Limit=3),
            'dynamodb.scan(TableName="t", ConsistentRead=True, Limit=3)',
        ),
        (
            call("cognito-idp", "F", Names=["a", {"b": 1, "c": 2}]),
            'cognitoidp.f(Names=["a", {"b": 1, "c": 2}])',
        ),
        (call("kms", "F", Text="für"), 'kms.f(Text="für")'),
        (call("kms", "TagResource", Tags=[{"TagKey": 'a"b'}]), None),
        (
            call("kms", "Fictitious", When=datetime(2030, 1, 1, tzinfo=timezone.utc)),
            'kms.fictitious(When="2030-01-01T00:00:00+00:00")',
        ),
    ],
)
def test_a_call_is_one_line(recorded: Call, line: str | None) -> None:
    expected = line or r'kms.tag_resource(Tags=[{"TagKey": "a\"b"}])'
    assert boto3_lines(recorded, {KEY: "key_id"}) == expected


def test_a_long_call_has_a_line_for_each_parameter() -> None:
    recorded = call("kms", "CreateKey", Description="d" * 60, KeySpec="SYMMETRIC_DEFAULT")
    assert boto3_lines(recorded).splitlines() == [
        "key_id = kms.create_key(",
        f'    Description="{"d" * 60}",',
        '    KeySpec="SYMMETRIC_DEFAULT",',
        ')["KeyMetadata"]["KeyId"]',
    ]


@pytest.mark.parametrize(("width", "lines"), [(88, 1), (89, 3)])
def test_a_line_has_at_most_88_characters(width: int, lines: int) -> None:
    recorded = call("kms", "F", Text="t" * (width - len('kms.f(Text="")')))
    assert len(boto3_lines(recorded).splitlines()) == lines


@pytest.mark.parametrize(
    ("region", "caller", "line"),
    [
        ("eu-west-1", "", 'boto3.client("kms", region_name="eu-west-1").list_keys()'),
        ("", "anna", 'boto3.Session(profile_name="anna").client("kms").list_keys()'),
        (
            "eu-west-1",
            "anna",
            'boto3.Session(profile_name="anna", region_name="eu-west-1").client("kms").list_keys()',
        ),
    ],
)
def test_another_caller_or_region_has_a_client_of_its_own(
    region: str, caller: str, line: str
) -> None:
    recorded = Call("kms", "ListKeys", {}, [], region=region, caller=caller)
    assert boto3_lines(recorded) == line


def test_the_ciphertext_of_an_item_is_kept_if_it_is_decrypted() -> None:
    recorded = call("dynamodb", "GetItem", TableName="t")
    assert boto3_lines(recorded) == 'dynamodb.get_item(TableName="t")'
    kept = boto3_lines(recorded, keeps_ciphertext=True)
    assert kept == 'ciphertext = dynamodb.get_item(TableName="t")["Item"]["userpasswd"]["B"]'
