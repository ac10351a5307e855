"""The record of an event, with the fields that AWS CloudTrail documents.

AWS: "CloudTrail record contents", AWS CloudTrail User Guide; the examples in "Understanding AWS KMS
log entries", AWS KMS Developer Guide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid4, uuid5

from botocore.model import OperationModel
from botocore.parsers import ResponseParserError, create_parser
from moto.backends import get_backend

from kmsdemo.sandbox import clock, service
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.trail import elements, identity
from kmsdemo.sandbox.trail.operations import CRYPTOGRAPHIC, is_data_event, is_look_up, is_read_only

Record = dict[str, Any]
"""An event, as CloudTrail writes it in JSON."""

_EVENT_VERSION: Final = "1.11"
_SUCCESS: Final = 200
_IAM_REGION: Final = "us-east-1"
_MATERIALS: Final = {
    "KeyMaterialId": "keyMaterialId",
    "SourceKeyMaterialId": "sourceKeyMaterialId",
    "DestinationKeyMaterialId": "destinationKeyMaterialId",
}
_AWS: Final = "AWS Internal"
_RESOURCE_TYPES: Final = {
    ":role/": "AWS::IAM::Role",
    ":alias/": "AWS::KMS::Alias",
    ":key/": "AWS::KMS::Key",
}


@dataclass(frozen=True, slots=True)
class ServedCall:
    """A call with its response.

    Attributes:
        service: Such as ``kms``.
        operation: Such as ``ScheduleKeyDeletion``.
        parameters: As received.
        principal: The principal that signed it.
        region: Such as ``us-east-1``.
        key_arns: The ARNs of the KMS keys that it uses.
        source_ip: The address of the client.
        user_agent: The user agent of the client.
        request_id: AWS's id of the request; empty if moto gave it none.
        status: The HTTP status of the response.
        body: The body of the response.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(repr=False)
    principal: Principal
    region: str
    key_arns: Sequence[str]
    source_ip: str
    user_agent: str
    request_id: str
    status: int
    body: str | bytes = field(repr=False)


def of_call(call: ServedCall) -> list[Record]:
    """Return the records of a call: in the caller's account, and in those that own what it uses.

    A call that is refused is recorded in the caller's account only.
    """
    own = _own(call)
    if "errorCode" in own:
        return [own]
    owners = {one["accountId"] for one in own.get("resources", [])} - {call.principal.account}
    if owners:
        own["sharedEventID"] = str(uuid4())
    return [own, *(_shared(own, call.principal, owner) for owner in sorted(owners))]


def event_id(request_id: str, account: str) -> str:
    """Return the id of the event of a request in the trail of an account."""
    return str(uuid5(NAMESPACE_OID, f"{request_id} {account}"))


def of_aws(operation: str, arn: str, moment: datetime) -> Record:
    """Return the record of what AWS KMS does to a key on its own.

    AWS: "DeleteKey", "RotateKey", "DeleteExpiredKeyMaterial", AWS KMS Developer Guide.
    """
    account = _owner(arn)
    return {
        "eventVersion": _EVENT_VERSION,
        "userIdentity": identity.of_aws(account),
        "eventTime": _time(moment),
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": arn.split(":")[3],
        "sourceIPAddress": _AWS,
        "userAgent": _AWS,
        "requestParameters": None,
        "responseElements": {"keyId": arn},
        "eventID": str(uuid4()),
        "readOnly": False,
        "resources": [_resource(arn)],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def _own(call: ServedCall) -> Record:
    principal, operation = call.principal, _model(call.service, call.operation)
    is_data = is_data_event(call.service, call.operation)
    error = {} if call.status == _SUCCESS else _error(call, operation)
    response = None if error else _response(call, operation)
    request_id = call.request_id or str(uuid4())
    record: Record = {
        "eventVersion": _EVENT_VERSION,
        "userIdentity": identity.of_principal(principal),
        "eventTime": _time(clock.now(principal.account)),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": _IAM_REGION if call.service == "iam" else call.region,
        "sourceIPAddress": call.source_ip,
        "userAgent": call.user_agent,
        **error,
        "requestParameters": _request(call, operation, is_data, error.get("errorCode", "")),
        "responseElements": response,
        **({} if error else _additional(call)),
        "requestID": request_id,
        "eventID": event_id(request_id, principal.account),
        "readOnly": is_read_only(call.service, call.operation),
        "eventType": "AwsApiCall",
        "managementEvent": not is_data,
        "recipientAccountId": principal.account,
        "eventCategory": "Data" if is_data else "Management",
    }
    if resources := _resources(call, response, error):
        record["resources"] = resources
    return record


def _shared(own: Record, principal: Principal, owner: str) -> Record:
    """Return the record of a call in the account that owns the key."""
    return {
        **own,
        "eventID": event_id(own["requestID"], owner),
        "userIdentity": identity.in_other_account(principal),
        "recipientAccountId": owner,
    }


def _request(
    call: ServedCall, operation: OperationModel, is_data: bool, error_code: str
) -> elements.Elements:
    if error_code == "AccessDenied":  # as AWS: who may not call does not write into the trail
        return None
    if is_data:
        return elements.of_data_request(call.parameters, _key_names(call))
    return elements.of_request(operation, call.parameters)


def _key_names(call: ServedCall) -> list[str]:
    tables = get_backend("dynamodb")[call.principal.account][call.region].tables
    table = tables.get(str(call.parameters.get("TableName")))
    return list(table.table_key_attrs) if table else []


def _response(call: ServedCall, operation: OperationModel) -> elements.Elements:
    if not _has_elements(call):
        return None
    found = elements.of_response(operation, _parsed(call, operation))
    if found is None and call.service == "kms" and call.key_arns:
        return {"keyId": call.key_arns[0]}  # since December 2022, though the response has none
    return found


def _additional(call: ServedCall) -> Record:
    """Return the ``additionalEventData``: which key material a cryptographic operation used."""
    if call.service != "kms" or call.operation not in CRYPTOGRAPHIC:
        return {}
    answered = json.loads(call.body)
    used = {_MATERIALS[name]: answered[name] for name in _MATERIALS if name in answered}
    return {"additionalEventData": used} if used else {}


def _has_elements(call: ServedCall) -> bool:
    """Return whether AWS records what a call returns: of sessions of STS, and of what changes."""
    if call.service == "sts":
        return not is_look_up("sts", call.operation)
    is_read = is_read_only(call.service, call.operation)
    return not is_read and not is_data_event(call.service, call.operation)


def _error(call: ServedCall, operation: OperationModel) -> dict[str, str]:
    said = _parsed(call, operation).get("Error", {})
    code = str(said.get("Code", "")).rpartition("#")[2]
    shape = operation.service_model.shape_for_error_code(code)  # type: ignore[arg-type]
    name = shape.name if shape else code
    error = {"errorCode": "AccessDenied" if name == "AccessDeniedException" else name}
    if message := said.get("Message"):
        error["errorMessage"] = message
    return error


def _resources(
    call: ServedCall, response: elements.Elements, error: Mapping[str, str]
) -> list[dict[str, str]]:
    if error.get("errorCode") == "AccessDenied":
        return []
    if call.operation == "AssumeRole" and response:
        return [_resource(call.parameters["RoleArn"])]
    created = (response or {}).get("keyMetadata", {}).get("arn")
    arns = [*call.key_arns, *filter(None, [created])]
    alias = call.parameters.get("AliasName")
    if isinstance(alias, str) and arns:
        arns.append(f"{arns[0].rpartition(':')[0]}:{alias}")
    return [_resource(arn) for arn in arns]


def _resource(arn: str) -> dict[str, str]:
    kind = next(kind for part, kind in _RESOURCE_TYPES.items() if part in arn)
    return {"accountId": _owner(arn), "type": kind, "ARN": arn}


def _parsed(call: ServedCall, operation: OperationModel) -> Mapping[str, Any]:
    """Return the response as botocore parses it; empty if it cannot be parsed."""
    body = call.body if isinstance(call.body, bytes) else call.body.encode()
    sent = {"status_code": call.status, "headers": {}, "body": body}
    try:
        parsed: Mapping[str, Any] = _parser(call.service).parse(sent, operation.output_shape)
    except (ResponseParserError, json.JSONDecodeError):
        return {}
    return parsed


@cache
def _parser(name: str) -> Any:
    return create_parser(service.find(name).model.metadata["protocol"])


@cache
def _model(name: str, operation: str) -> OperationModel:
    return service.find(name).model.operation_model(operation)


def _owner(arn: str) -> str:
    return arn.split(":")[4]


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
