"""Checks parameters against AWS's model: what is required, lengths, ranges, patterns, enums."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmsdemo.sandbox.refusal import Refusal, invalid, unmet

_MUST: Final = "Member must have"
_Path = tuple[str, ...]


def check(shape: Shape | None, parameters: Mapping[str, Any]) -> None:
    """Check that parameters satisfy all constraints of the model.

    Args:
        shape: The shape of the parameters.
        parameters: Of the types that the model says; binary parameters are in Base64.

    Raises:
        Refusal: ``ValidationException``, which names every constraint that is not satisfied.
    """
    broken = list(_structure(shape, parameters, ())) if isinstance(shape, StructureShape) else []
    if broken:
        raise _refusal(broken)


def _refusal(broken: list[str]) -> Refusal:
    many = "s" if len(broken) > 1 else ""
    return invalid(f"{len(broken)} validation error{many} detected: {'; '.join(broken)}")


def _structure(shape: StructureShape, value: Mapping[str, Any], path: _Path) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield unmet("null", _written((*path, name)), "Member must not be null")
    for name, member in value.items():
        if member is not None and name in shape.members:
            yield from _inside(shape.members[name], member, (*path, name))


def _inside(shape: Shape, value: Any, path: _Path) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
        return
    for rule in _broken(shape, value):
        yield unmet(_shown(shape, value), _written(path), rule)
    if isinstance(shape, ListShape):
        yield from _list(shape, value, path)


def _list(shape: ListShape, value: list[Any], path: _Path) -> Iterator[str]:
    if isinstance(shape.member, StructureShape):
        for place, member in enumerate(value, 1):
            yield from _inside(shape.member, member, (*path, str(place), "member"))
        return
    rules = [rule for member in value for rule in _broken(shape.member, member)]
    if rules:
        rule = f"Member must satisfy constraint: [{rules[0]}]"
        yield unmet(f"[{', '.join(value)}]", _written(path), rule)


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """Yield the constraints that one value does not satisfy, without those of its members."""
    least, most, pattern, enum = _constraints(shape)
    is_number = shape.type_name in ("integer", "long")
    size, kind = (value, "value") if is_number else (_length(shape, value), "length")
    if most is not None and size > most:
        yield f"{_MUST} {kind} less than or equal to {most}"
    if least is not None and size < least:
        yield f"{_MUST} {kind} greater than or equal to {least}"
    if pattern and not pattern.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {pattern.pattern}"
    if enum and value not in enum:
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]"


@lru_cache(maxsize=1024)
def _constraints(
    shape: Shape,
) -> tuple[int | None, int | None, re.Pattern[str] | None, tuple[str, ...]]:
    metadata = shape.metadata
    pattern = metadata.get("pattern")
    return (
        metadata.get("min"),
        metadata.get("max"),
        re.compile(pattern) if pattern else None,
        tuple(metadata.get("enum", ())),
    )


def _length(shape: Shape, value: Any) -> int:
    if shape.type_name == "blob":
        return len(b64decode(value))
    return len(value) if isinstance(value, str | list | dict) else 0


def _shown(shape: Shape, value: Any) -> str:
    """Return a value as AWS's messages repeat it; empty if they do not."""
    is_hidden = shape.type_name == "blob" or shape.metadata.get("sensitive")
    return "" if is_hidden or isinstance(shape, ListShape | MapShape) else str(value)


def _written(path: _Path) -> str:
    """Return the path of a member as AWS writes it, such as ``tags.1.member.tagKey``."""
    return ".".join(name[0].lower() + name[1:] for name in path)
