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
        _log(request_id, "the request", failure)
        message = f"The sandbox failed; its log has the details of request {request_id}."
        return _refused(Refusal("InternalFailure", message, 500), request, request_id)


def _served(request: Request, to: _Target, request_id: str, subscribers: Subscribers) -> Answer:
    """Authenticate the caller, perform the call, and record it, refused or not."""
    asked = protocol.read(to.service, request)
    operation = _operation(to.service, asked)
    with STATE_LOCK:
        principal = authentication.authenticate(request)
    call = Call(operation.name, {}, principal.account, to.region, principal.access_key_id)
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
        source_ip=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        request_id=request_id,
        status=answered.status,
        body=answered.body,
    )
    for tell in (history.record, *subscribers):
        tell(served)
    time = clock.now(principal.account).isoformat()
    return replace(answered, headers={**answered.headers, clock.HEADER: time})
