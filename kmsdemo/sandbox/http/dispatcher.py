"""The dispatcher: authenticates an HTTP request and passes it to the AWS service it is for."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple
from uuid import uuid4

from botocore.model import OperationModel
from werkzeug.wrappers import Request

from kmsdemo.sandbox import clock, json_parameters, service
from kmsdemo.sandbox.access import authentication
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.errors import StateUnusable
from kmsdemo.sandbox.http import answer, moto_services, protocol
from kmsdemo.sandbox.http.answer import Answer
from kmsdemo.sandbox.http.moto_services import MotoFailed
from kmsdemo.sandbox.http.protocol import AwsRequest
from kmsdemo.sandbox.kms import stores
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.refusal import Refusal, constraint
from kmsdemo.sandbox.service import Service
from kmsdemo.sandbox.trail import history
from kmsdemo.sandbox.trail.records import ServedCall

_LOG: Final = logging.getLogger("kmsdemo.sandbox")
_SCOPE: Final = re.compile(r"[^/\s=]+/\d+/(?P<region>[^/\s]+)/(?P<service>[^/\s]+)/aws4_request")
_DEFAULT_REGION: Final = "us-east-1"


Subscribers = Sequence[Callable[[ServedCall], None]]


def answer_to(request: Request, subscribers: Subscribers = ()) -> Answer:
    """Return the response to a request; log an unexpected failure, and answer with a 500.

    Args:
        request: The request.
        subscribers: They are called with the call, if it reaches a service.
    """
    request_id = str(uuid4())
    try:
        return _served(request, _target(request), request_id, subscribers)
    except Refusal as refusal:
        return _refused(refusal, request, request_id)
    except Exception as failure:
        if isinstance(failure, StateUnusable):
            _LOG.error("%s: not answered. %s", request_id, failure)  # it names no secret
        else:
            _log(request_id, "the request", failure)
        message = f"The sandbox failed; its log has the details of request {request_id}."
        return _refused(Refusal("InternalFailure", message, 500), request, request_id)


def _served(request: Request, to: _Target, request_id: str, subscribers: Subscribers) -> Answer:
    """Authenticate the caller, perform the call, and record it, refused or not."""
    asked = protocol.read(to.service, request)
    operation = _operation(to.service, asked)
    with STATE_LOCK:
        principal = authentication.authenticate(request)
    call = Call(
        operation.name,
        {},
        principal.account,
        to.region,
        source_ip=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        request_id=request_id,
    )
    try:
        answered = _performed(request, to.service, asked, operation, call, request_id)
    except Refusal as refusal:
        answered = answer.refused(refusal, request_id, to.service)
    served = ServedCall(
        service=to.service.name,
        operation=operation.name,
        parameters=call.parameters,
        principal=principal,
        region=to.region,
        key_arns=call.key_arns,
        source_ip=call.source_ip,
        user_agent=call.user_agent,
        request_id=request_id,
        status=answered.status,
        body=answered.body,
    )
    for tell in (history.record, *subscribers):
        tell(served)
    time = clock.now(principal.account).isoformat()
    return replace(answered, headers={**answered.headers, clock.HEADER: time})


class _Target(NamedTuple):
    service: Service
    region: str


def _target(request: Request) -> _Target:
    """Return the service and the Region of a request, from the scope of its signature."""
    signed = _scope(request)
    name = signed["service"] if signed else _service_targeted(request)
    if request.path != "/" and (name in service.NAMES or not name):
        raise Refusal("UnknownOperationException", status=404)
    if name not in service.NAMES:
        raise _no_service(name)
    to = service.find(name)
    if (request.content_length or 0) > to.max_body_bytes:
        message = f"The request must be at most {to.max_body_bytes} bytes long."
        raise Refusal("RequestEntityTooLarge", message, status=413)
    region = signed["region"] if signed else _DEFAULT_REGION
    if region not in stores.regions():
        code = "SignatureDoesNotMatch" if to.is_query else "InvalidSignatureException"
        raise Refusal(code, "Credential should be scoped to a valid region.", status=403)
    return _Target(to, region)


def _scope(request: Request) -> re.Match[str] | None:
    return _SCOPE.search(request.headers.get("Authorization", "")) or _SCOPE.fullmatch(
        request.args.get("X-Amz-Credential", "")
    )


def _service_targeted(request: Request) -> str:
    """Return the service that ``X-Amz-Target`` names; empty without one."""
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
    if of.name != "kms":  # which checks all constraints of its model
        _check_required(asked, operation, call)
    body = asked.body(call.parameters)
    # A copy for the service, which changes it; the trail records the call as received.
    copy = replace(call, parameters=dict(call.parameters))
    try:
        answered = moto_services.perform(of.name, copy, body, request.environ)
    except NotImplementedError as error:
        raise asked.not_implemented() from error
    except MotoFailed as failed:
        _log(request_id, f"{of.name} {operation.name}", failed.__cause__ or failed)
        message = f"The sandbox cannot process request {request_id}; its log has the details."
        raise Refusal(asked.validation_error, message) from failed
    return answer.of_moto(answered, of.content_type, request_id)


def _check_required(asked: AwsRequest, operation: OperationModel, call: Call) -> None:
    if operation.input_shape is None:
        return
    for place in json_parameters.missing(operation.input_shape, call.parameters):
        refusal = constraint("null", place, "Member must not be null")
        raise Refusal(asked.validation_error, refusal.message)


def _refused(refusal: Refusal, request: Request, request_id: str) -> Answer:
    """Return an error in the protocol that the client expects, also for unknown services."""
    signed = _scope(request)
    name = signed["service"] if signed else _service_targeted(request)
    if name in service.NAMES:
        return answer.refused(refusal, request_id, service.find(name))
    if "X-Amz-Target" in request.headers:
        return answer.in_json(refusal, request_id)
    return answer.in_xml(refusal, request_id)


def _log(request_id: str, what: str, error: BaseException) -> None:
    """Log an error in one line, without its message, which may contain a secret."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{where.name}, line {where.lineno} of {where.filename}"
    _LOG.error("%s: %s: %s in %s", request_id, what, type(error).__name__, place)
