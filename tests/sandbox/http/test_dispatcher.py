"""What reaches a service, and how whatever is asked is answered: always as AWS answers."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.test import Client, TestResponse

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.errors import StateUnusable
from kmsdemo.sandbox.http import moto_services
from kmsdemo.sandbox.http.application import Application
from kmsdemo.sandbox.http.server import Server
from kmsdemo.sandbox.kms import operations
from kmsdemo.sandbox.trail import history
from kmsdemo.sandbox.trail.records import ServedCall

SECRET = "correct horse battery staple"
TARGETS = {
    "kms": "TrentService",
    "dynamodb": "DynamoDB_20120810",
    "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
}
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}
CONTENT_TYPES = {
    "kms": "application/x-amz-json-1.1",
    "dynamodb": "application/x-amz-json-1.0",
    "cloudtrail": "application/x-amz-json-1.1",
    "iam": "text/xml",
    "sts": "text/xml",
}


@pytest.fixture
def application(clients: Clients) -> Application:
    return Application()


def signed(service: str, region: str = "us-east-1", **more: str) -> dict[str, str]:
    scope = f"123456789012/20260101/{region}/{service}/aws4_request"
    return {
        "Host": "127.0.0.1:4566",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def ask(
    application: Application,
    service: str,
    operation: str,
    body: bytes = b"{}",
    **more: str,
) -> TestResponse:
    headers = signed(service, **more)
    if service in TARGETS:
        headers = {"X-Amz-Target": f"{TARGETS[service]}.{operation}", **headers}
        headers["Content-Type"] = CONTENT_TYPES[service]
    else:
        body = f"Action={operation}&Version={VERSIONS[service]}&".encode() + body
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return Client(application).post("/", data=body, headers=headers)


SCOPE = "123456789012/20260101/{region}/sts/aws4_request"


def message_of(answer: TestResponse) -> str:
    if "xml" in str(answer.content_type):
        return ElementTree.fromstring(answer.get_data()).findtext(".//{*}Message") or ""
    return str(json.loads(answer.get_data()).get("message", ""))


def code_of(answer: TestResponse) -> str:
    if "xml" in str(answer.content_type):
        return str(ElementTree.fromstring(answer.get_data()).findtext(".//{*}Code"))
    return str(json.loads(answer.get_data())["__type"]).rpartition("#")[2]


# ------------------------------------------------------------------------ who is not there


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/moto-api/reset"),
        ("GET", "/moto-api/data.json"),
        ("GET", "/moto-api/"),
        ("POST", "/moto-api/config"),
        ("POST", "/moto-api/seed?a=1"),
        ("POST", "/moto-api/recorder/start-recording"),
        ("POST", "/moto-api/recorder/replay-recording"),
        ("GET", "/latest/meta-data/iam/security-credentials/default-role"),
        ("GET", "/favicon.ico"),
        ("POST", "/kms_us-east-1/"),
        ("GET", "/us-east-1_x/.well-known/jwks.json"),
    ],
)
@pytest.mark.parametrize("headers", [{}, signed("kms")])
def test_no_page_of_moto_is_reachable(
    application: Application,
    clients: Clients,
    method: str,
    path: str,
    headers: dict[str, str],
) -> None:
    key_id = keys.create(clients.kms).key_id
    answer = Client(application).open(path, method=method, headers={"Host": "localhost", **headers})
    assert (answer.status_code, code_of(answer)) == (404, "UnknownOperationException")
    assert keys.describe(clients.kms, key_id).key_id == key_id


@pytest.mark.parametrize(
    ("operator", "condition_key", "value"),
    [("StringLike", "aws:UserAgent", "curl/*"), ("IpAddress", "aws:SourceIp", "203.0.113.0/24")],
)
def test_a_policy_knows_where_a_call_comes_from(
    application: Application, clients: Clients, operator: str, condition_key: str, value: str
) -> None:
    key_id = keys.create(clients.kms).key_id
    everyone = {"Principal": {"AWS": "123456789012"}, "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "kms:DescribeKey", **everyone}
    statements = [
        {"Effect": "Allow", "Action": "kms:*", **everyone},
        deny | {"Condition": {operator: {condition_key: value}}},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    clients.kms.put_key_policy(KeyId=key_id, Policy=policy)
    headers = signed("kms", X_Amz_Target="TrentService.DescribeKey", User_Agent="curl/8.0")
    answer = Client(application).post(
        "/",
        data=json.dumps({"KeyId": key_id}),
        headers=headers | {"Content-Type": CONTENT_TYPES["kms"]},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert code_of(answer) == "AccessDeniedException"


@pytest.mark.parametrize(
    ("operator", "condition_key", "value"),
    [("StringLike", "aws:UserAgent", "curl/*"), ("IpAddress", "aws:SourceIp", "203.0.113.0/24")],
)
def test_a_trust_policy_knows_where_a_call_comes_from(
    application: Application, clients: Clients, operator: str, condition_key: str, value: str
) -> None:
    trusted = {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    statements = [
        {"Effect": "Allow", **trusted},
        {"Effect": "Deny", **trusted, "Condition": {operator: {condition_key: value}}},
    ]
    trust = json.dumps({"Version": "2012-10-17", "Statement": statements})
    role = clients.iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]
    asked = {"Action": "AssumeRole", "RoleArn": role["Arn"], "RoleSessionName": "session"}
    answer = Client(application).post(
        "/",
        data=asked | {"Version": "2011-06-15"},
        headers=signed("sts", User_Agent="curl/8.0"),
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert (answer.status_code, "explicit deny" in answer.text) == (403, True)


@pytest.mark.parametrize("service", ["s3", "lambda", "ec2", "secretsmanager", "execute-api"])
@pytest.mark.parametrize("path", ["/", "/bucket/key", "/2015-03-31/functions/"])
def test_a_service_of_somebody_else_is_named(
    application: Application, service: str, path: str
) -> None:
    answer = Client(application).get(path, headers=signed(service))
    assert (answer.status_code, code_of(answer)) == (400, "UnknownOperationException")
    assert f"The sandbox has no {service}." in answer.text


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("", 403, "MissingAuthenticationToken"),
        ("TrentService.ListKeys", 400, "MissingAuthenticationTokenException"),
        ("DynamoDB_20120810.ListTables", 400, "MissingAuthenticationTokenException"),
    ],
)
def test_who_signs_nothing_is_nobody(
    application: Application, target: str, status: int, code: str
) -> None:
    headers = {"Host": "localhost", **({"X-Amz-Target": target} if target else {})}
    answer = Client(application).post("/", data=b"x=1", headers=headers)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_a_region_that_does_not_exist_is_refused(application: Application) -> None:
    headers = {**signed("kms", "mars-north-1"), "X-Amz-Target": "TrentService.ListKeys"}
    answer = Client(application).post("/", data=b"{}", headers=headers)
    assert (answer.status_code, code_of(answer)) == (403, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("path", "headers", "status", "code", "message"),
    [
        (
            "/",
            {"Host": "localhost"},
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ),
        (
            "/",
            signed("s3"),
            400,
            "UnknownOperationException",
            "The sandbox has no s3. It has cloudtrail, dynamodb, iam, kms, sts.",
        ),
        (
            "/",
            signed("kms", "mars-north-1"),
            403,
            "InvalidSignatureException",
            "Credential should be scoped to a valid region.",
        ),
        (
            "/",
            signed("sts", "mars-north-1"),
            403,
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region.",
        ),
        (
            f"/?X-Amz-Credential={SCOPE.format(region='mars-north-1')}",
            {"Host": "localhost"},
            403,
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region.",
        ),
        (
            f"/?X-Amz-Credential=x{SCOPE.format(region='us-east-1')}/more",
            {"Host": "localhost"},
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ),
        ("/nothing", signed("iam"), 404, "UnknownOperationException", ""),
        ("/nothing", {"Host": "localhost"}, 404, "UnknownOperationException", ""),
    ],
)
def test_what_reaches_no_service_is_told_why(
    application: Application,
    path: str,
    headers: dict[str, str],
    status: int,
    code: str,
    message: str,
) -> None:
    answer = Client(application).post(path, headers=headers)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert message_of(answer) == message


@pytest.mark.parametrize(
    ("headers", "content_type"),
    [
        ({"X-Amz-Target": "Lambda.Invoke"}, "application/x-amz-json-1.1"),
        ({"X-Amz-Target": "DynamoDB_20120810.ListTables"}, "application/x-amz-json-1.0"),
        ({"X-Amz-Target": "DynamoDB_20120810.List.Tables"}, "application/x-amz-json-1.0"),
        ({}, "text/xml"),
    ],
)
def test_who_signs_nothing_is_answered_in_the_protocol_of_the_target(
    application: Application, headers: dict[str, str], content_type: str
) -> None:
    answer = Client(application).post("/", headers={"Host": "localhost", **headers})
    assert (answer.status_code >= 400, answer.content_type) == (True, content_type)
    assert len(answer.headers["x-amzn-RequestId"]) == 36


@pytest.mark.parametrize("service", CONTENT_TYPES)
def test_who_signs_is_answered_in_the_protocol_of_the_service(
    application: Application, service: str
) -> None:
    answer = Client(application).post("/nothing", headers=signed(service))
    assert (answer.status_code, answer.content_type) == (404, CONTENT_TYPES[service])


def test_another_version_of_a_query_api_has_no_operation(application: Application) -> None:
    query = "Action=GetCallerIdentity&Version=1999-01-01"
    answer = Client(application).get(f"/?{query}", headers=signed("sts"))
    assert (code_of(answer), message_of(answer)) == (
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version 1999-01-01",
    )


# ----------------------------------------------------------------------- what is told of a call


def test_a_subscriber_is_told_of_the_parameters_as_they_were_received(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(_: str, call: Call, *__: Any) -> tuple[int, dict[str, str], str]:
        call.parameters["Limit"] = 99
        return 200, {}, "{}"

    told: list[ServedCall] = []
    application.subscribers.append(told.append)
    monkeypatch.setattr(moto_services, "perform", change)
    ask(application, "kms", "ListKeys", b'{"Limit": 3}')
    assert (told[0].parameters, told[0].user_agent) == ({"Limit": 3}, "")


@pytest.mark.parametrize(
    ("operation", "body", "parameters", "status"),
    [
        ("ListKeys", b'{"Limit": 3}', {"Limit": 3}, 200),
        ("DescribeKey", b'{"KeyId": "alias/none"}', {"KeyId": "alias/none"}, 400),
    ],
)
def test_a_subscriber_is_told_of_a_call_with_its_answer(
    application: Application,
    operation: str,
    body: bytes,
    parameters: dict[str, Any],
    status: int,
) -> None:
    told: list[ServedCall] = []
    application.subscribers.append(told.append)
    headers = signed("kms", "eu-west-1", X_Amz_Target=f"TrentService.{operation}", User_Agent="me")
    answer = Client(application).post(
        "/", data=body, headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    (call,) = told
    assert (call.service, call.operation, call.parameters) == ("kms", operation, parameters)
    assert (call.principal.account, call.region) == ("123456789012", "eu-west-1")
    assert (call.source_ip, call.user_agent) == ("203.0.113.9", "me")
    assert call.request_id == answer.headers["x-amzn-RequestId"]
    assert (call.status, call.body) == (status, answer.get_data())
    assert [event["eventName"] for event in history.newest_first("123456789012")] == [operation]


def test_a_subscriber_is_told_which_key_a_call_used(
    application: Application, clients: Clients
) -> None:
    told: list[ServedCall] = []
    application.subscribers.append(told.append)
    key = keys.create(clients.kms)
    ask(application, "kms", "DescribeKey", json.dumps({"KeyId": key.key_id}).encode())
    assert told[0].key_arns == [key.arn]


def test_an_answer_has_the_time_of_the_account(application: Application) -> None:
    clock.move(30, "123456789012")
    told = datetime.fromisoformat(ask(application, "kms", "ListKeys").headers[clock.HEADER])
    assert abs(told - clock.real_time() - timedelta(days=30)) < timedelta(hours=1)


def test_the_trail_of_a_region_is_looked_up_there(
    application: Application, clients: Clients
) -> None:
    clients.in_region("eu-west-1").kms.list_keys()
    clients.kms.list_aliases()
    answer = ask(application, "cloudtrail", "LookupEvents")
    found = [event["EventName"] for event in answer.get_json(force=True)["Events"]]
    assert found == ["ListAliases"]


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


# ---------------------------------------------------------------------------------- form


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"KeyId": NaN}',
        b'{"KeyId": -Infinity}',
        b'{"KeyId": "x", "Unknown": NaN}',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"KeyId": ' + b"1" * 10_000 + b"}",
        b'{"KeyId": 1}',
        b'{"KeyId": ["x"]}',
        b'{"KeyId": {"x": "y"}}',
        b'{"KeyId": true}',
        b'{"KeyId": "\\ud800"}',
        b'{"KeyId": "x", "Plaintext": "no Base64!"}',
        b'{"KeyId": "x", "GrantTokens": "x"}',
        b'{"KeyId": "x", "GrantTokens": [null]}',
        b'{"KeyId": "x", "EncryptionContext": []}',
        b'{"KeyId": "x", "EncryptionContext": {"a": 1}}',
        b'{"KeyId": "x", "DryRun": "true"}',
    ],
)
def test_a_wrong_type_is_refused_before_anything_is_done(
    application: Application, body: bytes
) -> None:
    answer = ask(application, "kms", "Encrypt", body)
    expected = "SerializationException" if body else "ValidationException"
    assert (answer.status_code, code_of(answer)) == (400, expected)


@pytest.mark.parametrize("days", ["7.5", "1e999", '"7"', "true", "2147483648", "1" * 5000])
def test_what_is_no_integer_is_refused(application: Application, days: str) -> None:
    body = f'{{"KeyId": "x", "PendingWindowInDays": {days}}}'.encode()
    assert code_of(ask(application, "kms", "ScheduleKeyDeletion", body)) == "SerializationException"


def test_null_is_as_good_as_absent(application: Application) -> None:
    body = b'{"Description": null, "Tags": null, "KeyUsage": null, "Unknown": {"a": null}}'
    assert ask(application, "kms", "CreateKey", body).status_code == 200


@pytest.mark.parametrize(
    ("operation", "body", "place"),
    [
        ("DescribeTable", b"{}", "tableName"),
        ("PutItem", b'{"TableName": "t"}', "item"),
        (
            "CreateTable",
            b'{"TableName": "t", "AttributeDefinitions": [], "KeySchema": [{"KeyType": "HASH"}]}',
            "keySchema.1.member.attributeName",
        ),
    ],
)
def test_what_is_missing_is_named(
    application: Application, operation: str, body: bytes, place: str
) -> None:
    answer = ask(application, "dynamodb", operation, body)
    assert code_of(answer) == "ValidationException"
    assert message_of(answer) == (
        f"1 validation error detected: Value null at '{place}' failed to satisfy constraint: "
        "Member must not be null"
    )


@pytest.mark.parametrize(
    ("service", "operation", "body", "code"),
    [
        ("iam", "CreateUser", b"", "ValidationError"),
        ("iam", "CreateUser", b"UserName=%00", "MalformedInput"),
        ("iam", "CreateUser", b"UserName=%ff", "MalformedQueryString"),
        ("iam", "CreateUser", b"UserName=\xff", "MalformedQueryString"),
        ("iam", "ListUsers", b"MaxItems=many", "MalformedInput"),
        ("iam", "ListUsers", b"MaxItems=1e5", "MalformedInput"),
        ("iam", "ListUsers", b"MaxItems=99999999999999999999", "MalformedInput"),
        ("iam", "ListUsers", b"a=&" * 5000, "MalformedQueryString"),
        ("iam", "CreateRole", b"RoleName=x", "ValidationError"),
        ("sts", "AssumeRole", b"DurationSeconds=NaN", "MalformedInput"),
        ("sts", "AssumeRole", b"RoleArn=x", "ValidationError"),
    ],
)
def test_a_form_that_is_wrong_is_refused(
    application: Application, service: str, operation: str, body: bytes, code: str
) -> None:
    answer = ask(application, service, operation, body)
    assert (answer.status_code, code_of(answer)) == (400, code)


@pytest.mark.parametrize(
    ("service", "operation", "length"), [("kms", "Encrypt", 2**18), ("iam", "ListUsers", 2**19)]
)
def test_a_service_takes_no_longer_requests_than_it_can_need(
    application: Application, service: str, operation: str, length: int
) -> None:
    answer = ask(application, service, operation, b"x" * (length + 1))
    assert (answer.status_code, code_of(answer)) == (413, "RequestEntityTooLarge")
    assert message_of(answer) == f"The request must be at most {length} bytes long."


def test_a_query_string_is_as_good_as_a_form(application: Application) -> None:
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    answer = Client(application).get(f"/?{query}", headers=signed("sts"))
    assert "<Account>123456789012</Account>" in answer.text


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


# --------------------------------------------------------------------- what nobody expected


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox with a mistake in it."""

    def fail(*_: Any) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setitem(operations.OPERATIONS, "ListKeys", fail)


@pytest.mark.usefixtures("failing")
def test_a_mistake_of_the_sandbox_is_one_answer_and_one_line(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(application, "kms", "ListKeys")
    assert (answer.status_code, code_of(answer)) == (500, "InternalFailure")
    request_id = answer.headers["x-amzn-RequestId"]
    (line,) = caplog.messages
    assert re.fullmatch(
        rf"{request_id}: the request: RuntimeError in fail, line \d+ of .+\.py", line
    )
    said = f"The sandbox failed; its log has the details of request {request_id}."
    assert message_of(answer) == said


@pytest.mark.usefixtures("failing")
def test_a_mistake_gives_no_secret_away(
    application: Application, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = ask(application, "kms", "ListKeys")
    assert SECRET not in answer.text + caplog.text + "".join(capfd.readouterr())


def test_what_moto_cannot_process_is_no_reason_to_ask_again(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(application, "iam", "ListVirtualMFADevices", b"Marker=x")
    assert (answer.status_code, code_of(answer)) == (400, "ValidationError")
    request_id = answer.headers["x-amzn-RequestId"]
    said = f"The sandbox cannot process request {request_id}; its log has the details."
    assert message_of(answer) == said
    (line,) = caplog.messages
    assert re.match(
        rf"{request_id}: iam ListVirtualMFADevices: \w+Error in \w+, line \d+ of ", line
    )
    assert caplog.records[0].levelno == logging.ERROR


def test_a_state_that_cannot_be_written_is_named_in_the_log(
    application: Application, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> None:
        raise StateUnusable.unreadable(Path("class.state"), "database or disk is full")

    monkeypatch.setattr(history, "subscribers", [fail])
    answer = ask(application, "kms", "ListKeys")
    assert answer.status_code == 500
    (line,) = caplog.messages
    assert line.startswith(
        f"{answer.headers['x-amzn-RequestId']}: not answered. "
        "The state in class.state cannot be used: database or disk is full"
    )
