"""Signature Version 4: reads the signature of a request, and verifies it with botocore's signer.

AWS: "AWS Signature Version 4 for API requests", IAM User Guide.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import auth_errors

_ALGORITHM = "AWS4-HMAC-SHA256"
_SCOPE_PARTS = 5
_SIGNATURE_PARAMETER = "X-Amz-Signature"
_MAX_PRESIGNED_SECONDS = 604_800
_NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
_MOMENT = re.compile(r"\d{8}T\d{6}Z")
_PARTS_OF_MOMENT = ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15))
_SECONDS = re.compile(r"\d{1,6}")


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a request.

    Attributes:
        access_key_id: From the credential scope.
        date: From the credential scope, such as ``20260131``.
        region: From the credential scope, such as ``us-east-1``.
        service: From the credential scope, such as ``kms``.
        moment: The time of signing, such as ``20260131T235959Z``.
        headers: The names of the signed headers.
        value: The signature, in hexadecimal.
        token: The session token; empty without one.
        valid_seconds: How long a presigned URL is valid; ``None`` for a signature in the header.
    """

    access_key_id: str
    date: str
    region: str
    service: str
    moment: str
    headers: Sequence[str]
    value: str
    token: str
    valid_seconds: int | None

    @property
    def signed_at(self) -> datetime:
        """The time of signing, in UTC."""
        # strptime would take a tenth of the time of a verification.
        parts = (self.moment[first:last] for first, last in _PARTS_OF_MOMENT)
        return datetime(*map(int, parts), tzinfo=timezone.utc)  # type: ignore[misc, arg-type]


def is_signed(request: Request) -> bool:
    """Return whether a request has a signature, in its header or in its URL."""
    return "Authorization" in request.headers or "X-Amz-Algorithm" in request.args


def read(request: Request) -> Signature:
    """Return the signature of a request, from its header or its URL.

    Raises:
        Refusal: ``MissingAuthenticationToken`` or ``IncompleteSignature``; the message names the
            missing or malformed part.
    """
    if authorization := request.headers.get("Authorization", "").strip():
        return _in_header(request, authorization)
    if "X-Amz-Algorithm" in request.args:
        return _in_url(request)
    raise auth_errors.missing(request)


def check(signature: Signature, request: Request, secret: str) -> None:
    """Verify that a request was signed with a secret, a short time ago.

    Raises:
        Refusal: ``SignatureDoesNotMatch``, or ``RequestExpired`` for a presigned URL.
    """
    _check_time(signature, request)
    if not signature.moment.startswith(signature.date):
        raise auth_errors.mismatch(
            request,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{signature.date}' != '{signature.moment[:8]}', from '{signature.moment}'.",
        )
    if "host" not in signature.headers:
        raise auth_errors.mismatch(
            request, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        )
    if not hmac.compare_digest(_computed(signature, request, secret), signature.value.encode()):
        raise auth_errors.mismatch(request)


# ---------------------------------------------------------------------------------- reading


def _in_header(request: Request, authorization: str) -> Signature:
    algorithm, _, rest = authorization.partition(" ")
    if not algorithm.startswith("AWS4-"):
        raise auth_errors.missing(request)
    if algorithm != _ALGORITHM:
        raise auth_errors.incomplete(request, f"Unsupported AWS 'algorithm': '{algorithm}'.")
    fields = _fields(request, authorization, rest)
    moment = _moment(request)
    lacking = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not fields.get(name)
    ]
    if not moment:
        lacking.append(_NO_DATE)
    if lacking:
        raise auth_errors.incomplete(request, f"{' '.join(lacking)}{_hashed(authorization)}")
    token = request.headers.get("X-Amz-Security-Token", "")
    return _signature(request, fields, moment, token, None)


def _fields(request: Request, authorization: str, rest: str) -> dict[str, str]:
    fields = {}
    for part in rest.replace(",", " ").split():
        name, equals, value = part.partition("=")
        if not equals:
            raise auth_errors.incomplete(
                request,
                f"'{part}' not a valid key=value pair (missing equal-sign) in Authorization "
                f"header{_hashed(authorization)}",
            )
        fields[name] = value
    return fields


def _in_url(request: Request) -> Signature:
    given = {name.removeprefix("X-Amz-"): value for name, value in request.args.items()}
    if given["Algorithm"] != _ALGORITHM:
        raise auth_errors.incomplete(
            request, f"Unsupported AWS 'algorithm': '{given['Algorithm']}'."
        )
    lacking = [
        f"AWS query-string parameters must include 'X-Amz-{name}'."
        for name in ("Credential", "Signature", "SignedHeaders", "Date", "Expires")
        if not given.get(name)
    ]
    if lacking:
        raise auth_errors.incomplete(
            request, f"{' '.join(lacking)} Re-examine the query-string parameters."
        )
    if not _MOMENT.fullmatch(given["Date"]) or not _SECONDS.fullmatch(given["Expires"]):
        raise auth_errors.incomplete(request, "X-Amz-Date and X-Amz-Expires must be valid.")
    valid_seconds = min(int(given["Expires"]), _MAX_PRESIGNED_SECONDS)
    token = given.get("Security-Token", "")
    return _signature(request, given, given["Date"], token, valid_seconds)


def _signature(
    request: Request, fields: Mapping[str, str], moment: str, token: str, valid: int | None
) -> Signature:
    scope = fields["Credential"].split("/")
    if len(scope) != _SCOPE_PARTS:
        raise auth_errors.incomplete(
            request,
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{fields['Credential']}'",
        )
    headers = fields["SignedHeaders"].lower().split(";")
    access_key_id, date, region, service, _ = scope
    return Signature(
        access_key_id, date, region, service, moment, headers, fields["Signature"], token, valid
    )


def _moment(request: Request) -> str:
    """Return the time of signing in the format of the string to sign; empty without a date."""
    given = request.headers.get("X-Amz-Date") or request.headers.get("Date", "")
    if _MOMENT.fullmatch(given):
        return given
    try:
        return _text(parsedate_to_datetime(given).astimezone(timezone.utc))
    except (TypeError, ValueError, OverflowError):
        return ""


def _hashed(authorization: str) -> str:
    """Return a header as AWS repeats it in messages: hashed."""
    digest = base64.b64encode(hashlib.sha256(authorization.encode()).digest()).decode()
    return f" (Hashed with SHA-256 and encoded with Base64) Authorization={digest}"


# --------------------------------------------------------------------------------- checking


def _check_time(signature: Signature, request: Request) -> None:
    try:
        signed_at = signature.signed_at
    except ValueError as error:
        raise auth_errors.incomplete(
            request, f"'{signature.moment}' is not a valid date."
        ) from error
    # A signature has the time of the caller's machine, not that of the sandbox's clock.
    now, minutes = datetime.now(timezone.utc), auth_errors.skew_minutes(request)
    skew = timedelta(minutes=minutes)
    if signed_at > now + skew:
        raise auth_errors.mismatch(
            request,
            f"Signature not yet current: {signature.moment} is still later than "
            f"{_text(now + skew)} ({_text(now)} + {minutes} min.)",
        )
    if signature.valid_seconds is not None:
        if now > signed_at + timedelta(seconds=signature.valid_seconds):
            raise auth_errors.request_expired()
    elif signed_at < now - skew:
        raise auth_errors.mismatch(
            request,
            f"Signature expired: {signature.moment} is now earlier than "
            f"{_text(now - skew)} ({_text(now)} - {minutes} min.)",
        )


def _text(moment: datetime) -> str:
    return moment.strftime(SIGV4_TIMESTAMP)


class _SignedHeaders(dict[str, str]):
    """Headers with the methods that botocore's signer calls."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]]


@dataclass(frozen=True, slots=True)
class _Request:
    """A request with the attributes that botocore's signer reads."""

    method: str
    url: str
    params: Sequence[tuple[str, str]]
    body: bytes
    context: Mapping[str, str]
    signed: _SignedHeaders
    # Empty, so that the signer hashes the body itself instead of trusting X-Amz-Content-SHA256.
    headers: Mapping[str, str] = field(default_factory=dict)


class _Signer(SigV4Auth):
    """botocore's signer, with our signing key and limited to the headers that the caller signed."""

    def __init__(self, signed: Signature, secret: str) -> None:
        super().__init__(None, signed.service, signed.region)  # type: ignore[arg-type]
        scope = signed.moment[:8], signed.region, signed.service
        self._key = _signing_key(secret, *scope)

    def headers_to_sign(self, request: Any) -> Any:
        return request.signed

    def signed(self, string_to_sign: str) -> bytes:
        return hmac.digest(self._key, string_to_sign.encode(), "sha256").hex().encode()


def _computed(signature: Signature, request: Request, secret: str) -> bytes:
    signer = _Signer(signature, secret)
    signed: Any = _signed(signature, request)
    to_sign = signer.string_to_sign(signed, signer.canonical_request(signed))
    return signer.signed(to_sign)


def _signed(signature: Signature, request: Request) -> _Request:
    query = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)
    return _Request(
        method=request.method,
        url=f"http://sandbox{request.path}",
        params=[(name, value) for name, value in query if name != _SIGNATURE_PARAMETER],
        body=request.get_data(),
        context={"timestamp": signature.moment},
        signed=_SignedHeaders({name: _header(request, name) for name in signature.headers}),
    )


def _header(request: Request, name: str) -> str:
    """Return a header from the WSGI environment, which is faster than werkzeug's headers."""
    key = name.upper().replace("-", "_")
    prefix = "" if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_"
    return str(request.environ.get(f"{prefix}{key}", ""))


@lru_cache(maxsize=1024)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Return the signing key of a day, Region and service, which many requests share."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
