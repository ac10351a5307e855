"""Lets moto, and the sandbox's own KMS on it, perform what came over HTTP."""

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
from moto.kms.responses import KmsResponse

from kmsdemo.sandbox import moto_hook
from kmsdemo.sandbox.access import identity
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.kms import handler
from kmsdemo.sandbox.kms.operations import PERFORM
from kmsdemo.sandbox.lock import ONE_AT_A_TIME
from kmsdemo.sandbox.moto_hook import MotoAnswer, MotoRefused
from kmsdemo.sandbox.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SUCCESS: Final = 200
_RESPONSES: Final = {
    "dynamodb": "moto.dynamodb.responses:DynamoHandler",
    "iam": "moto.iam.responses:IamResponse",
    "kms": "moto.kms.responses:KmsResponse",
    "sts": "moto.sts.responses:TokenResponse",
}


class MotoFailed(Exception):
    """moto raised what is no answer of AWS, for a request that it does not understand."""


def implements(service: str, operation: str) -> bool:
    """Say whether the sandbox has an operation of a service: its own one, or moto's."""
    if service == "kms" and operation in PERFORM:
        return True
    name = camelcase_to_underscores(operation)
    return hasattr(_response_class(service), name) and not hasattr(BaseResponse, name)


def perform(service: str, call: Call, body: bytes, environ: WSGIEnvironment) -> MotoAnswer:
    """Perform a call that came over HTTP.

    Args:
        service: ``kms``, ``dynamodb``, ``iam`` or ``sts``.
        call: The call.
        body: Its parameters, in the service's protocol.
        environ: The request's; ``identity`` has kept in it who signed it.

    Raises:
        Refusal: AWS would refuse it.
        MotoFailed: moto does not understand it.
        NotImplementedError: moto does not implement it.
    """
    request = _moto_request(service, call, body, environ)
    with ONE_AT_A_TIME:
        if service == "kms":
            return _perform_kms(call, request)
        with _failing():
            answer: MotoAnswer = _response_class(service).dispatch(request)
            return answer


def _perform_kms(call: Call, request: Request) -> MotoAnswer:
    def moto(call: Call) -> str:
        response = KmsResponse()
        with _failing():
            response.setup_class(request)
            return moto_hook.ask_moto(response, call)

    try:
        answer = handler.answer(call, moto)
    except MotoRefused as refused:
        return refused.response
    return _SUCCESS, {}, answer if isinstance(answer, str) else json.dumps(answer)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (Refusal, MotoRefused, NotImplementedError):
        raise
    except Exception as error:
        raise MotoFailed from error


@lru_cache(maxsize=len(_RESPONSES))
def _response_class(service: str) -> Any:
    module, _, name = _RESPONSES[service].partition(":")
    return getattr(import_module(module), name)


def _moto_request(service: str, call: Call, body: bytes, environ: WSGIEnvironment) -> Request:
    """Return a request as moto reads it; nothing of what the client sent is left to its guesses."""
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
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(body),
            identity.KEPT: environ[identity.KEPT],
        }
    )
