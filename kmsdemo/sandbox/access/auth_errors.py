"""Authentication errors, as AWS returns them: the protocol determines code and status.

AWS: "Common errors", AWS KMS API Reference and AWS STS API Reference.
"""

from __future__ import annotations

from typing import Final

from werkzeug.wrappers import Request

from kmsdemo.sandbox.refusal import Refusal

_UNKNOWN: Final = "The security token included in the request is invalid."
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_FORBIDDEN, _BAD_REQUEST = 403, 400


def missing(request: Request) -> Refusal:
    """The request has no signature."""
    return _refusal(
        request, "MissingAuthenticationToken", "Request is missing Authentication Token"
    )


def incomplete(request: Request, what: str) -> Refusal:
    """A part of the signature is missing or malformed."""
    return _refusal(request, "IncompleteSignature", what, _BAD_REQUEST)


def unknown(request: Request) -> Refusal:
    """The access key does not exist or is inactive, or the session token is wrong."""
    if _is_query(request):
        return Refusal("InvalidClientTokenId", _UNKNOWN, _FORBIDDEN)
    return Refusal("UnrecognizedClientException", _UNKNOWN)


def mismatch(request: Request, why: str = _MISMATCH) -> Refusal:
    """The signature does not match the secret, or its time is too far from the current time."""
    if _is_query(request):
        return Refusal("SignatureDoesNotMatch", why, _FORBIDDEN)
    return Refusal("InvalidSignatureException", why)


def token_expired(request: Request) -> Refusal:
    """The session has expired."""
    return _refusal(
        request, "ExpiredToken", "The security token included in the request is expired"
    )


def request_expired() -> Refusal:
    """The presigned URL has expired."""
    return Refusal("RequestExpired", "Request has expired.")


def skew_minutes(request: Request) -> int:
    """Return how far the time of a signature may be from the current time, in minutes."""
    return 15 if _is_query(request) else 5


def _refusal(request: Request, code: str, message: str, status: int = _FORBIDDEN) -> Refusal:
    if _is_query(request):
        return Refusal(code, message, status)
    return Refusal(f"{code}Exception", message)


def _is_query(request: Request) -> bool:
    """Return whether a request uses the query protocol (IAM, STS) instead of JSON."""
    return "X-Amz-Target" not in request.headers
