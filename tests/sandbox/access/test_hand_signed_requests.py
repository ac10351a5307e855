"""Requests that no SDK signs: what lacks of a signature, and what was changed on its way."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.sandbox.access.callers import (
    ClassSandbox,
)
from tests.subprocesses import TIME_LIMIT_SECONDS

BODIES = {
    "kms": (b"{}", {"X-Amz-Target": "TrentService.ListKeys"}),
    "sts": (b"Action=GetCallerIdentity&Version=2011-06-15", {}),
}
AUTHORIZATION = "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/{}/aws4_request"


def send(
    at: ClassSandbox, service: str, more: dict[str, str], body: bytes = b""
) -> tuple[int, str]:
    """Send a request, and return the status and the body of its answer."""
    ours, headers = BODIES[service]
    kind = "x-amz-json-1.1" if service == "kms" else "x-www-form-urlencoded"
    sent = {"Content-Type": f"application/{kind}", **headers, **more}
    try:
        with urlopen(Request(at.url, body or ours, sent), timeout=TIME_LIMIT_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("service", "expected"),
    [("kms", "MissingAuthenticationTokenException"), ("sts", "MissingAuthenticationToken")],
)
@pytest.mark.parametrize("authorization", [None, "", "Bearer x", "Basic eDp5"])
def test_a_request_that_nobody_signed_is_refused(
    at: ClassSandbox, service: str, expected: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    _, body = send(at, service, headers)
    assert expected in body
    assert "Request is missing Authentication Token" in body


INCOMPLETE = [
    ("Credential={key}/20260101/us-east-1/{service}/aws4_request", "requires 'Signature' param"),
    ("Credential={key}/20260101/us-east-1/{service}/aws4_request, Signature=0", "'SignedHeaders'"),
    ("Credential={key}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0",
     "requires existence of either a 'X-Amz-Date' or a 'Date' header."),
    ("Credential=a b/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0",
     "not a valid key=value pair (missing equal-sign) in Authorization header"),
]  # fmt: skip


@pytest.mark.parametrize("service", BODIES)
@pytest.mark.parametrize(("rest", "words"), INCOMPLETE)
def test_what_lacks_of_a_signature_is_said(
    at: ClassSandbox, service: str, rest: str, words: str
) -> None:
    authorization = f"AWS4-HMAC-SHA256 {rest.format(key='testing', service=service)}"
    status, body = send(at, service, {"Authorization": authorization})
    assert status == 400
    assert "IncompleteSignature" in body
    assert words in body
    assert "Signature=0" not in body, "what was sent is repeated as its hash only"


STRANGE = [
    {"X-Amz-Date": "00000000T000000Z"},
    {"X-Amz-Date": "99991231T235959Z"},
    {"X-Amz-Date": "20260101T250000Z"},
    {"Date": "Mon, 01 Jan 0001 00:00:00 +2359"},
    {"Date": "Fri, 31 Dec 9999 23:59:59 -2359"},
    {"Date": "yesterday"},
    {"X-Amz-Date": "20260101T000000Z", "X-Amz-Security-Token": "\xe9"},
]


@pytest.mark.no_cover
@pytest.mark.parametrize("service", BODIES)
@pytest.mark.parametrize("headers", STRANGE)
@pytest.mark.parametrize(
    "rest", ["SignedHeaders=;;, Signature=\xe9", "SignedHeaders=host, Signature=0"]
)
def test_what_no_sdk_signs_is_refused(
    at: ClassSandbox, service: str, headers: dict[str, str], rest: str
) -> None:
    authorization = AUTHORIZATION.format(at.user("ben")[0], service)
    status, _ = send(at, service, {**headers, "Authorization": f"{authorization}, {rest}"})
    assert status in (400, 403)


def signed(at: ClassSandbox, key: tuple[str, ...], body: bytes, **headers: str) -> AWSRequest:
    """Return a request to KMS that is signed."""
    request = AWSRequest("POST", at.url, {**BODIES["kms"][1], **headers}, body)
    SigV4Auth(Credentials(*key), "kms", "us-east-1").add_auth(request)
    return request


def test_a_body_that_was_changed_on_its_way_is_refused(at: ClassSandbox) -> None:
    ben = at.user("ben")
    headers = dict(signed(at, ben, b"{}").headers.items())
    status, body = send(at, "kms", headers, b'{"Limit": 1}')
    assert status == 400
    assert "InvalidSignatureException" in body


@pytest.mark.parametrize("claimed", ["UNSIGNED-PAYLOAD", "e3b0c44298fc1c149afbf4c8996fb924"])
def test_what_a_header_says_of_the_body_is_not_believed(at: ClassSandbox, claimed: str) -> None:
    headers = signed(at, at.user("ben"), b"{}", **{"X-Amz-Content-SHA256": claimed}).headers
    _, body = send(at, "kms", dict(headers.items()), b'{"Limit": 1}')
    assert "InvalidSignatureException" in body


def test_a_header_that_was_changed_on_its_way_is_refused(at: ClassSandbox) -> None:
    headers = dict(signed(at, at.user("ben"), b"{}").headers.items())
    _, body = send(at, "kms", {**headers, "X-Amz-Target": "TrentService.CreateKey"})
    assert "InvalidSignatureException" in body


def test_a_signature_for_another_service_opens_none(at: ClassSandbox) -> None:
    """One for DynamoDB is not valid for KMS."""
    request = AWSRequest("POST", at.url, BODIES["kms"][1], b"{}")
    SigV4Auth(Credentials(*at.user("ben")), "dynamodb", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    of_kms = headers["Authorization"].replace("/dynamodb/", "/kms/")
    _, body = send(at, "kms", {**headers, "Authorization": of_kms})
    assert "InvalidSignatureException" in body


def test_a_date_header_is_as_good_as_amazons_own(at: ClassSandbox) -> None:
    headers = signed(at, at.user("ben"), b"{}", Date="now").headers
    assert "X-Amz-Date" not in headers
    status, _ = send(at, "kms", dict(headers.items()), b"{}")
    assert status == 200
