"""The JSON and query protocols of AWS: the operation and the parameters of a request.

AWS: "AWS JSON 1.1 protocol" and "AWS Query protocol", Smithy documentation.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from botocore.model import OperationModel
from werkzeug.wrappers import Request

from kmsdemo.sandbox import json_parameters
from kmsdemo.sandbox.http import query_parameters
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.service import Service

_NOT_IMPLEMENTED: Final = "The sandbox does not implement {operation} of {service}."


class JsonRequest:
    """A request in the JSON protocol: the header ``X-Amz-Target`` names the operation."""

    validation_error = "ValidationException"

    def __init__(self, service: Service, http: Request) -> None:
        self._service, self._http = service, http

    @cached_property
    def operation_name(self) -> str:
        """The name of the operation; empty if its target is not of this service."""
        prefix, _, name = self._http.headers.get("X-Amz-Target", "").rpartition(".")
        return name if prefix == self._service.model.metadata["targetPrefix"] else ""

    def parameters(self, operation: OperationModel) -> dict[str, Any]:
        """Return its parameters, each of the type that the model says.

        Raises:
            Refusal: ``SerializationException``.
        """
        try:
            text = self._http.get_data().decode() or "{}"
            value = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise json_parameters.malformed("") from error
        if not isinstance(value, dict):
            raise json_parameters.malformed("")
        if operation.input_shape is None:
            return {}
        parsed: dict[str, Any] = json_parameters.parsed(operation.input_shape, value)
        return parsed

    def body(self, parameters: dict[str, Any]) -> bytes:
        """Return a body with these parameters and nothing else."""
        return json.dumps(parameters).encode()

    def unknown(self) -> Refusal:
        """The operation does not exist in AWS either."""
        return Refusal("UnknownOperationException")

    def not_implemented(self) -> Refusal:
        """The operation exists in AWS, but not in the sandbox."""
        return Refusal("UnknownOperationException", _not_implemented(self._service, self))


class QueryRequest:
    """A request in the query protocol: the field ``Action`` names the operation."""

    validation_error = "ValidationError"

    def __init__(self, service: Service, http: Request) -> None:
        self._service, self._http = service, http

    @cached_property
    def operation_name(self) -> str:
        """The name of the operation; empty if the version of the API is another one."""
        if self._fields.get("Version", self._version) != self._version:
            return ""
        return self._fields.get("Action", "")

    def parameters(self, operation: OperationModel) -> dict[str, Any]:
        """Return its parameters, each of the type that the model says.

        Raises:
            Refusal: ``MalformedInput``.
        """
        if operation.input_shape is None:
            return {}
        return query_parameters.parsed(operation.input_shape, self._fields)

    def body(self, _: dict[str, Any]) -> bytes:
        """Return a body with its parameters; the response is XML whatever content type it names."""
        fields = {name: value for name, value in self._fields.items() if name != "ContentType"}
        return urlencode(fields).encode()

    def unknown(self) -> Refusal:
        """The operation does not exist in AWS either."""
        if not self._fields.get("Action"):
            return Refusal("MissingAction", "The request is missing an Action parameter.")
        named, version = self._fields["Action"], self._fields.get("Version", self._version)
        return Refusal("InvalidAction", f"Could not find operation {named} for version {version}")

    def not_implemented(self) -> Refusal:
        """The operation exists in AWS, but not in the sandbox."""
        return Refusal("InvalidAction", _not_implemented(self._service, self))

    @property
    def _version(self) -> str:
        return str(self._service.model.metadata["apiVersion"])

    @cached_property
    def _fields(self) -> dict[str, str]:
        body = self._http.get_data()
        return query_parameters.fields(body or self._http.query_string)


AwsRequest = JsonRequest | QueryRequest


def read(service: Service, http: Request) -> AwsRequest:
    """Return an HTTP request as a request in the protocol of a service."""
    return QueryRequest(service, http) if service.is_query else JsonRequest(service, http)


def _not_implemented(service: Service, request: AwsRequest) -> str:
    return _NOT_IMPLEMENTED.format(operation=request.operation_name, service=service.name)


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")
