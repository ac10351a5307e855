"""Responses as they are sent: status, headers and body, in the protocol of each service."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from kmsdemo.sandbox import service
from kmsdemo.sandbox.http import answer
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.refusal import Refusal

ID = "11111111-2222-3333-4444-555555555555"
REFUSED = Refusal("AccessDenied", "No.", 403)
IN_XML = (
    '<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type><Code>{code}</Code>{message}'
    f"</Error><RequestId>{ID}</RequestId></ErrorResponse>"
)
STS = "https://sts.amazonaws.com/doc/2011-06-15/"
IAM = "https://iam.amazonaws.com/doc/2010-05-08/"


def in_xml(
    fault: str, code: str, message: str = "", namespace: str = STS, status: int = 400
) -> Answer:
    text = f"<Message>{message}</Message>" if message else ""
    body = IN_XML.format(namespace=namespace, fault=fault, code=code, message=text)
    return Answer(status, {"Content-Type": "text/xml", "x-amzn-RequestId": ID}, body.encode())


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refusal("A", "Why."), in_xml("Sender", "A", "Why.")),
        (Refusal("A"), in_xml("Sender", "A")),
        (Refusal("A", status=500), in_xml("Receiver", "A", status=500)),
        (Refusal("A", status=503), in_xml("Receiver", "A", status=503)),
        (Refusal("A", status=499), in_xml("Sender", "A", status=499)),
        (Refusal("<A>", "1 < 2 & \x00"), in_xml("Sender", "&lt;A&gt;", "1 &lt; 2 &amp; \ufffd")),
    ],
)
def test_an_error_in_xml_says_whose_fault_it_is(refusal: Refusal, expected: Answer) -> None:
    assert answer.in_xml(refusal, ID) == expected


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("kms", "application/x-amz-json-1.1"),
        ("dynamodb", "application/x-amz-json-1.0"),
        ("cloudtrail", "application/x-amz-json-1.1"),
    ],
)
def test_an_error_of_a_json_service_is_in_json(name: str, content_type: str) -> None:
    body = json.dumps({"__type": "AccessDenied", "message": "No."}).encode()
    headers = {"Content-Type": content_type, "x-amzn-RequestId": ID}
    assert answer.refused(REFUSED, ID, service.find(name)) == Answer(403, headers, body)


@pytest.mark.parametrize(("name", "namespace"), [("iam", IAM), ("sts", STS)])
def test_an_error_of_a_query_service_is_in_its_own_xml(name: str, namespace: str) -> None:
    expected = in_xml("Sender", "AccessDenied", "No.", namespace, 403)
    assert answer.refused(REFUSED, ID, service.find(name)) == expected


def test_an_error_of_no_service_is_in_the_newer_json() -> None:
    sent = answer.in_json(Refusal("A"), ID)
    assert sent.headers == {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": ID}
    assert (sent.status, sent.body) == (400, b'{"__type": "A"}')


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (
            "text/xml",
            "<A><B>x</B><M><RequestId>moto</RequestId></M></A>\n",
            f"<A><B>x</B><M><RequestId>{ID}</RequestId></M></A>\n",
        ),
        (
            "text/xml",
            b"<A><RequestId>data</RequestId><M/><RequestId></RequestId></A>",
            f"<A><RequestId>data</RequestId><M/><RequestId>{ID}</RequestId></A>",
        ),
        ("application/json", b'{"a": "<RequestId>x</RequestId>"}', None),
    ],
)
def test_a_response_of_moto_gets_the_request_id(
    content_type: str, body: str | bytes, expected: str | None
) -> None:
    sent = answer.of_moto((200, {"server": "moto"}, body), content_type, ID)
    assert sent.headers == {"Content-Type": content_type, "x-amzn-RequestId": ID}
    assert sent.status == 200
    assert sent.body == (expected.encode() if expected else body)


@pytest.mark.parametrize(
    ("made", "status", "headers", "body"),
    [
        (
            lambda: answer.in_text(403, "Für niemand.\n"),
            "403 Forbidden",
            {"Content-Type": "text/plain; charset=utf-8", "Content-Length": "14"},
            "Für niemand.\n",
        ),
        (
            lambda: answer.of_sandbox(200, {"status": "ok"}),
            "200 OK",
            {"Content-Type": "application/json", "Content-Length": "16"},
            '{"status": "ok"}',
        ),
        (
            lambda: answer.redirect("/console"),
            "302 Found",
            {"Location": "/console", "Content-Length": "0"},
            "",
        ),
    ],
)
def test_a_response_is_sent_with_its_headers_and_its_length(
    made: object, status: str, headers: dict[str, str], body: str
) -> None:
    assert callable(made)
    sent = Client(made()).get("/")
    assert (sent.status, dict(sent.headers), sent.text) == (status, headers, body)
