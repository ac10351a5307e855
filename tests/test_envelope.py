"""Messages of the AWS Encryption SDK: their context, their data key and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from kmsdemo import envelope, errors, keys, table
from kmsdemo.account.clients import CONFIG
from kmsdemo.cipher import (
    MAX_ENVELOPE_BYTES,
    Envelope,
    Plain,
    SharedEnvelope,
)
from kmsdemo.vault import Vault
from tests import fake_endpoint
from tests.request_counter import RequestCounter
from tests.subprocesses import free_port

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


def test_an_error_about_what_follows_a_message_says_which_key_was_asked_for(
    kms: KMSClient, key_arn: str
) -> None:
    message = envelope.encrypt(kms, key_arn, b"secret", CONTEXT)
    with pytest.raises(errors.CiphertextInvalid) as raised:
        envelope.decrypt(kms, key_arn, message + b"more", CONTEXT)
    assert raised.value.key_id == key_arn


@pytest.mark.parametrize("cipher", [Envelope, SharedEnvelope])
def test_a_data_key_of_no_kms_key_is_not_from_aws(cipher: type[Plain]) -> None:
    kms = fake_endpoint.kms_at("http://127.0.0.1:1")
    answer: Any = {"Plaintext": b"x" * 32, "CiphertextBlob": b"c", "KeyId": "none"}
    with Stubber(kms) as aws:
        aws.add_response("generate_data_key", answer)
        with pytest.raises(errors.AnswerLost, match="not from AWS"):
            cipher(kms, "arn:aws:kms:us-east-1:123456789012:key/k").encrypt("secret", "12345")


CONTEXT = {"appuser": "12345"}


def test_the_longest_password_in_an_envelope_fits_in_an_item(
    kms: KMSClient, dynamodb: DynamoDBClient, key_id: str
) -> None:
    table.create(dynamodb)
    vault = Vault(kms, dynamodb, key_id, cipher=Envelope)
    longest = "x" * MAX_ENVELOPE_BYTES
    assert vault.reveal(vault.store(longest)) == longest
    with pytest.raises(errors.PasswordTooLong):
        vault.store(longest + "x")


@pytest.mark.parametrize("context", [{}, {"appuser": "54321"}, {"user": "12345"}], ids=str)
def test_a_message_with_another_encryption_context_does_not_decrypt(
    kms: KMSClient, key_arn: str, context: dict[str, str]
) -> None:
    message = envelope.encrypt(kms, key_arn, b"secret", context)
    with pytest.raises(errors.CiphertextInvalid):
        envelope.decrypt(kms, key_arn, message, CONTEXT)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (keys.disable, errors.KeyDisabled),
        (keys.schedule_deletion, errors.KeyPendingDeletion),
    ],
    ids=["disabled", "pending deletion"],
)
def test_the_sdk_does_not_hide_the_error_of_aws(
    kms: KMSClient, key_arn: str, change: Callable[..., object], error: type[errors.KmsdemoError]
) -> None:
    message = envelope.encrypt(kms, key_arn, b"secret", CONTEXT)
    change(kms, key_arn)
    with pytest.raises(error):
        envelope.decrypt(kms, key_arn, message, CONTEXT)
    with pytest.raises(error):
        envelope.encrypt(kms, key_arn, b"secret", CONTEXT)


def test_the_sdk_does_not_hide_an_unreachable_endpoint(key_arn: str) -> None:
    session = boto3.Session(region_name="us-east-1")
    gone = session.client("kms", endpoint_url=f"http://127.0.0.1:{free_port()}", config=CONFIG)
    with pytest.raises(errors.EndpointUnreachable):
        envelope.encrypt(gone, key_arn, b"secret", CONTEXT)


@pytest.mark.parametrize(
    ("cipher", "algorithm"),
    [(Envelope, 0x0578), (SharedEnvelope, 0x0478)],
    ids=["with a signature", "without"],
)
def test_a_message_commits_to_its_data_key(
    kms: KMSClient, key_arn: str, cipher: type[Plain], algorithm: int
) -> None:
    """AWS: "AWS Encryption SDK algorithms reference", AWS Encryption SDK Developer Guide."""
    message = cipher(kms, key_arn).encrypt("secret", "12345")
    assert message[:3] == b"\x02" + algorithm.to_bytes(2, "big")


@pytest.mark.parametrize("name", ["key id", "alias", "alias ARN", "key ARN"])
def test_only_a_key_arn_needs_no_request_to_find_the_key(
    kms: KMSClient, key_id: str, key_arn: str, name: str
) -> None:
    (alias,) = keys.aliases(kms, key_id)
    alias_arn = key_arn.replace(f"key/{key_id}", alias)
    names = {"key id": key_id, "alias": alias, "alias ARN": alias_arn, "key ARN": key_arn}
    requests = RequestCounter().watch(kms)
    Envelope(kms, names[name]).encrypt("secret", "12345")
    assert requests["DescribeKey"] == (name != "key ARN")


def test_a_damaged_message_is_not_logged(
    kms: KMSClient, key_arn: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(errors.CiphertextInvalid):
        envelope.decrypt(kms, key_arn, b"noise", CONTEXT)
    assert capfd.readouterr() == ("", "")
