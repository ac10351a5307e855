"""Requests of each protocol, signed or not, and what their answers say."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from werkzeug.test import Client, TestResponse

from kmsdemo.sandbox.http.application import Application

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
