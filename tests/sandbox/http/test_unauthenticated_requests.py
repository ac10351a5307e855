"""Who signs nothing, and what reaches no service."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox.http.application import Application
from tests.sandbox.http.signed_requests import (
    CONTENT_TYPES,
    SCOPE,
    code_of,
    message_of,
    signed,
)


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
