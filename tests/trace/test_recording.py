"""A trace records calls and hides secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

import kmsdemo
from kmsdemo.account import Account
from kmsdemo.account.clients import Clients, connect
from kmsdemo.trace import Call, trace
from kmsdemo.trace.recording import Trace
from tests import fake_endpoint


@pytest.fixture
def traced(account: Account) -> Iterator[tuple[Clients, list[Call]]]:
    """Clients of a traced session, and its calls."""
    clients = connect()
    with trace(clients.session) as calls:
        yield clients, calls


def test_a_call_shows_its_operation_and_parameters(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    clients.kms.create_key(Description="mine", Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert [str(call) for call in calls] == [
        "kms.CreateKey(Description=mine, Tags=[{'TagKey': 'a', 'TagValue': 'b'}])"
    ]


def test_a_plaintext_is_hidden_and_a_ciphertext_is_recorded(
    traced: tuple[Clients, list[Call]],
) -> None:
    clients, calls = traced
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    blob = clients.kms.encrypt(KeyId=key_id, Plaintext=b"hunter2")["CiphertextBlob"]
    clients.kms.decrypt(KeyId=key_id, CiphertextBlob=blob)
    assert calls[1].parameters["Plaintext"] == "•••"
    assert calls[2].parameters["CiphertextBlob"] == blob
    assert "hunter2" not in repr(calls)


def test_a_long_text_is_recorded_in_full_and_shown_shortened(
    traced: tuple[Clients, list[Call]],
) -> None:
    clients, calls = traced
    clients.kms.create_key(Description="x" * 1000)
    assert calls[0].parameters["Description"] == "x" * 1000
    assert len(str(calls[0])) < 100


def test_bytes_are_recorded_in_full_and_shown_as_their_number(
    traced: tuple[Clients, list[Call]],
) -> None:
    clients, calls = traced
    with pytest.raises(ClientError):
        clients.dynamodb.put_item(TableName="none", Item={"userpasswd": {"B": b"12345"}})
    assert calls[0].parameters["Item"] == {"userpasswd": {"B": b"12345"}}
    assert "{'userpasswd': {'B': '<5 bytes>'}}" in str(calls[0])


def test_a_response_has_the_types_of_boto3(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    deletion = clients.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    clients.kms.list_keys()
    _, scheduled, listed = calls
    assert scheduled.response["DeletionDate"] == deletion["DeletionDate"]
    assert scheduled.response["PendingWindowInDays"] == 7
    assert listed.response["Truncated"] is False


def test_control_characters_are_shown_escaped(
    traced: tuple[Clients, list[Call]],
) -> None:
    clients, calls = traced
    clients.kms.create_key(Description="\x1b[31mred\n")
    assert calls[0].parameters["Description"] == "\x1b[31mred\n"
    assert str(calls[0]) == r"kms.CreateKey(Description=\x1b[31mred\n)"


def test_the_module_trace_is_an_attribute_of_the_package(account: Account) -> None:
    session = connect().session
    with kmsdemo.trace.trace(session) as calls:
        session.client("kms").list_keys()
    assert [call.operation for call in calls] == ["ListKeys"]


def test_an_error_shows_its_code_and_message(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    with pytest.raises(ClientError):
        clients.kms.describe_key(KeyId="alias/none")
    assert calls[0].error.startswith("NotFoundException Alias ")
    assert " → NotFoundException" in str(calls[0])


def test_a_call_without_a_response_has_an_error(
    traced: tuple[Clients, list[Call]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, calls = traced
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentialsError):
        clients.kms.list_keys()
    assert calls[0].error == "Unable to locate credentials"


def test_a_wait_before_the_request_is_not_part_of_the_duration(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])

    def wait(**_: object) -> None:
        clock[0] += 3

    session = connect().session
    session.events.register("before-call.kms", wait)
    with trace(session) as calls:
        session.client("kms").list_keys()
    assert calls[0].seconds == 0


def test_a_session_that_is_not_traced_is_not_recorded(traced: tuple[Clients, list[Call]]) -> None:
    _, calls = traced
    with fake_endpoint.endpoint(fake_endpoint.json_answer(200, {"Keys": []})) as (url, _):
        fake_endpoint.kms_at(url).list_keys()
    assert calls == []


def test_a_call_has_its_response_and_its_duration(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    blob = clients.kms.encrypt(KeyId=key_id, Plaintext=b"hunter2")["CiphertextBlob"]
    clients.kms.decrypt(CiphertextBlob=blob)
    created, encrypted, decrypted = calls
    assert created.response["KeyMetadata"]["KeyState"] == "Enabled"
    assert encrypted.response["CiphertextBlob"] == blob
    assert decrypted.response["Plaintext"] == "•••"
    assert "ResponseMetadata" not in decrypted.response
    assert all(call.seconds > 0 for call in calls)


def test_a_call_has_its_command_line(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    with pytest.raises(ClientError):
        clients.kms.encrypt(KeyId="alias/none", Plaintext=b"hunter2")
    assert calls[0].command_line == (
        'aws kms encrypt --key-id alias/none --plaintext fileb://<(printf %s "$PLAINTEXT")'
    )
    assert calls[0].response == {}


def test_a_command_line_names_a_region_that_is_not_the_configured_one(account: Account) -> None:
    session = connect(region="eu-west-1").session
    with trace(session) as calls:
        session.client("kms").list_keys()
        session.client("iam").list_users()
    assert [call.command_line for call in calls] == [
        "aws --region eu-west-1 kms list-keys",
        "aws iam list-users",
    ]
    assert [call.region for call in calls] == ["eu-west-1", ""]


def test_a_profile_that_is_not_there_disturbs_no_call(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = connect(region="us-east-1").session
    with trace(session) as calls:
        kms = session.client("kms")
        kms.list_keys()  # at its first call, moto makes a session too
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        monkeypatch.setenv("AWS_PROFILE", "nobody")
        kms.list_keys()
    assert calls[-1].command_line == "aws --region us-east-1 kms list-keys"


def test_the_region_of_a_profile_need_not_be_named(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session = connect(region="eu-west-1").session
    with trace(session) as calls:
        kms = session.client("kms")
        kms.list_keys()
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        (tmp_path / "config").write_text("[profile lab]\nregion = eu-west-1")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_PROFILE", "lab")
        kms.list_keys()
    assert calls[-1].command_line == "aws kms list-keys"


def test_a_call_has_the_bodies_that_travelled(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    clients.kms.list_keys(Limit=3)
    assert calls[0].request_body == b'{"Limit": 3}'
    assert json.loads(calls[0].response_body) == {"Keys": [], "Truncated": False}
    assert "request_body" not in repr(calls[0])


def test_a_call_of_an_iam_user_names_the_user(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    clients.iam.create_user(UserName="anna")
    key = clients.iam.create_access_key(UserName="anna")["AccessKey"]
    anna = clients.session.client(
        "sts",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    anna.get_caller_identity()
    assert calls[-1].caller == "anna"
    assert calls[-1].command_line == "aws --profile anna sts get-caller-identity"


def test_a_client_that_is_no_longer_watched_is_not_recorded(account: Account) -> None:
    recording, kms = Trace(), connect().session.client("kms")
    recording.register_handlers(kms.meta.events)
    kms.list_keys()
    recording.unregister_handlers(kms.meta.events)
    kms.list_aliases()
    assert [call.operation for call in recording.calls] == ["ListKeys"]


def test_after_the_context_nothing_is_recorded(account: Account) -> None:
    session = connect().session
    with trace(session) as calls:
        kms = session.client("kms")
        kms.list_keys()
    kms.list_keys()
    assert len(calls) == 1


def test_a_response_is_also_called_an_answer(traced: tuple[Clients, list[Call]]) -> None:
    clients, calls = traced
    clients.kms.list_keys()
    assert calls[0].answer == {"Keys": [], "Truncated": False}
