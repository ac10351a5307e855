"""Many passwords under one data key: its limits, its age, its users and its requests."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import kmsdemo
from kmsdemo import envelope, errors, keys
from kmsdemo.cipher import (
    Envelope,
    SharedEnvelope,
)
from tests.request_counter import RequestCounter
from tests.test_envelope import CONTEXT

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@pytest.mark.program
@pytest.mark.thorough
def test_ten_thousand_passwords_cost_at_most_one_percent_of_the_requests(
    kms: KMSClient, key_id: str
) -> None:
    shared, requests = SharedEnvelope(kms, key_id, "t"), RequestCounter().watch(kms)
    with ThreadPoolExecutor(50) as threads:
        numbers = [str(number) for number in range(10_000)]
        messages = list(threads.map(lambda number: shared.encrypt(number, number), numbers))
        assert sum(requests.values()) <= 100
        reading, requests = SharedEnvelope(kms, key_id, "t"), RequestCounter().watch(kms)
        assert list(threads.map(reading.decrypt, messages, numbers)) == numbers
    assert sum(requests.values()) <= 100


@pytest.mark.parametrize(
    "other",
    [("54321", "t"), ("12345", "other"), ("12345", "")],
    ids=["another user", "another table", "no table"],
)
def test_a_shared_data_key_does_not_decrypt_for_another_user_or_table(
    kms: KMSClient, key_id: str, other: tuple[str, str]
) -> None:
    shared = SharedEnvelope(kms, key_id, "t")
    message, appuser = shared.encrypt("secret", "12345"), other[0]
    shared.encrypt("also secret", "54321")
    reader = shared if other[1] == "t" else SharedEnvelope(kms, key_id, other[1])
    with pytest.raises(errors.CiphertextInvalid):
        reader.decrypt(message, appuser)


@pytest.mark.parametrize(
    ("limits", "generated"),
    [
        (envelope.Limits(), 1),
        (envelope.Limits(messages=3), 4),
        (envelope.Limits(plaintext_bytes=25), 5),
    ],
    ids=["no limit", "messages", "bytes"],
)
def test_a_data_key_encrypts_no_more_than_its_limits(
    kms: KMSClient, key_arn: str, limits: envelope.Limits, generated: int
) -> None:
    data_keys, requests = (
        envelope.SharedDataKeys(kms, key_arn, {}, limits),
        RequestCounter().watch(kms),
    )
    for _ in range(10):
        data_keys.encrypt(b"ten bytes.", CONTEXT)
    assert requests == {"GenerateDataKey": generated}


def test_a_data_key_is_not_used_after_its_time(
    kms: KMSClient, key_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_keys = envelope.SharedDataKeys(kms, key_arn, {}, envelope.Limits())
    requests = RequestCounter().watch(kms)
    message = data_keys.encrypt(b"x", CONTEXT)
    data_keys.decrypt(message, CONTEXT)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 301)
    data_keys.encrypt(b"x", CONTEXT)
    data_keys.decrypt(message, CONTEXT)
    assert requests == {"GenerateDataKey": 2, "Decrypt": 2}


def test_passwords_share_a_data_key_for_a_while(
    kms: KMSClient, key_arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, requests = SharedEnvelope(kms, key_arn), RequestCounter().watch(kms)
    shared.encrypt("x", "1")
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 200)
    shared.encrypt("y", "2")
    assert requests == {"GenerateDataKey": 1}


def test_an_alias_that_moves_is_followed_after_a_while(
    kms: KMSClient, key_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alias,) = keys.aliases(kms, key_id)
    shared, other = SharedEnvelope(kms, alias), keys.create(kms)
    shared.encrypt("x", "1")
    kms.update_alias(AliasName=alias, TargetKeyId=other.key_id)
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 301)
    assert shared.ciphertext("x", "1").key_arn == other.arn


def test_without_the_sdk_the_error_says_what_to_do(
    kms: KMSClient, key_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "kmsdemo.envelope", raising=False)
    monkeypatch.delattr(kmsdemo, "envelope", raising=False)
    monkeypatch.setitem(sys.modules, "aws_encryption_sdk", None)
    with pytest.raises(errors.EnvelopeNotHere) as raised:
        Envelope(kms, key_id).encrypt("secret", "12345")
    assert "pip install aws-encryption-sdk" in raised.value.next_step
