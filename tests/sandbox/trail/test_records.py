"""The record of one call, field by field."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.trail import records
from kmsdemo.sandbox.trail.records import ServedCall

ACCOUNT, OTHER = "123456789012", "111122223333"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"
THEIRS = f"arn:aws:kms:eu-west-1:{OTHER}:key/5678"
ROOT = Principal(ACCOUNT, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
IDENTITY = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": ROOT.arn,
    "accountId": ACCOUNT,
    "accessKeyId": ACCOUNT,
}
RESOURCE = {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": KEY}


def served(service: str, operation: str, **more: Any) -> ServedCall:
    given: dict[str, Any] = {
        "parameters": {},
        "principal": ROOT,
        "region": "eu-west-1",
        "key_arns": [],
        "source_ip": "203.0.113.9",
        "user_agent": "me",
        "request_id": "r-1",
        "status": 200,
        "body": "{}",
    }
    return ServedCall(service, operation, **given | more)


def record(service: str, operation: str, **more: Any) -> dict[str, Any]:
    (found,) = records.of_call(served(service, operation, **more))
    return found


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


def error(code: str, message: str = "") -> dict[str, Any]:
    said = {"__type": code, **({"message": message} if message else {})}
    return {"status": 400, "body": json.dumps(said)}


def test_a_call_has_all_fields() -> None:
    found = record("kms", "DescribeKey", parameters={"KeyId": "alias/a"}, key_arns=[KEY])
    at = datetime.strptime(found.pop("eventTime"), "%Y-%m-%dT%H:%M:%SZ")
    assert abs(at.replace(tzinfo=timezone.utc) - clock.real_time()) < timedelta(hours=1)
    assert found == {
        "eventVersion": "1.11",
        "userIdentity": IDENTITY,
        "eventSource": "kms.amazonaws.com",
        "eventName": "DescribeKey",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "me",
        "requestParameters": {"keyId": "alias/a"},
        "responseElements": None,
        "requestID": "r-1",
        "eventID": records.event_id("r-1", ACCOUNT),
        "readOnly": True,
        "resources": [RESOURCE],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def test_the_id_of_an_event_is_that_of_its_request_in_its_account() -> None:
    ids = {records.event_id(r, a) for r in ("r-1", "r-2") for a in (ACCOUNT, OTHER)}
    assert len(ids) == 4
    assert records.event_id("r-1", ACCOUNT) == "35bc9621-3a00-530e-b90e-550bc0bd279c"


def test_a_call_without_a_request_id_gets_one() -> None:
    found = record("kms", "ListKeys", request_id="")
    assert len(found["requestID"]) == 36
    assert found["eventID"] == records.event_id(found["requestID"], ACCOUNT)


@pytest.mark.parametrize(
    ("service", "operation", "region"),
    [("iam", "ListUsers", "us-east-1"), ("sts", "GetCallerIdentity", "eu-west-1")],
)
def test_iam_is_recorded_in_one_region(service: str, operation: str, region: str) -> None:
    found = record(service, operation, body="<A></A>")
    assert (found["awsRegion"], found["eventSource"]) == (region, f"{service}.amazonaws.com")


@pytest.mark.parametrize(
    ("more", "code", "message", "parameters", "resources"),
    [
        (
            error("com.amazonaws.kms#DisabledException", "It is disabled."),
            "DisabledException",
            "It is disabled.",
            {"keyId": "k"},
            [RESOURCE],
        ),
        (
            error("InvalidCiphertextException"),
            "InvalidCiphertextException",
            None,
            {"keyId": "k"},
            [RESOURCE],
        ),
        (error("AccessDeniedException", "No."), "AccessDenied", "No.", None, None),
        ({"status": 500, "body": "not JSON"}, "500", "not JSON", {"keyId": "k"}, [RESOURCE]),
    ],
)
def test_a_refused_call_has_its_error(
    more: dict[str, Any],
    code: str,
    message: str | None,
    parameters: dict[str, str] | None,
    resources: list[dict[str, str]] | None,
) -> None:
    found = record("kms", "DisableKey", parameters={"KeyId": "k"}, key_arns=[KEY], **more)
    assert (found["errorCode"], found.get("errorMessage")) == (code, message)
    assert (found["requestParameters"], found.get("resources")) == (parameters, resources)
    assert found["responseElements"] is None


@pytest.mark.parametrize(
    ("operation", "answered", "used"),
    [
        ("Decrypt", {"KeyMaterialId": "m"}, {"keyMaterialId": "m"}),
        (
            "ReEncrypt",
            {"SourceKeyMaterialId": "s", "DestinationKeyMaterialId": "d"},
            {"sourceKeyMaterialId": "s", "destinationKeyMaterialId": "d"},
        ),
        ("Encrypt", {"KeyId": KEY}, None),
        ("ImportKeyMaterial", {"KeyMaterialId": "m"}, None),
    ],
)
def test_a_cryptographic_operation_names_the_key_material(
    operation: str, answered: dict[str, str], used: dict[str, str] | None
) -> None:
    found = record("kms", operation, key_arns=[KEY], body=json.dumps(answered))
    assert found.get("additionalEventData") == used


@pytest.mark.parametrize(
    ("operation", "answered", "elements"),
    [
        ("DisableKey", {}, {"keyId": KEY}),
        ("CancelKeyDeletion", {"KeyId": "given"}, {"keyId": "given"}),
        ("DescribeKey", {"KeyMetadata": {"KeyId": "k"}}, None),
        ("Encrypt", {"KeyId": KEY}, None),
    ],
)
def test_only_what_changes_something_has_a_response(
    operation: str, answered: dict[str, Any], elements: dict[str, str] | None
) -> None:
    found = record("kms", operation, key_arns=[KEY], body=json.dumps(answered))
    assert found["responseElements"] == elements


def test_an_alias_is_a_resource_beside_its_key() -> None:
    found = record("kms", "CreateAlias", parameters={"AliasName": "alias/a"}, key_arns=[KEY])
    alias = {
        "accountId": ACCOUNT,
        "type": "AWS::KMS::Alias",
        "ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/a",
    }
    assert found["resources"] == [RESOURCE, alias]


def test_a_new_key_is_a_resource() -> None:
    body = json.dumps({"KeyMetadata": {"Arn": KEY, "KeyId": "1234"}})
    assert record("kms", "CreateKey", body=body)["resources"] == [RESOURCE]


def test_a_key_of_another_account_is_recorded_there_too() -> None:
    own, theirs = records.of_call(served("kms", "Encrypt", key_arns=[THEIRS]))
    assert (own["recipientAccountId"], theirs["recipientAccountId"]) == (ACCOUNT, OTHER)
    assert len(own["sharedEventID"]) == 36
    changed = ("userIdentity", "eventID", "recipientAccountId")
    assert without(own, *changed) == without(theirs, *changed)
    assert theirs["eventID"] == records.event_id("r-1", OTHER)
    assert theirs["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": ACCOUNT,
        "accountId": ACCOUNT,
    }


def test_a_refused_call_is_recorded_in_the_callers_account_only() -> None:
    (own,) = records.of_call(served("kms", "Encrypt", key_arns=[THEIRS], **error("Disabled")))
    assert "sharedEventID" not in own


def test_what_aws_does_has_all_fields() -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    found = records.of_aws("DeleteKey", KEY, moment)
    assert len(found.pop("eventID")) == 36
    assert found == {
        "eventVersion": "1.11",
        "userIdentity": {"accountId": ACCOUNT, "invokedBy": "AWS Internal"},
        "eventTime": "2030-01-02T03:04:05Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": "DeleteKey",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "AWS Internal",
        "userAgent": "AWS Internal",
        "requestParameters": None,
        "responseElements": {"keyId": KEY},
        "readOnly": False,
        "resources": [RESOURCE],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def test_an_item_is_a_data_event_with_its_key_alone(clients: Clients) -> None:
    clients.dynamodb.create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    parameters = {"TableName": "t", "Item": {"id": {"S": "1"}, "secret": {"S": "x"}}}
    found = record("dynamodb", "PutItem", region="us-east-1", parameters=parameters)
    assert found["requestParameters"] == {"tableName": "t", "key": {"id": "1"}}
    assert (found["managementEvent"], found["eventCategory"]) == (False, "Data")
    assert (found["responseElements"], found["readOnly"]) == (None, False)


def test_a_session_of_sts_is_recorded_without_its_secrets() -> None:
    body = (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
        "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>t</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/auditor"
    found = record("sts", "AssumeRole", parameters={"RoleArn": role}, body=body)
    assert found["responseElements"]["credentials"]["accessKeyId"] == "ASIA1"
    assert "secretAccessKey" not in found["responseElements"]["credentials"]
    assert found["resources"] == [{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role}]
    assert found["readOnly"] is True


def test_who_calls_sts_is_recorded_without_a_response() -> None:
    body = "<R><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></R>"
    assert record("sts", "GetCallerIdentity", body=body)["responseElements"] is None
