"""Parses the parameters of a request in the JSON protocol, by the service's model.

As in AWS, a wrong type is an error, ``null`` counts as missing, and unknown members are ignored.
"""

from __future__ import annotations

import binascii
import math
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmsdemo.sandbox.refusal import Refusal

_MAX_DEPTH: Final = 100
_INTEGERS: Final = {"integer": 2**31, "long": 2**63}


def parsed(shape: Shape, value: Any, depth: int = 0) -> Any:
    """Return a value after checking its type.

    Args:
        shape: Its shape in the model.
        value: The value from the JSON text.
        depth: How deep it is nested.

    Raises:
        Refusal: ``SerializationException``, in AWS's words.
    """
    if depth > _MAX_DEPTH:
        raise malformed("The request is nested too deeply.")
    return _PARSERS[shape.type_name](shape, value, depth)


def missing(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of missing required members, as AWS's messages write them.

    Args:
        shape: The shape of the value in the model.
        value: A value from :func:`parsed`.
        path: The path of the value.
    """
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in value:
                yield _joined(path, name)
    for place, member_shape, member in _inside(shape, value, path):
        yield from missing(member_shape, member, place)


def malformed(message: str) -> Refusal:
    """A request that cannot be parsed."""
    return Refusal("SerializationException", message)


def _inside(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, Shape, Any]]:
    """Yield the path, the shape and the value of each member."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield _joined(path, name), shape.members[name], member
    elif isinstance(shape, ListShape | MapShape):
        is_list = isinstance(shape, ListShape)
        inner: Shape = getattr(shape, "member" if is_list else "value")
        for place, member in enumerate(value, 1) if is_list else value.items():
            yield f"{path}.{place}.member", inner, member


def _joined(path: str, name: str) -> str:
    written = name[0].lower() + name[1:]
    return f"{path}.{written}" if path else written


def _structure(shape: StructureShape, value: Any, depth: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _cannot_be(value, "structure")
    members: Mapping[str, Shape] = shape.members
    return {
        name: parsed(members[name], member, depth + 1)
        for name, member in value.items()
        if member is not None and name in members
    }


def _map(shape: MapShape, value: Any, depth: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _cannot_be(value, "map")
    return {
        _string(shape.key, key, depth): parsed(shape.value, member, depth + 1)
        for key, member in value.items()
    }


def _list(shape: ListShape, value: Any, depth: int) -> list[Any]:
    if not isinstance(value, list):
        raise _cannot_be(value, "list")
    return [parsed(shape.member, member, depth + 1) for member in value]


def _string(_: Shape, value: Any, __: int) -> str:
    if not isinstance(value, str):
        raise _cannot_be(value, "String")
    if not value.isascii():
        _check_unicode(value)
    return value


def _check_unicode(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise malformed("Text is not valid Unicode.") from error


def _blob(_: Shape, value: Any, __: int) -> str:
    if not isinstance(value, str):
        raise _cannot_be(value, "Blob")
    try:
        b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed("Blob is not valid Base64.") from error
    return value


def _boolean(_: Shape, value: Any, __: int) -> bool:
    if not isinstance(value, bool):
        raise _cannot_be(value, "Boolean")
    return value


def _integer(shape: Shape, value: Any, depth: int) -> int:
    number = _number(shape, value, depth)
    if number != int(number) or abs(number) >= _INTEGERS[shape.type_name]:
        raise _cannot_be(value, shape.type_name.capitalize())
    return int(number)


def _number(shape: Shape, value: Any, _: int) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _cannot_be(value, shape.type_name.capitalize())
    return value


def _cannot_be(value: Any, wanted: str) -> Refusal:
    if isinstance(value, dict):
        return malformed("Start of structure or map found where not expected.")
    if isinstance(value, list):
        return malformed("Start of list found where not expected")
    if value is None or isinstance(value, bool):
        kind = {True: "TRUE", False: "FALSE", None: "NULL"}[value]
    else:
        kind = "STRING" if isinstance(value, str) else "NUMBER"
    return malformed(f"{kind}_VALUE cannot be converted to {wanted}")


_PARSERS: Final[dict[str, Callable[[Any, Any, int], Any]]] = {
    "structure": _structure,
    "map": _map,
    "list": _list,
    "string": _string,
    "blob": _blob,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "float": _number,
    "double": _number,
    "timestamp": _number,
}
