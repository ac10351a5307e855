"""Performs calls that arrive over HTTP, with the sandbox's KMS or with moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores

from kmsdemo.sandbox.access import authentication
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms import handler
from kmsdemo.sandbox.kms.operations import OPERATIONS
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.moto_kms.responses import MotoAnswer
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail import lookup

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SUCCESS: Final = 200
_RESPONSES: Final = {
    "dynamodb": "moto.dynamodb.responses:DynamoHandler",
    "iam": "moto.iam.responses:IamResponse",
    "sts": "moto.sts.responses:TokenResponse",
}


class MotoFailed(Exception):
    """moto raised an exception that is not an AWS error."""


def implements(service: str, operation: str) -> bool:
    """Return whether the sandbox or moto implements an operation."""
    if service == "cloudtrail":
        return operation == "LookupEvents"
    if service == "kms":
        return operation in OPERATIONS
    name = camelcase_to_underscores(operation)
    return hasattr(_response_class(service), name) and not hasattr(BaseResponse, name)


def perform(service: str, call: Call, body: bytes, environ: WSGIEnvironment) -> MotoAnswer:
    """Perform a call that came over HTTP.

    Args:
        service: ``kms``, ``cloudtrail``, ``dynamodb``, ``iam`` or ``sts``.
        call: The call.
        body: Its parameters, in the protocol of the service.
        environ: The WSGI environment, with the authenticated principal.

    Raises:
        Refusal: AWS returns an error.
        MotoFailed: moto fails.
        NotImplementedError: moto does not implement it.
    """
    if service == "cloudtrail":
        found = lookup.events(environ[authentication.PRINCIPAL], call.region, call.parameters)
        return _SUCCESS, {}, json.dumps(found)
    with STATE_LOCK:
        if service == "kms":
            return _SUCCESS, {}, json.dumps(handler.answer(call, environ[authentication.PRINCIPAL]))
        with _moto_failures():
            request = _moto_request(service, call, body, environ)
            answer: MotoAnswer = _response_class(service).dispatch(request)
            return answer


@contextmanager
def _moto_failures() -> Iterator[None]:
    try:
        yield
    except (Refusal, NotImplementedError):
        raise
    except Exception as error:
        raise MotoFailed from error


@lru_cache(maxsize=len(_RESPONSES))
def _response_class(service: str) -> Any:
    module, _, name = _RESPONSES[service].partition(":")
    return getattr(import_module(module), name)


def _moto_request(service: str, call: Call, body: bytes, environ: WSGIEnvironment) -> Request:
    """Return a request for moto, built from the parsed call alone: moto guesses nothing."""
    host = f"{service}.{call.region}.amazonaws.com"
    is_query = service in ("iam", "sts")
    content_type = "x-www-form-urlencoded" if is_query else "x-amz-json-1.1"
    return Request(
        {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/",
            "QUERY_STRING": "" if is_query else f"Action={call.operation}",
            "SERVER_NAME": host,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": host,
            "CONTENT_TYPE": f"application/{content_type}",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_USER_AGENT": call.user_agent,
            "REMOTE_ADDR": call.source_ip,
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(body),
            authentication.PRINCIPAL: environ[authentication.PRINCIPAL],
        }
    )
