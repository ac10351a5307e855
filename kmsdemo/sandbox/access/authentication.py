"""Authenticates a request once, before a service performs it, and keeps the principal with it."""

from __future__ import annotations

import hmac
from typing import Final

from moto.utilities.utils import get_partition
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import access_keys, auth_errors, principals, signature
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.signature import Signature

PRINCIPAL: Final = "kmsdemo.principal"
"""The key of the authenticated principal in a WSGI environment."""


def authenticate(request: Request) -> Principal:
    """Return the principal that signed a request, and keep it in the WSGI environment.

    Raises:
        Refusal: The access key, the session token or the signature is not valid; the code and
            the status are those of the service's protocol.
    """
    signed = signature.read(request)
    principal = principals.find(signed.access_key_id, get_partition(signed.region))
    if principal is None or _is_iam_denied(principal, signed.service):
        raise auth_errors.unknown(request)
    _check_token(principal, signed, request)
    if principal.secret is not None:
        signature.check(signed, request, principal.secret)
    request.environ[PRINCIPAL] = principal
    return principal


def principal_of(request: Request) -> Principal:
    """Return the principal of a request, and authenticate it first if necessary.

    In process, moto intercepts calls before botocore sends them, and need not have a signature.
    The principal of an unsigned call is that of a made-up access key.

    Raises:
        Refusal: As :func:`authenticate`.
    """
    if PRINCIPAL in request.environ:
        principal: Principal = request.environ[PRINCIPAL]
        return principal
    if not signature.is_signed(request) and (default := principals.find("")):
        return default
    return authenticate(request)


def clock_account(request: Request) -> str | None:
    """Return the account whose clock a request moves; ``None`` for the clocks of all accounts.

    In a class, only the instructor moves all clocks; without a class, every unsigned request does.

    Raises:
        Refusal: As :func:`authenticate`.
    """
    if not access_keys.is_restricted() and not signature.is_signed(request):
        return None
    principal = authenticate(request)
    if principal.access_key_id == access_keys.class_keys().instructor:
        return None
    return principal.account


def _is_iam_denied(principal: Principal, service: str) -> bool:
    """Return whether a session without a role calls IAM, which rejects it.

    AWS: "Compare AWS STS credentials", IAM User Guide.
    """
    return service == "iam" and principal.session is not None and not principal.session.role_arn


def _check_token(principal: Principal, signed: Signature, request: Request) -> None:
    """Check that a session has its token, and that other callers have none."""
    if principal.secret is None:
        return
    expected = principal.session.token if principal.session else ""
    if not hmac.compare_digest(expected.encode(), signed.token.encode()):
        raise auth_errors.unknown(request)
    if principal.session and principal.session.is_expired:
        raise auth_errors.token_expired(request)
