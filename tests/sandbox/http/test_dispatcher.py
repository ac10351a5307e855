"""What reaches a service, and how whatever is asked is answered: always as AWS answers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.test import Client

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.http.application import Application
from kmsdemo.sandbox.http.server import Server
from tests.sandbox.http.signed_requests import (
    CONTENT_TYPES,
    TARGETS,
    ask,
    code_of,
    message_of,
    signed,
)

# ------------------------------------------------------------------------- what is not there


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("kms", "Fly", "UnknownOperationException"),
        ("kms", "", "UnknownOperationException"),
        ("kms", "__init__", "UnknownOperationException"),
        ("dynamodb", "Fly", "UnknownOperationException"),
        ("iam", "Fly", "InvalidAction"),
        ("iam", "", "MissingAction"),
        ("sts", "CreateUser", "InvalidAction"),
    ],
)
def test_what_aws_does_not_have_is_refused(
    application: Application, service: str, operation: str, code: str
) -> None:
    answer = ask(application, service, operation)
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_the_target_of_another_service_is_unknown(application: Application) -> None:
    headers = {**signed("kms"), "X-Amz-Target": "DynamoDB_20120810.ListTables"}
    answer = Client(application).post("/", data=b"{}", headers=headers)
    assert code_of(answer) == "UnknownOperationException"


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("dynamodb", "EnableKinesisStreamingDestination", "UnknownOperationException"),
        ("iam", "GetContextKeysForCustomPolicy", "InvalidAction"),
        ("cloudtrail", "CreateTrail", "UnknownOperationException"),
        ("cloudtrail", "GetQueryResults", "UnknownOperationException"),
    ],
)
def test_what_the_sandbox_does_not_have_is_named(
    application: Application, service: str, operation: str, code: str
) -> None:
    answer = ask(application, service, operation)
    assert (answer.status_code, code_of(answer)) == (400, code)
    assert message_of(answer) == f"The sandbox does not implement {operation} of {service}."


def test_no_sdk_asks_again_for_what_is_not_there(clients: Clients) -> None:
    with Server().in_background() as url:
        config = Config(retries={"max_attempts": 5})
        dynamodb = boto3.client("dynamodb", endpoint_url=url, config=config)
        with pytest.raises(ClientError, match="does not implement") as raised:
            dynamodb.describe_global_table(GlobalTableName="mine")
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 0


# --------------------------------------------------------------------------- every answer


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("kms", "ListKeys"),
        ("kms", "DescribeKey"),
        ("kms", "Fly"),
        ("dynamodb", "ListTables"),
        ("dynamodb", "DescribeTable"),
        ("dynamodb", "Fly"),
        ("iam", "ListUsers"),
        ("iam", "CreateUser"),
        ("iam", "Fly"),
        ("sts", "GetCallerIdentity"),
        ("sts", "AssumeRole"),
        ("sts", "Fly"),
        ("cloudtrail", "LookupEvents"),
        ("cloudtrail", "Fly"),
    ],
)
def test_every_answer_has_its_id_and_its_type(
    application: Application, service: str, operation: str
) -> None:
    answer = ask(application, service, operation)
    request_id = answer.headers["x-amzn-RequestId"]
    assert answer.content_type == CONTENT_TYPES[service]
    assert service in TARGETS or f"<RequestId>{request_id}</RequestId>" in answer.text


@pytest.mark.parametrize("service", ["kms", "dynamodb", "iam", "sts"])
def test_botocore_finds_the_id(clients: Clients, service: str) -> None:
    calls = {"kms": "list_keys", "dynamodb": "list_tables", "iam": "list_users"}
    with Server().in_background() as url:
        client: Any = boto3.client(service, endpoint_url=url)  # type: ignore[call-overload]
        answer = getattr(client, calls.get(service, "get_caller_identity"))()
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36


def test_in_this_process_botocore_finds_the_id_too(clients: Clients) -> None:
    assert clients.kms.list_keys()["ResponseMetadata"]["RequestId"]


# ------------------------------------------------------------- what the client cannot choose


def test_no_header_chooses_the_account(application: Application) -> None:
    answer = ask(application, "sts", "GetCallerIdentity", b"", x_moto_account_id="999999999999")
    assert "<Account>123456789012</Account>" in answer.text


@pytest.mark.parametrize("path", ["/?Action=DeleteTable", "/"])
def test_nothing_but_the_target_chooses_the_operation(
    application: Application, clients: Clients, path: str
) -> None:
    table.create(clients.dynamodb)
    headers = {**signed("dynamodb"), "X-Amz-Target": "DynamoDB_20120810.DescribeTable"}
    body = b'{"TableName": "demo-kms", "x": "&Action=DeleteTable&"}'
    assert Client(application).post(path, data=body, headers=headers).status_code == 200
    assert clients.dynamodb.list_tables()["TableNames"] == ["demo-kms"]


def test_no_user_agent_chooses_the_region(application: Application, clients: Clients) -> None:
    keys.create(clients.kms)
    answer = ask(application, "kms", "ListKeys", User_Agent="x region/eu-west-1")
    assert len(answer.get_json(force=True)["Keys"]) == 1
