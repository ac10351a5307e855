"""What travels to AWS and back, byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, parsers, then

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.trace.recording import Call, Trace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

SERVICES = {"AWS KMS": "kms", "DynamoDB": "dynamodb"}


@given("I watch what travels", target_fixture="watched")
def watch(kms: KMSClient, dynamodb: DynamoDBClient) -> Trace:
    trace = Trace()
    trace.watch(kms.meta.events)
    trace.watch(dynamodb.meta.events)
    return trace


def to_and_from(watched: Trace, name: str) -> list[Call]:
    calls = [call for call in watched.calls if call.service == SERVICES[name]]
    assert calls, f"nothing has travelled to {name} at all"
    return calls


@then(parsers.parse("the password has travelled to {name}"))
def has_travelled(watched: Trace, name: str, password: str) -> None:
    assert any(encodings_that_show(password, call.sent) for call in to_and_from(watched, name))


@then(parsers.parse("the password has not travelled to {name}"))
def has_not_travelled(watched: Trace, name: str, password: str) -> None:
    calls = to_and_from(watched, name)
    assert not any(encodings_that_show(password, call.sent) for call in calls)


@then(parsers.parse("the password has come from {name}"))
def has_come(watched: Trace, name: str, password: str) -> None:
    assert any(encodings_that_show(password, call.received) for call in to_and_from(watched, name))


@then(parsers.parse("the password has not come from {name}"))
def has_not_come(watched: Trace, name: str, password: str) -> None:
    calls = to_and_from(watched, name)
    assert not any(encodings_that_show(password, call.received) for call in calls)


@then("AWS KMS has made a data key")
def has_made_data_key(watched: Trace) -> None:
    operations = [call.operation for call in to_and_from(watched, "AWS KMS")]
    assert "GenerateDataKey" in operations
