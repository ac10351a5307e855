"""Writes a response as AWS's model says, and lets no other field out."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from botocore.model import ListShape, Shape, StructureShape


def serialized(shape: Shape | None, value: Any) -> Any:
    """Return a response, or a part of it, as JSON has it.

    Args:
        shape: Its shape in the model; ``None`` for an operation without response.
        value: With bytes where the model has a blob, and ``datetime`` where it has a timestamp.
            Members that are ``None`` are left out.
    """
    if shape is None:
        return {}
    if isinstance(shape, StructureShape):
        return {
            name: serialized(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [serialized(shape.member, member) for member in value]
    if shape.type_name == "blob":
        return b64encode(value).decode()
    return round(value.timestamp(), 3) if shape.type_name == "timestamp" else value
