"""Writes a response by AWS's model, without any other field."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import ListShape, Shape, StructureShape


def serialized(shape: Shape | None, value: Any) -> Any:
    """Return a response as JSON has it.

    Args:
        shape: Its shape in the model; ``None`` for an operation without response.
        value: With bytes where the model has a blob, and ``datetime`` where it has a timestamp.
            Members that are ``None`` are left out.
    """
    return _writer(shape)(value) if shape else {}


@cache
def _writer(shape: Shape) -> Callable[[Any], Any]:
    """Return the function that writes values of a shape."""
    if isinstance(shape, StructureShape):
        writers = {name: _writer(member) for name, member in shape.members.items()}
        return lambda value: {
            name: member if (write := writers[name]) is _unchanged else write(member)
            for name, member in value.items()
            if member is not None and name in writers
        }
    if isinstance(shape, ListShape):
        write_member = _writer(shape.member)
        return lambda value: [write_member(member) for member in value]
    return _SCALARS.get(shape.type_name, _unchanged)


def _unchanged(value: Any) -> Any:
    """Return a value that JSON has too; most have, so that structures save the call."""
    return value


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "blob": lambda value: b64encode(value).decode(),
    "timestamp": lambda value: round(value.timestamp(), 3),
}
