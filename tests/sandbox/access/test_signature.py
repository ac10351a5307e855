"""What is read from a signature, and what is said of one that cannot be read."""

from __future__ import annotations

import base64
import hashlib
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import signature
from kmsdemo.sandbox.refusal import Refusal

MOMENT = "20260131T235959Z"
SCOPE = "AKIA/20260131/eu-west-1/kms/aws4_request"
HEADER = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature=abc"
URL = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": SCOPE,
    "X-Amz-SignedHeaders": "Host",
    "X-Amz-Signature": "abc",
    "X-Amz-Date": MOMENT,
    "X-Amz-Expires": "60",
}
JSON = {"X-Amz-Target": "TrentService.ListKeys"}


def in_header(authorization: str = HEADER, **headers: str) -> Request:
    dated = {"Authorization": authorization, "X-Amz-Date": MOMENT}
    return Request.from_values("/", headers=dated | headers)


def in_url(*left_out: str, headers: Any = None, **changed: str) -> Request:
    given = URL | {f"X-Amz-{name}": value for name, value in changed.items()}
    query = {
        name: value for name, value in given.items() if name.removeprefix("X-Amz-") not in left_out
    }
    return Request.from_values("/", query_string=query, headers=headers or {})


def refusal(request: Request) -> tuple[str, int, str]:
    with pytest.raises(Refusal) as raised:
        signature.read(request)
    return raised.value.code, raised.value.status, raised.value.message


def incomplete(message: str) -> tuple[str, int, str]:
    return "IncompleteSignature", 400, message


def hashed(authorization: str) -> str:
    digest = base64.b64encode(hashlib.sha256(authorization.encode()).digest()).decode()
    return f" (Hashed with SHA-256 and encoded with Base64) Authorization={digest}"


# ---------------------------------------------------------------------------------- reading


def test_a_header_has_all_parts_of_a_signature() -> None:
    expected = signature.Signature(
        "AKIA", "20260131", "eu-west-1", "kms", MOMENT, ["host", "x-amz-date"], "abc", "t", None
    )
    read = signature.read(in_header(**{"X-Amz-Security-Token": "t"}))
    assert read == expected
    assert read.signed_at == datetime(2026, 1, 31, 23, 59, 59, tzinfo=timezone.utc)


def test_a_url_has_all_parts_of_a_signature() -> None:
    expected = signature.Signature(
        "AKIA", "20260131", "eu-west-1", "kms", MOMENT, ["host"], "abc", "t", 60
    )
    assert signature.read(in_url(**{"Security-Token": "t"})) == expected


def test_without_a_session_a_signature_has_no_token() -> None:
    assert signature.read(in_header()).token == ""
    assert signature.read(in_url()).token == ""


@pytest.mark.parametrize(("asked", "valid"), [("604800", 604800), ("604801", 604800)])
def test_a_url_is_valid_for_a_week_at_most(asked: str, valid: int) -> None:
    assert signature.read(in_url(Expires=asked)).valid_seconds == valid


@pytest.mark.parametrize(
    "header", ["Sat, 31 Jan 2026 23:59:59 GMT", "Sun, 01 Feb 2026 00:59:59 +0100"]
)
def test_the_date_header_serves_as_the_time_of_signing(header: str) -> None:
    request = Request.from_values("/", headers={"Authorization": HEADER, "Date": header})
    assert signature.read(request).moment == MOMENT


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no tzset")
def test_the_date_header_is_read_alike_in_every_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Authorization": HEADER, "Date": "Sat, 31 Jan 2026 23:59:59 GMT"}
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        moment = signature.read(Request.from_values("/", headers=headers)).moment
    time.tzset()
    assert moment == MOMENT


@pytest.mark.parametrize(
    ("request_", "signed"),
    [(in_header(), True), (in_url(), True), (Request.from_values("/"), False)],
    ids=["header", "URL", "nowhere"],
)
def test_a_signature_is_in_the_header_or_the_url(request_: Request, signed: bool) -> None:
    assert signature.is_signed(request_) is signed


# ------------------------------------------------------------------------ what cannot be read


@pytest.mark.parametrize("authorization", ["", "Basic eDp5"])
def test_without_a_signature_of_aws_the_token_is_missing(authorization: str) -> None:
    message = "Request is missing Authentication Token"
    assert refusal(in_header(authorization)) == ("MissingAuthenticationToken", 403, message)


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("AWS4-HMAC-SHA1 x", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."),
        (
            "AWS4-HMAC-SHA256 Credential",
            "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header"
            + hashed("AWS4-HMAC-SHA256 Credential"),
        ),
        (
            "AWS4-HMAC-SHA256 Signature=x",
            "Authorization header requires 'Credential' parameter. "
            "Authorization header requires 'SignedHeaders' parameter."
            + hashed("AWS4-HMAC-SHA256 Signature=x"),
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={SCOPE} SignedHeaders=host",
            "Authorization header requires 'Signature' parameter."
            + hashed(f"AWS4-HMAC-SHA256 Credential={SCOPE} SignedHeaders=host"),
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=h,Signature=s",
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term, got 'a/b'",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a=b,SignedHeaders=h,Signature=s",
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term, got 'a=b'",
        ),
    ],
    ids=["algorithm", "no equal sign", "two missing", "no signature", "scope", "two equal signs"],
)
def test_of_a_header_the_wrong_part_is_said(authorization: str, message: str) -> None:
    assert refusal(in_header(authorization)) == incomplete(message)


@pytest.mark.parametrize("date", ["", "yesterday", "2026-01-31"])
def test_a_header_needs_a_date(date: str) -> None:
    message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    request = Request.from_values("/", headers={"Authorization": HEADER, "Date": date})
    assert refusal(request) == incomplete(message + hashed(HEADER))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            in_url(Algorithm="AWS4-ECDSA"),
            "Unsupported AWS 'algorithm': 'AWS4-ECDSA'.",
        ),
        (
            in_url("Credential", "Expires"),
            "AWS query-string parameters must include 'X-Amz-Credential'. "
            "AWS query-string parameters must include 'X-Amz-Expires'. "
            "Re-examine the query-string parameters.",
        ),
        *(
            (
                in_url(name),
                f"AWS query-string parameters must include 'X-Amz-{name}'. "
                "Re-examine the query-string parameters.",
            )
            for name in ("Signature", "SignedHeaders", "Date")
        ),
        (
            in_url(Credential="a/b"),
            "Credential must have exactly 5 slash-delimited elements, "
            "e.g. keyid/date/region/service/term, got 'a/b'",
        ),
        (in_url(Date="yesterday"), "X-Amz-Date and X-Amz-Expires must be valid."),
        (in_url(Expires="soon"), "X-Amz-Date and X-Amz-Expires must be valid."),
    ],
)
def test_of_a_url_the_wrong_part_is_said(request_: Request, message: str) -> None:
    assert refusal(request_) == incomplete(message)


def test_an_incomplete_url_of_json_has_the_code_of_json() -> None:
    for request in (in_url("Date", headers=JSON), in_url(Date="x", headers=JSON)):
        assert refusal(request)[0] == "IncompleteSignatureException"
    assert refusal(in_url(Algorithm="x", headers=JSON))[0] == "IncompleteSignatureException"


# --------------------------------------------------------------------------------- checking

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=timezone.utc)


class FrozenDatetime(datetime):
    """A datetime whose present is fixed."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return NOW


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon for the sandbox."""
    monkeypatch.setattr(signature, "datetime", FrozenDatetime)


def signed(
    ago: timedelta, *, seconds: int | None = None, headers: Any = None, query: str = "", **also: str
) -> Request:
    """Return a request signed some time ago, in its URL if it is valid for seconds."""
    method, body = ("POST", b"body") if seconds is None else ("GET", b"")
    url, given = f"http://sandbox/{query}", {"Host": "sandbox", **also}
    sent = AWSRequest(method, url, data=body, headers=given)
    credentials = Credentials("AKIA", "secret")
    signer = SigV4Auth(credentials, "kms", "eu-west-1")
    if seconds is not None:
        signer = SigV4QueryAuth(credentials, "kms", "eu-west-1", seconds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: NOW - ago)
        signer.add_auth(sent)
    carried = {**dict(sent.headers.items()), **(headers or {})}
    return Request.from_values(sent.prepare().url, method=method, headers=carried, data=body)


def checked(request: Request) -> tuple[str, str]:
    """Return the code and the message of the refusal; nothing if the signature is good."""
    try:
        signature.check(signature.read(request), request, "secret")
    except Refusal as error:
        return error.code, error.message
    return "", ""


MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(("headers", "minutes"), [({}, 15), (JSON, 5)], ids=["query", "JSON"])
class TestTheTimeOfASignature:
    def test_may_be_wrong_by_minutes(self, headers: Any, minutes: int) -> None:
        for ago in (-minutes * MINUTE, minutes * MINUTE):
            assert checked(signed(ago, headers=headers)) == ("", "")

    def test_that_has_passed_is_said(self, headers: Any, minutes: int) -> None:
        request = signed(minutes * MINUTE + SECOND, headers=headers)
        earliest = (NOW - minutes * MINUTE).strftime("%H%M%S")
        was = (NOW - minutes * MINUTE - SECOND).strftime("%H%M%S")
        assert checked(request)[1] == (
            f"Signature expired: 20260131T{was}Z is now earlier than "
            f"20260131T{earliest}Z (20260131T120000Z - {minutes} min.)"
        )

    def test_that_is_still_to_come_is_said(self, headers: Any, minutes: int) -> None:
        request = signed(-minutes * MINUTE - SECOND, headers=headers)
        latest = (NOW + minutes * MINUTE).strftime("%H%M%S")
        will_be = (NOW + minutes * MINUTE + SECOND).strftime("%H%M%S")
        assert checked(request)[1] == (
            f"Signature not yet current: 20260131T{will_be}Z is still later than "
            f"20260131T{latest}Z (20260131T120000Z + {minutes} min.)"
        )


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("seconds_ago", "code"), [(3600, ""), (3601, "RequestExpired"), (-900, ""), (-901, "S")]
)
def test_a_url_is_valid_as_long_as_it_says(seconds_ago: int, code: str) -> None:
    found, _ = checked(signed(timedelta(seconds=seconds_ago), seconds=3600))
    assert found == ("SignatureDoesNotMatch" if code == "S" else code)


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    "also", [{"query": "?Action=&Version=1"}, {"Content-Length": "4", "X-Custom": "a  b"}], ids=str
)
def test_a_signature_covers_what_is_blank_and_the_headers(also: Any) -> None:
    assert checked(signed(timedelta(), **also)) == ("", "")


@pytest.mark.usefixtures("at_noon")
def test_a_date_that_no_calendar_has_is_said() -> None:
    request = in_header(**{"X-Amz-Date": "20260231T000000Z"})
    assert checked(request) == (
        "IncompleteSignature",
        "'20260231T000000Z' is not a valid date.",
    )


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("scope_date", "headers", "message"),
    [
        (
            "20260130",
            "host",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            "HTTP: '20260130' != '20260131', from '20260131T120000Z'.",
        ),
        (
            "20260131",
            "x-amz-date",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ),
    ],
    ids=["another day", "without the host"],
)
def test_what_a_signature_must_cover_is_said(scope_date: str, headers: str, message: str) -> None:
    authorization = (
        f"AWS4-HMAC-SHA256 Credential=AKIA/{scope_date}/eu-west-1/kms/aws4_request, "
        f"SignedHeaders={headers}, Signature=abc"
    )
    request = in_header(authorization, **{"X-Amz-Date": "20260131T120000Z"})
    assert checked(request) == ("SignatureDoesNotMatch", message)
