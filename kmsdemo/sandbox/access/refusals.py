"""Why a caller is not believed, in AWS's words: codes and status differ by the service's protocol.

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
    """Nobody signed it."""
    return _refusal(
        request, "MissingAuthenticationToken", "Request is missing Authentication Token"
    )


def incomplete(request: Request, what: str) -> Refusal:
    """The signature lacks something, or something in it is malformed."""
    return _refusal(request, "IncompleteSignature", what, _BAD_REQUEST)


def unknown(request: Request) -> Refusal:
    """The access key does not exist, is not active, or its session token is another one's."""
    if _is_query(request):
        return Refusal("InvalidClientTokenId", _UNKNOWN, _FORBIDDEN)
    return Refusal("UnrecognizedClientException", _UNKNOWN)


def mismatch(request: Request, why: str = _MISMATCH) -> Refusal:
    """The signature is not the one that the secret makes, or is too old or too new."""
    if _is_query(request):
        return Refusal("SignatureDoesNotMatch", why, _FORBIDDEN)
    return Refusal("InvalidSignatureException", why)


def token_expired(request: Request) -> Refusal:
    """The session is over."""
    return _refusal(
        request, "ExpiredToken", "The security token included in the request is expired"
    )


def request_expired(_: Request) -> Refusal:
    """The presigned URL is over."""
    return Refusal("RequestExpired", "Request has expired.")


def skew_minutes(request: Request) -> int:
    """Return how far the caller's clock may be from ours, in minutes."""
    return 15 if _is_query(request) else 5


def _refusal(request: Request, code: str, message: str, status: int = _FORBIDDEN) -> Refusal:
    if _is_query(request):
        return Refusal(code, message, status)
    return Refusal(f"{code}Exception", message)


def _is_query(request: Request) -> bool:
    """Say whether a request is in the query protocol of IAM and STS; all others are JSON."""
    return "X-Amz-Target" not in request.headers
