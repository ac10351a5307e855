"""The requests to AWS and its responses: whether their bytes contain the password."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.trace.recording import Call, Trace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

SERVICES = {"AWS KMS": "kms", "DynamoDB": "dynamodb"}
SERVICE = f"(?P<name>{'|'.join(SERVICES)})"


@given("I record the requests to AWS", target_fixture="trace")
def record_requests(
    kms: KMSClient, dynamodb: DynamoDBClient, request: pytest.FixtureRequest
) -> Trace:
    trace = Trace()
    for client in (kms, dynamodb):  # they live longer than the scenario
        trace.register_handlers(client.meta.events)
        request.addfinalizer(partial(trace.unregister_handlers, client.meta.events))
    return trace


def calls_of(trace: Trace, name: str) -> list[Call]:
    calls = [call for call in trace.calls if call.service == SERVICES[name]]
    assert calls, f"no request was sent to {name}"
    return calls


@then(parsers.re(f"the requests to {SERVICE} contain the password"))
def requests_contain_password(trace: Trace, name: str, password: str) -> None:
    assert any(encodings_that_show(password, call.request_body) for call in calls_of(trace, name))


@then(parsers.re(f"the requests to {SERVICE} do not contain the password"))
def requests_do_not_contain_password(trace: Trace, name: str, password: str) -> None:
    calls = calls_of(trace, name)
    assert not any(encodings_that_show(password, call.request_body) for call in calls)


@then(parsers.re(f"the responses from {SERVICE} contain the password"))
def responses_contain_password(trace: Trace, name: str, password: str) -> None:
    assert any(encodings_that_show(password, call.response_body) for call in calls_of(trace, name))


@then(parsers.re(f"the responses from {SERVICE} do not contain the password"))
def responses_do_not_contain_password(trace: Trace, name: str, password: str) -> None:
    calls = calls_of(trace, name)
    assert not any(encodings_that_show(password, call.response_body) for call in calls)


@then("AWS KMS generates a data key")
def data_key_is_generated(trace: Trace) -> None:
    operations = [call.operation for call in calls_of(trace, "AWS KMS")]
    assert "GenerateDataKey" in operations


@then("AWS KMS generates one data key")
def one_data_key_is_generated(trace: Trace) -> None:
    operations = [call.operation for call in calls_of(trace, "AWS KMS")]
    assert operations.count("GenerateDataKey") == 1
