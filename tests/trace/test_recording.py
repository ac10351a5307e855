"""The trace shows what was called and hides what is secret."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from kmsdemo.account import Account
from kmsdemo.account.clients import Clients
from kmsdemo.trace import Call, trace
from tests import fake_endpoint


@pytest.fixture
def traced(account: Account) -> Iterator[tuple[Clients, list[Call]]]:
    """Clients of a session that is traced, and its calls."""
    session = boto3.Session()
    with trace(session) as calls:
        yield Clients(session), calls


def test_a_call_shows_its_operation_and_parameters(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    clients.kms.create_key(Description="mine", Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert [str(call) for call in calls] == [
        "kms.CreateKey(Description=mine, Tags=[{'TagKey': 'a', 'TagValue': 'b'}])"
    ]


def test_a_plaintext_is_hidden_and_a_ciphertext_is_counted(
    traced: tuple[Clients, list[Call]],
) -> None:
    clients, calls = traced
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    blob = clients.kms.encrypt(KeyId=key_id, Plaintext=b"hunter2")["CiphertextBlob"]
    clients.kms.decrypt(KeyId=key_id, CiphertextBlob=blob)
    assert calls[1].parameters["Plaintext"] == "•••"
    assert calls[2].parameters["CiphertextBlob"] == f"<{len(blob)} bytes>"
    assert "hunter2" not in repr(calls)


def test_long_text_is_cut(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    clients.kms.create_key(Description="x" * 1000)
    assert len(str(calls[0])) < 100


def test_binary_attributes_of_an_item_are_counted(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    with pytest.raises(ClientError):
        clients.dynamodb.put_item(TableName="none", Item={"userpasswd": {"B": b"12345"}})
    assert calls[0].parameters["Item"] == {"userpasswd": {"B": "<5 bytes>"}}


def test_an_error_shows_its_code_and_message(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    with pytest.raises(ClientError):
        clients.kms.describe_key(KeyId="alias/none")
    assert calls[0].error.startswith("NotFoundException Alias ")
    assert " → NotFoundException" in str(calls[0])


def test_a_call_without_an_answer_says_why(
    traced: tuple[Clients, list[Call]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, calls = traced
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentialsError):
        clients.kms.list_keys()
    assert calls[0].error == "Unable to locate credentials"


def test_what_a_call_waits_for_before_it_travels_is_not_its_time(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])

    def wait(**_: object) -> None:
        clock[0] += 3

    session = boto3.Session()
    session.events.register("before-call.kms", wait)
    with trace(session) as calls:
        session.client("kms").list_keys()
    assert calls[0].seconds == 0


def test_an_unwatched_session_is_not_recorded(traced: tuple[Clients, list[Call]]) -> None:
    _, calls = traced
    with fake_endpoint.endpoint(fake_endpoint.json_answer(200, {"Keys": []})) as (url, _):
        fake_endpoint.kms_at(url).list_keys()
    assert calls == []


def test_a_call_has_its_answer_and_its_time(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    blob = clients.kms.encrypt(KeyId=key_id, Plaintext=b"hunter2")["CiphertextBlob"]
    clients.kms.decrypt(CiphertextBlob=blob)
    created, encrypted, decrypted = calls
    assert created.answer["KeyMetadata"]["KeyState"] == "Enabled"
    assert encrypted.answer["CiphertextBlob"] == f"<{len(blob)} bytes>"
    assert decrypted.answer["Plaintext"] == "•••"
    assert "ResponseMetadata" not in decrypted.answer
    assert all(0 < call.seconds < 5 for call in calls)


def test_a_call_has_its_command_line(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    with pytest.raises(ClientError):
        clients.kms.encrypt(KeyId="alias/none", Plaintext=b"hunter2")
    assert calls[0].command_line == (
        'aws kms encrypt --key-id alias/none --plaintext fileb://<(printf %s "$PLAINTEXT")'
    )
    assert calls[0].answer == {}


def test_after_the_context_nothing_is_recorded(account: Account) -> None:
    session = boto3.Session()
    with trace(session) as calls:
        kms = session.client("kms")
        kms.list_keys()
    kms.list_keys()
    assert len(calls) == 1
