"""Passwords at the limits, and what goes wrong without giving them away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmsdemo import errors, keys
from kmsdemo.cipher import MAX_PLAINTEXT_BYTES, Direct, Plain

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

SAME_KMS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=1000)


@pytest.fixture
def key_id(kms: KMSClient) -> str:
    """A key."""
    return keys.create(kms).key_id


@pytest.mark.parametrize("cipher", [Plain, Direct])
@SAME_KMS
@given(password=TEXT)
def test_every_text_comes_back(
    kms: KMSClient, key_id: str, cipher: type[Plain], password: str
) -> None:
    blob = cipher(kms, key_id).encrypt(password, "12345")
    assert cipher(kms, key_id).decrypt(blob, "12345") == password


@pytest.mark.parametrize("length", [1, MAX_PLAINTEXT_BYTES])
def test_the_limits_are_within(kms: KMSClient, key_id: str, length: int) -> None:
    blob = Direct(kms, key_id).encrypt("x" * length, "12345")
    assert Direct(kms, key_id).decrypt(blob, "12345") == "x" * length


def test_a_password_too_long_says_its_length_in_bytes(kms: KMSClient) -> None:
    with pytest.raises(errors.PasswordTooLong) as raised:
        Direct(kms, "k").encrypt("é" * 2049, "12345")
    assert raised.value.length_bytes == 4098
    assert "4,098 bytes" in raised.value.what


def test_a_password_that_is_no_text_is_refused_before_it_is_sent(kms: KMSClient) -> None:
    with Stubber(kms), pytest.raises(errors.PasswordNotText):
        Direct(kms, "k").encrypt("caf\udce9", "12345")


@pytest.mark.parametrize(
    ("cipher", "context"), [(Plain, {}), (Direct, {"appuser": "12345"})], ids=["plain", "direct"]
)
def test_both_calls_name_the_key_and_the_context(
    kms: KMSClient, cipher: type[Plain], context: dict[str, str]
) -> None:
    named: dict[str, Any] = {"KeyId": "alias/a", "EncryptionContext": context}
    with Stubber(kms) as aws:
        aws.add_response("encrypt", {"CiphertextBlob": b"c"}, {**named, "Plaintext": b"p"})
        aws.add_response("decrypt", {"Plaintext": b"p"}, {**named, "CiphertextBlob": b"c"})
        assert cipher(kms, "alias/a").encrypt("p", "12345") == b"c"
        assert cipher(kms, "alias/a").decrypt(b"c", "12345") == "p"


def test_a_plaintext_that_is_no_text_does_not_leak(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_response("decrypt", {"Plaintext": b"secret \xff"})
        with pytest.raises(errors.PasswordNotText) as raised:
            Direct(kms, "k").decrypt(b"c", "12345")
    # A UnicodeDecodeError in the chain would carry the plaintext along.
    assert raised.value.__suppress_context__
    assert raised.value.__cause__ is None
