"""Parses the parameters of a request in the query protocol, by the service's model.

AWS: "AWS Query protocol", Smithy documentation.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from itertools import count, takewhile
from typing import Any, Final
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from kmsdemo.sandbox.refusal import Refusal

Form = Mapping[str, str]
_MOST_FIELDS: Final = 1000
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGERS: Final = {"integer": 2**31, "long": 2**63}


def fields(text: bytes) -> dict[str, str]:
    """Return the fields of a query string or a form body; the first one of a name counts.

    Raises:
        Refusal: ``MalformedQueryString``.
    """
    try:
        pairs = parse_qsl(
            text.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        message = "The query string contains a syntax error."
        raise Refusal("MalformedQueryString", message) from error
    return dict(reversed(pairs))


def parsed(shape: StructureShape, form: Form) -> dict[str, Any]:
    """Return the parameters in a form.

    Raises:
        Refusal: ``MalformedInput``: a value has the wrong type.
    """
    return _structure(shape, form, "") or {}


def _value(shape: Shape, form: Form, name: str) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, form, name)
    if isinstance(shape, ListShape):
        return _list(shape, form, name)
    if isinstance(shape, MapShape):
        return _map(shape, form, name)
    return _scalar(shape, form[name], name) if name in form else None


def _structure(shape: StructureShape, form: Form, prefix: str) -> dict[str, Any] | None:
    members = {
        name: value
        for name, member in shape.members.items()
        if (value := _value(member, form, _member_name(prefix, member, name))) is not None
    }
    return members or None


def _list(shape: ListShape, form: Form, prefix: str) -> list[Any] | None:
    if form.get(prefix) == "":
        return []
    inside = f"{prefix}.{shape.member.serialization.get('name', 'member')}"
    values = (_value(shape.member, form, f"{inside}.{place}") for place in count(1))
    return list(takewhile(lambda value: value is not None, values)) or None


def _map(shape: MapShape, form: Form, prefix: str) -> dict[str, Any] | None:
    names = (f"{prefix}.entry.{place}" for place in count(1))
    entries = takewhile(lambda name: f"{name}.key" in form, names)
    pairs = {form[f"{entry}.key"]: _value(shape.value, form, f"{entry}.value") for entry in entries}
    return pairs or None


def _member_name(prefix: str, member: Shape, name: str) -> str:
    serialized = member.serialization.get("name", name)
    return f"{prefix}.{serialized}" if prefix else serialized


def _scalar(shape: Shape, text: str, name: str) -> Any:
    try:
        return _SCALARS.get(shape.type_name, _string)(shape, text)
    except (ValueError, OverflowError) as error:
        raise Refusal("MalformedInput", f"{name} is not a valid {shape.type_name}.") from error


def _string(_: Shape, text: str) -> str:
    if _NOT_IN_XML.search(text):  # no response could repeat it
        raise ValueError(text)
    return text


def _integer(shape: Shape, text: str) -> int:
    number = int(text)
    if abs(number) >= _INTEGERS[shape.type_name]:
        raise ValueError(text)
    return number


def _number(_: Shape, text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _boolean(_: Shape, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _blob(_: Shape, text: str) -> str:
    b64decode(text, validate=True)
    return text


def _timestamp(_: Shape, text: str) -> str:
    parse_timestamp(text)
    return text


_SCALARS: Final[dict[str, Callable[[Shape, str], Any]]] = {
    "integer": _integer,
    "long": _integer,
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
