"""Each authentication error in the words of both protocols."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import auth_errors
from kmsdemo.sandbox.refusal import Refusal

QUERY = Request.from_values("/")
JSON = Request.from_values("/", headers={"X-Amz-Target": "TrentService.ListKeys"})
INVALID = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
MISSING = "Request is missing Authentication Token"
Make = Callable[[Any], Refusal]


@pytest.mark.parametrize(
    ("make", "query", "json", "message"),
    [
        (
            auth_errors.missing,
            ("MissingAuthenticationToken", 403),
            "MissingAuthenticationTokenException",
            MISSING,
        ),
        (
            partial(auth_errors.incomplete, what="why"),
            ("IncompleteSignature", 400),
            "IncompleteSignatureException",
            "why",
        ),
        (
            auth_errors.unknown,
            ("InvalidClientTokenId", 403),
            "UnrecognizedClientException",
            INVALID,
        ),
        (
            auth_errors.mismatch,
            ("SignatureDoesNotMatch", 403),
            "InvalidSignatureException",
            MISMATCH,
        ),
        (auth_errors.token_expired, ("ExpiredToken", 403), "ExpiredTokenException", EXPIRED),
    ],
)
def test_the_protocol_determines_code_and_status(
    make: Make, query: tuple[str, int], json: str, message: str
) -> None:
    said = {request: make(request) for request in (QUERY, JSON)}
    facts = {request: (one.code, one.status, one.message) for request, one in said.items()}
    assert facts == {QUERY: (*query, message), JSON: (json, 400, message)}


def test_an_expired_url_has_one_error_in_both_protocols() -> None:
    error = auth_errors.request_expired()
    assert (error.code, error.status) == ("RequestExpired", 400)
    assert error.message == "Request has expired."


def test_a_clock_may_be_wrong_by_minutes_that_depend_on_the_protocol() -> None:
    assert [auth_errors.skew_minutes(request) for request in (QUERY, JSON)] == [15, 5]
