"""Who signed a request: asked once, before it reaches a service, and kept with the request."""

from __future__ import annotations

import hmac
from typing import Final

from moto.utilities.utils import get_partition
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import access_keys, principals, refusals, signature
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.signature import Signature

KEPT: Final = "kmsdemo.principal"
"""Where a request keeps who signed it, in its WSGI environment."""


def authenticate(request: Request) -> Principal:
    """Return who signed a request, which stays known in its WSGI environment.

    Raises:
        Refusal: As AWS refuses who is unknown, or whose signature is not valid; with the code and
            the status of the service's protocol.
    """
    signed = signature.read(request)
    principal = principals.find(signed.access_key_id, get_partition(signed.region))
    if principal is None or _may_not_use(principal, signed.service):
        raise refusals.unknown(request)
    _check_token(principal, signed, request)
    if principal.secret is not None:
        signature.check(signed, request, principal.secret)
    request.environ[KEPT] = principal
    return principal


def of(request: Request) -> Principal:
    """Return who signed a request, as :func:`authenticate` found out.

    In this process botocore is caught before it sends: there, who signs nothing is as good as
    whoever signs with a made-up key.

    Raises:
        Refusal: As :func:`authenticate`.
    """
    if KEPT in request.environ:
        kept: Principal = request.environ[KEPT]
        return kept
    if not signature.is_signed(request) and (nobody := principals.find("")):
        return nobody
    return authenticate(request)


def whose_clock(request: Request) -> str | None:
    """Return the account whose clock a request may move; ``None`` where it may move all.

    In a class, the instructor may move all clocks; elsewhere whoever signs nothing.

    Raises:
        Refusal: As :func:`authenticate`.
    """
    if not access_keys.is_class() and not signature.is_signed(request):
        return None
    principal = authenticate(request)
    if principal.access_key_id == access_keys.of_class().instructor:
        return None
    return principal.account


def _may_not_use(principal: Principal, service: str) -> bool:
    """Say whether a session is one that IAM does not let in.

    AWS: "Compare AWS STS credentials", IAM User Guide.
    """
    return service == "iam" and principal.session is not None and not principal.session.role_arn


def _check_token(principal: Principal, signed: Signature, request: Request) -> None:
    """Refuse a session without its token, and whoever has a token and no session."""
    if principal.secret is None:
        return
    expected = principal.session.token if principal.session else ""
    if not hmac.compare_digest(expected.encode(), signed.token.encode()):
        raise refusals.unknown(request)
    if principal.session and principal.session.is_over:
        raise refusals.token_expired(request)
