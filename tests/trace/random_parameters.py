"""Random parameters of an operation, within botocore's model of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Final

from botocore.model import Shape
from hypothesis import strategies as st

_MAX_DEPTH: Final = 4
# What a shell, JSON and the shorthand syntax of the AWS CLI each read in a way of their own.
_LETTERS: Final = st.sampled_from("aZ0 -_=/:,.'\"\\$`{}[]()<>|&;*?~#!%@+^\n\té🔑")
_DATES: Final = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))

Values = st.SearchStrategy[Any]


def parameters(shape: Shape | None) -> Values:
    """Return what the parameters of an operation with this input shape can be."""
    return _structures(shape, 0) if shape else st.just({})


def _values(shape: Any, depth: int) -> Values:
    of_type: dict[str, Callable[[], Values]] = {
        "structure": lambda: _structures(shape, depth),
        "list": lambda: st.lists(_values(shape.member, depth + 1), **_sizes(shape)),
        "map": lambda: st.dictionaries(
            _texts(shape.key), _values(shape.value, depth + 1), **_sizes(shape)
        ),
        "string": lambda: _texts(shape),
        "boolean": st.booleans,
        "blob": lambda: _blobs(shape),
        "timestamp": lambda: _DATES.map(
            lambda date: date.replace(microsecond=0, tzinfo=timezone.utc)
        ),
    }
    return of_type.get(shape.type_name, lambda: _numbers(shape))()


def _structures(shape: Any, depth: int) -> Values:
    members = {name: _values_later(member, depth + 1) for name, member in shape.members.items()}
    if shape.metadata.get("union") or shape.name == "AttributeValue":
        choices = [st.fixed_dictionaries({name: each}) for name, each in members.items()]
        return st.one_of(choices[: len(choices) if depth < _MAX_DEPTH else 1])
    required = {name: members.pop(name) for name in shape.required_members}
    return st.fixed_dictionaries(required, optional=members if depth < _MAX_DEPTH else {})


def _values_later(shape: Any, depth: int) -> Values:
    return st.deferred(lambda: _values(shape, depth))


def _sizes(shape: Any) -> dict[str, Any]:
    least = int(shape.metadata.get("min", 0))
    return {"min_size": least, "max_size": max(least, 2)}


def _texts(shape: Any) -> Values:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    least = shape.metadata.get("min", 0)
    texts = st.text(_LETTERS, min_size=least, max_size=max(least, 20))
    return texts.filter(_can_be_said)


def _can_be_said(text: str) -> bool:
    """Return whether the AWS CLI can read a text from its command line."""
    return text != "--" and not text.endswith("\\")


def _numbers(shape: Any) -> Values:
    least = shape.metadata.get("min", 0)
    return st.integers(least, shape.metadata.get("max", least + 1000))


def _blobs(shape: Any) -> Values:
    """Return bytes; those that a shell variable stands for are text, which a learner types."""
    if shape.metadata.get("sensitive"):
        return st.text(_LETTERS, min_size=1).map(str.encode)
    return st.binary(min_size=1)
