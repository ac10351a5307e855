"""From an HTTP request to one of AWS's services, and back: the wire protocol on one page."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from uuid import uuid4

from botocore.model import OperationModel
from moto.kms.models import kms_backends
from werkzeug.wrappers import Request

from kmsdemo.sandbox.access import identity
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.http import answer, moto_services, protocol, service, shapes
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.moto_services import MotoFailed
from kmsdemo.sandbox.http.protocol import AwsRequest
from kmsdemo.sandbox.http.service import Service
from kmsdemo.sandbox.lock import ONE_AT_A_TIME
from kmsdemo.sandbox.refusal import Refusal, constraint

_LOG: Final = logging.getLogger("kmsdemo.sandbox")
_SCOPE: Final = re.compile(r"[^/\s=]+/\d+/(?P<region>[^/\s]+)/(?P<service>[^/\s]+)/aws4_request")
_DEFAULT_REGION: Final = "us-east-1"
_REGIONS: Final = frozenset(kms_backends["123456789012"].regions)


@dataclass(frozen=True, slots=True)
class ServedCall:
    """A call that somebody has signed, and what became of it.

    Attributes:
        service: Such as ``kms``.
        call: The call, as it was made.
        caller_arn: Who signed it.
        error: AWS's code; empty where it succeeded.
        user_agent: The program that made it.
    """

    service: str
    call: Call
    caller_arn: str
    error: str
    user_agent: str


class Dispatcher:
    """Takes requests to the services that the sandbox has.

    Attributes:
        listeners: Called with each call, one after the other.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[ServedCall], None]] = []

    def answer(self, request: Request) -> Answer:
        """Answer a request, whatever it is."""
        request_id = str(uuid4())
        try:
            addressee = _addressee(request)
            return self._served(request, addressee, request_id)
        except Refusal as refusal:
            return _refused(refusal, request, request_id)
        except Exception as failure:
            _log(request_id, "the request", failure)
            message = f"The sandbox has failed. Its log says more of {request_id}."
            return _refused(Refusal("InternalFailure", message, 500), request, request_id)

    def _served(self, request: Request, to: _Addressee, request_id: str) -> Answer:
        asked = protocol.read(to.service, request)
        operation = _operation(to.service, asked)
        with ONE_AT_A_TIME:
            principal = identity.authenticate(request)
        call = Call(operation.name, {}, principal.account, to.region, principal.access_key_id)
        error = "InternalFailure"
        try:
            answered = _performed(request, to.service, asked, operation, call, request_id)
            error = answered.error
        except Refusal as refusal:
            error = refusal.code
            raise
        finally:
            user_agent = request.headers.get("User-Agent", "")
            self._tell(ServedCall(to.service.name, call, principal.arn, error, user_agent))
        return answered

    def _tell(self, served: ServedCall) -> None:
        with ONE_AT_A_TIME:
            for listener in self.listeners:
                listener(served)


class _Addressee(NamedTuple):
    service: Service
    region: str


def _addressee(request: Request) -> _Addressee:
    """Return whom a request is for, as its signature says."""
    signed = _scope(request)
    name = signed["service"] if signed else _service_targeted(request)
    if request.path != "/" and (name in service.NAMES or not name):
        raise Refusal("UnknownOperationException", status=404)
    if name not in service.NAMES:
        raise _no_service(name)
    to = service.find(name)
    if (request.content_length or 0) > to.largest_body:
        message = f"The request must be at most {to.largest_body} bytes long."
        raise Refusal("RequestEntityTooLarge", message, status=413)
    region = signed["region"] if signed else _DEFAULT_REGION
    if region not in _REGIONS:
        code = "SignatureDoesNotMatch" if to.is_query else "InvalidSignatureException"
        raise Refusal(code, "Credential should be scoped to a valid region.", status=403)
    return _Addressee(to, region)


def _scope(request: Request) -> re.Match[str] | None:
    return _SCOPE.search(request.headers.get("Authorization", "")) or _SCOPE.fullmatch(
        request.args.get("X-Amz-Credential", "")
    )


def _service_targeted(request: Request) -> str:
    """Return the service that an unsigned request is for, if it says so."""
    prefix = request.headers.get("X-Amz-Target", "").partition(".")[0].partition("_")[0]
    return {"TrentService": "kms", "DynamoDB": "dynamodb"}.get(prefix, "")


def _no_service(name: str) -> Refusal:
    if not name:
        message = "Request is missing Authentication Token"
        return Refusal("MissingAuthenticationToken", message, status=403)
    has = ", ".join(sorted(service.NAMES))
    return Refusal("UnknownOperationException", f"The sandbox has no {name}. It has {has}.")


def _operation(of: Service, asked: AwsRequest) -> OperationModel:
    operation = of.operation(asked.operation_name)
    if operation is None:
        raise asked.unknown()
    if not moto_services.implements(of.name, operation.name):
        raise asked.not_implemented()
    return operation


def _performed(
    request: Request,
    of: Service,
    asked: AwsRequest,
    operation: OperationModel,
    call: Call,
    request_id: str,
) -> Answer:
    call.parameters.update(asked.parameters(operation))
    _check_required(asked, operation, call)
    body = asked.body(call.parameters)
    # The services change what they are given: a key is named by its id, in its owner's account.
    given = replace(call, parameters=dict(call.parameters))
    try:
        answered = moto_services.perform(of.name, given, body, request.environ)
    except NotImplementedError as error:
        raise asked.not_implemented() from error
    except MotoFailed as failed:
        _log(request_id, f"{of.name} {operation.name}", failed.__cause__ or failed)
        message = f"The sandbox cannot process this request. Its log says more of {request_id}."
        raise Refusal(asked.validation_error, message) from failed
    return answer.of_moto(answered, of.content_type, request_id)


def _check_required(asked: AwsRequest, operation: OperationModel, call: Call) -> None:
    if operation.input_shape is None:
        return
    for place in shapes.missing(operation.input_shape, call.parameters):
        refusal = constraint("null", place, "Member must not be null")
        raise Refusal(asked.validation_error, refusal.message)


def _refused(refusal: Refusal, request: Request, request_id: str) -> Answer:
    """Return an error answer as the client reads it, which need not be one of our services'."""
    signed = _scope(request)
    name = signed["service"] if signed else _service_targeted(request)
    if name in service.NAMES:
        return answer.refused(refusal, request_id, service.find(name))
    if "X-Amz-Target" in request.headers:
        return answer.in_json(refusal, request_id)
    return answer.in_xml(refusal, request_id)


def _log(request_id: str, what: str, error: BaseException) -> None:
    """Say in a line where it happened; an error's own words may have a secret in them."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{where.name}, line {where.lineno} of {where.filename}"
    _LOG.error("%s: %s: %s in %s", request_id, what, type(error).__name__, place)
