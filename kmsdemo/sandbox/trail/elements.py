"""The ``requestParameters`` and ``responseElements`` of an event, without anything secret.

AWS: "CloudTrail record contents", AWS CloudTrail User Guide.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

Elements = dict[str, Any] | None

# AWS omits them, and botocore's models do not mark them as sensitive.
_OMITTED: Final = frozenset({"GrantToken", "GrantTokens"})
_SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
# AWS records them, whether or not the request has them.
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "CreateKey": {
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": _SYMMETRIC,
        "description": "",
        "keySpec": _SYMMETRIC,
        "keyUsage": "ENCRYPT_DECRYPT",
        "multiRegion": False,
        "origin": "AWS_KMS",
    },
    "Decrypt": {"encryptionAlgorithm": _SYMMETRIC},
    "Encrypt": {"encryptionAlgorithm": _SYMMETRIC},
    "ReEncrypt": {
        "sourceEncryptionAlgorithm": _SYMMETRIC,
        "destinationEncryptionAlgorithm": _SYMMETRIC,
    },
}


def of_request(operation: OperationModel, parameters: Mapping[str, Any]) -> Elements:
    """Return the ``requestParameters`` of a management event; ``None`` without any.

    Args:
        operation: The operation.
        parameters: As received.
    """
    elements = _structure(operation.input_shape, parameters) if operation.input_shape else {}
    return {**_DEFAULTS.get(operation.name, {}), **elements} or None


def of_data_request(parameters: Mapping[str, Any], key_names: Collection[str]) -> Elements:
    """Return the ``requestParameters`` of a data event: the table and the key, no other attribute.

    Args:
        parameters: As received.
        key_names: The names of the attributes that are the key of the table.

    AWS: "Understanding DynamoDB log file entries", Amazon DynamoDB Developer Guide.
    """
    elements: dict[str, Any] = {}
    if name := parameters.get("TableName"):
        elements["tableName"] = name
    item = parameters.get("Key") or parameters.get("Item")
    if isinstance(item, Mapping) and (key := {n: _bare(item[n]) for n in key_names if n in item}):
        elements["key"] = key
    return elements or None


def of_response(operation: OperationModel, response: Mapping[str, Any]) -> Elements:
    """Return the ``responseElements`` of an event; ``None`` without any.

    Args:
        operation: The operation.
        response: As botocore parses it.
    """
    shape = operation.output_shape
    return (_structure(shape, response) if shape else None) or None


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    members: Mapping[str, Shape] = shape.members
    return {
        _written(name): _shown(members[name], member)
        for name, member in value.items()
        if name in members and not _is_secret(name, members[name])
    }


def _shown(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return _structure(shape, value)
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_shown(shape.member, member) for member in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {name: _shown(shape.value, member) for name, member in value.items()}
    return _date(value) if isinstance(value, datetime) else value


def _is_secret(name: str, shape: Shape) -> bool:
    is_sensitive = shape.metadata.get("sensitive", False)
    return bool(is_sensitive) or shape.type_name == "blob" or name in _OMITTED


def _written(name: str) -> str:
    """Return the name of a member as AWS writes it in events, such as ``keyId``."""
    return name[0].lower() + name[1:]


def _date(moment: datetime) -> str:
    """Return a date as AWS writes it in events, such as ``Apr 12, 2021, 6:58:30 PM``."""
    return f"{moment:%b} {moment.day}, {moment.year}, {moment.hour % 12 or 12}:{moment:%M:%S %p}"


def _bare(value: Any) -> Any:
    """Return an attribute value without its type: ``12345`` for ``{"S": "12345"}``."""
    bare = next(iter(value.values()), None) if isinstance(value, Mapping) else value
    return base64.b64encode(bare).decode() if isinstance(bare, bytes) else bare
