"""Responses and error messages, compared with recorded ones of AWS."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from kmsdemo.keys import Key
from tests.sandbox.kms.recorded_answers import recorded

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


# ------------------------------------------------------------------------------------ shapes


def assert_has(answer: Any, expected: Any, path: str = "answer") -> None:
    """Assert that a response has every field of the recorded one, recursively."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert name in answer, f"{path} has no {name}"
            assert_has(answer[name], value, f"{path}.{name}")
    elif isinstance(expected, list):
        for ours, theirs in zip(answer, expected, strict=False):
            assert_has(ours, theirs, path)
    elif isinstance(expected, bool | int) or re.fullmatch(r"[A-Z_]+|Enabled", str(expected)):
        assert answer == expected, path


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_create_key(kms: KMSClient) -> None:
    answer = kms.create_key(Description="test key 123")["KeyMetadata"]
    assert answer["Description"] == "test key 123"
    expected = dict(recorded("test_create_key", "describe-key"), AWSAccountId="")
    assert_has(answer, expected)
    assert answer.keys() == expected.keys()


def test_create_multi_region_key(kms: KMSClient) -> None:
    answer = kms.create_key(MultiRegion=True)["KeyMetadata"]
    expected = recorded("test_create_multi_region_key", "create_multi_region_key")
    assert_has(answer, expected)
    assert answer.keys() == expected.keys()


@pytest.mark.parametrize(
    ("is_multi_region", "form"),
    [(False, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), (True, r"mrk-[0-9a-f]{32}")],
)
def test_a_key_id_shows_whether_the_key_is_multi_region(
    kms: KMSClient, is_multi_region: bool, form: str
) -> None:
    key_id = kms.create_key(MultiRegion=is_multi_region)["KeyMetadata"]["KeyId"]
    assert re.fullmatch(form, key_id)


def test_replicate_key(kms: KMSClient) -> None:
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    answer = kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    expected = without_metadata(recorded("test_replicate_key", "replicate-key"))
    expected["ReplicaPolicy"] = ""
    assert_has(answer, expected)
    policy = json.loads(answer["ReplicaPolicy"])
    assert policy["Statement"][0]["Sid"] == "Enable IAM User Permissions"


@pytest.mark.parametrize(
    ("test", "answer", "call"),
    [
        (
            "test_generate_data_key",
            "generate-data-key-result",
            lambda kms, key: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        ),
        (
            "test_generate_data_key_without_plaintext",
            "generate-data-key-without-plaintext",
            lambda kms, key: kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256"),
        ),
        (
            "test_encrypt_decrypt_encryption_context",
            "encrypt_response",
            lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x"),
        ),
        (
            "test_encrypt_decrypt_encryption_context",
            "decrypt_response_with_encryption_context",
            lambda kms, key: kms.decrypt(
                CiphertextBlob=kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
            ),
        ),
        (
            "test_re_encrypt[SYMMETRIC_DEFAULT-SYMMETRIC_DEFAULT]",
            "test_re_encrypt",
            lambda kms, key: kms.re_encrypt(
                CiphertextBlob=kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"],
                DestinationKeyId=key,
            ),
        ),
    ],
)
def test_a_response_has_the_recorded_fields(
    kms: KMSClient, key: Key, test: str, answer: str, call: Any
) -> None:
    assert_has(call(kms, key.key_id), without_metadata(recorded(test, answer)))


def test_rotation_status(kms: KMSClient, key: Key) -> None:
    kms.enable_key_rotation(KeyId=key.key_id, RotationPeriodInDays=90)
    expected = without_metadata(recorded("test_key_enable_rotation_status[90]", "match_response"))
    assert_has(kms.get_key_rotation_status(KeyId=key.key_id), expected)
