"""Parameters in JSON: each has the type that the model says, or is refused in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ShapeResolver

from kmsdemo.sandbox import json_parameters
from kmsdemo.sandbox.refusal import Refusal

MODEL: Any = {
    **{kind.capitalize(): {"type": kind} for kind in ("string", "blob", "boolean", "timestamp")},
    **{kind.capitalize(): {"type": kind} for kind in ("integer", "long", "float", "double")},
    "Texts": {"type": "list", "member": {"shape": "String"}},
    "Pairs": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "String"}},
    "Tag": {
        "type": "structure",
        "required": ["TagKey"],
        "members": {"TagKey": {"shape": "String"}, "Inner": {"shape": "Tag"}},
    },
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "Named": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Tag"}},
    "Request": {
        "type": "structure",
        "required": ["Name"],
        "members": {
            "Name": {"shape": "String"},
            "Tag": {"shape": "Tag"},
            "Tags": {"shape": "Tags"},
            "Named": {"shape": "Named"},
        },
    },
}
SHAPES = ShapeResolver(MODEL)
OF_STRUCTURE = "Start of structure or map found where not expected."
OF_LIST = "Start of list found where not expected"


def parsed(shape: str, value: Any) -> Any:
    return json_parameters.parsed(SHAPES.get_shape_by_name(shape), value)


def message(shape: str, value: Any) -> str:
    with pytest.raises(Refusal) as refused:
        parsed(shape, value)
    assert refused.value.code == "SerializationException"
    return refused.value.message


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("String", "a"),
        ("String", "é🔑"),
        ("Blob", "YQ=="),
        ("Boolean", False),
        ("Integer", 2**31 - 1),
        ("Integer", -(2**31) + 1),
        ("Long", 2**31),
        ("Long", 2**63 - 1),
        ("Double", 0.5),
        ("Float", 1),
        ("Timestamp", 1.5),
        ("Texts", ["a", "b"]),
        ("Pairs", {"a": "b"}),
        ("Tag", {"TagKey": "a", "Inner": {"TagKey": "b"}}),
        ("Tags", [{"TagKey": "a"}, {}]),
    ],
)
def test_a_value_of_its_type_is_taken_as_it_is(shape: str, value: Any) -> None:
    assert parsed(shape, value) == value


@pytest.mark.parametrize(
    ("shape", "value", "taken"),
    [
        ("Tag", {"TagKey": None}, {}),
        ("Tag", {"Unknown": 1, "TagKey": "a"}, {"TagKey": "a"}),
        ("Integer", 7.0, 7),
    ],
)
def test_null_and_unknown_members_are_left_out(shape: str, value: Any, taken: Any) -> None:
    found = parsed(shape, value)
    assert (found, type(found)) == (taken, type(taken))


@pytest.mark.parametrize(
    ("shape", "value", "said"),
    [
        ("String", 1, "NUMBER_VALUE cannot be converted to String"),
        ("String", 1.5, "NUMBER_VALUE cannot be converted to String"),
        ("String", True, "TRUE_VALUE cannot be converted to String"),
        ("String", False, "FALSE_VALUE cannot be converted to String"),
        ("String", {}, OF_STRUCTURE),
        ("String", [], OF_LIST),
        ("String", "\ud800", "Text is not valid Unicode."),
        ("Blob", 1, "NUMBER_VALUE cannot be converted to Blob"),
        ("Blob", "YQ", "Blob is not valid Base64."),
        ("Blob", "Y Q==", "Blob is not valid Base64."),
        ("Blob", "é", "Blob is not valid Base64."),
        ("Boolean", "true", "STRING_VALUE cannot be converted to Boolean"),
        ("Boolean", 1, "NUMBER_VALUE cannot be converted to Boolean"),
        ("Integer", "7", "STRING_VALUE cannot be converted to Integer"),
        ("Integer", True, "TRUE_VALUE cannot be converted to Integer"),
        ("Integer", 7.5, "NUMBER_VALUE cannot be converted to Integer"),
        ("Integer", 2**31, "NUMBER_VALUE cannot be converted to Integer"),
        ("Integer", -(2**31), "NUMBER_VALUE cannot be converted to Integer"),
        ("Long", 2**63, "NUMBER_VALUE cannot be converted to Long"),
        ("Double", float("inf"), "NUMBER_VALUE cannot be converted to Double"),
        ("Float", "1", "STRING_VALUE cannot be converted to Float"),
        ("Timestamp", "now", "STRING_VALUE cannot be converted to Timestamp"),
        ("Timestamp", float("nan"), "NUMBER_VALUE cannot be converted to Timestamp"),
        ("Texts", "a", "STRING_VALUE cannot be converted to list"),
        ("Texts", {}, OF_STRUCTURE),
        ("Texts", [None], "NULL_VALUE cannot be converted to String"),
        ("Pairs", "a", "STRING_VALUE cannot be converted to map"),
        ("Pairs", {"a": None}, "NULL_VALUE cannot be converted to String"),
        ("Pairs", {"\ud800": "a"}, "Text is not valid Unicode."),
        ("Tag", "a", "STRING_VALUE cannot be converted to structure"),
        ("Tag", [], OF_LIST),
    ],
)
def test_a_value_of_another_type_is_refused(shape: str, value: Any, said: str) -> None:
    assert message(shape, value) == said


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"Inner": value}
    return value


def test_a_request_is_nested_100_deep_and_no_deeper() -> None:
    assert parsed("Tag", nested(100)) == nested(100)
    assert message("Tag", nested(101)) == "The request is nested too deeply."


@pytest.mark.parametrize("kind", ["list", "map"])
def test_what_is_in_lists_and_maps_is_deep_too(kind: str) -> None:
    model: Any = {
        "Text": {"type": "string"},
        "list": {"type": "list", "member": {"shape": "list"}},
        "map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "map"}},
    }
    shapes = ShapeResolver(model)
    value: Any = [] if kind == "list" else {}
    for _ in range(100):
        value = [value] if kind == "list" else {"a": value}
    shape = shapes.get_shape_by_name(kind)
    assert json_parameters.parsed(shape, value) == value
    with pytest.raises(Refusal, match="nested too deeply"):
        json_parameters.parsed(shape, [value] if kind == "list" else {"a": value})


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"Name": "a"}, []),
        ({}, ["name"]),
        ({"Tag": {}}, ["name", "tag.tagKey"]),
        ({"Name": "a", "Tags": [{"TagKey": "b"}, {}]}, ["tags.2.member.tagKey"]),
        ({"Name": "a", "Named": {"One": {}}}, ["named.One.member.tagKey"]),
        ({"Name": "a", "Tag": {"TagKey": "b", "Inner": {}}}, ["tag.inner.tagKey"]),
    ],
)
def test_what_is_missing_is_named_as_aws_names_it(value: Any, paths: list[str]) -> None:
    assert list(json_parameters.missing(SHAPES.get_shape_by_name("Request"), value)) == paths
