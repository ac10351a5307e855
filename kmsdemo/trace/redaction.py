"""Takes out what botocore's model of a service marks as sensitive, such as a plaintext."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.model import Shape

REDACTED: Final = "•••"


def redacted(shape: Shape | None, value: Any) -> Any:
    """Return a value without the parts that are sensitive: each of them is ``•••``.

    Args:
        shape: botocore's model of the value; ``None`` if there is none.
        value: The value, as boto3 takes or returns it.
    """
    if shape is not None and shape.metadata.get("sensitive"):
        return REDACTED
    if isinstance(value, Mapping):
        return {name: redacted(_member(shape, name), member) for name, member in value.items()}
    if isinstance(value, list):
        return [redacted(getattr(shape, "member", None), member) for member in value]
    return value


def _member(shape: Shape | None, name: str) -> Shape | None:
    members = getattr(shape, "members", {})
    return members.get(name) or getattr(shape, "value", None)
