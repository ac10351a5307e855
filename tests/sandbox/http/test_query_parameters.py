"""Requests in the query protocol: what their form fields mean by the service's model."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import DenormalizedStructureBuilder, ShapeResolver

from kmsdemo.sandbox.http.query_parameters import fields, parsed
from kmsdemo.sandbox.refusal import Refusal

SHAPE = (
    DenormalizedStructureBuilder()
    .with_members(
        {
            "Name": {"type": "string"},
            "Days": {"type": "integer"},
            "Size": {"type": "long"},
            "Share": {"type": "double"},
            "Force": {"type": "boolean"},
            "Data": {"type": "blob"},
            "Since": {"type": "timestamp"},
            "Names": {"type": "list", "member": {"type": "string"}},
            "Tags": {"type": "map", "key": {"type": "string"}, "value": {"type": "string"}},
            "Inner": {"type": "structure", "members": {"Name": {"type": "string"}}},
        }
    )
    .build_model()
)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", {}),
        ("Name=a+key", {"Name": "a key"}),
        ("Name=first&Name=second", {"Name": "first"}),
        ("Days=7", {"Days": 7}),
        ("Share=0.5", {"Share": 0.5}),
        ("Force=True", {"Force": True}),
        ("Force=false", {"Force": False}),
        ("Data=YQ%3D%3D", {"Data": "YQ=="}),
        ("Since=2026-01-01T00:00:00Z", {"Since": "2026-01-01T00:00:00Z"}),
        ("Names.member.1=a&Names.member.2=b&Names.member.4=d", {"Names": ["a", "b"]}),
        ("Names=", {"Names": []}),
        ("Tags.entry.1.key=lab&Tags.entry.1.value=kms", {"Tags": {"lab": "kms"}}),
        ("Inner.Name=a", {"Inner": {"Name": "a"}}),
        ("Names.member.1=&Name=", {"Names": [""], "Name": ""}),
        ("Names.member.2=b", {}),
        ("Size=2147483648", {"Size": 2147483648}),
        ("Days=2147483647", {"Days": 2147483647}),
        ("Days=-2147483647", {"Days": -2147483647}),
        (
            "Tags.entry.1.key=a&Tags.entry.1.value=1&Tags.entry.2.key=b&Tags.entry.2.value=2"
            "&Tags.entry.4.key=d&Tags.entry.4.value=4",
            {"Tags": {"a": "1", "b": "2"}},
        ),
        ("Name=a%09b%0A%F0%9F%94%91", {"Name": "a\tb\n🔑"}),
        ("Unknown=a", {}),
    ],
)
def test_each_type_has_its_form(query: str, parameters: dict[str, Any]) -> None:
    assert parsed(SHAPE, fields(query.encode())) == parameters


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("Name=%00", "string"),
        ("Name=%EF%BF%BF", "string"),
        ("Share=nan", "double"),
        ("Share=much", "double"),
        ("Days=-2147483648", "integer"),
        ("Days=seven", "integer"),
        ("Days=2147483648", "integer"),
        ("Size=9223372036854775808", "long"),
        ("Share=inf", "double"),
        ("Force=yes", "boolean"),
        ("Data=%21", "blob"),
        ("Since=today", "timestamp"),
    ],
)
def test_a_value_of_another_type_is_refused(query: str, kind: str) -> None:
    name = query.partition("=")[0]
    with pytest.raises(Refusal) as refused:
        parsed(SHAPE, fields(query.encode()))
    assert refused.value.code == "MalformedInput"
    assert refused.value.message == f"{name} is not a valid {kind}."


RENAMED: Any = {
    "Number": {"type": "integer"},
    "Numbers": {"type": "list", "member": {"shape": "Number", "locationName": "item"}},
    "Whole": {
        "type": "structure",
        "members": {
            "One": {"shape": "Number", "locationName": "Other"},
            "All": {"shape": "Numbers"},
        },
    },
}


def test_a_field_has_the_name_that_the_model_gives_it() -> None:
    shape: Any = ShapeResolver(RENAMED).get_shape_by_name("Whole")
    found = parsed(shape, fields(b"Other=1&One=2&All.item.1=3&All.member.2=4"))
    assert found == {"One": 1, "All": [3]}


def test_a_wrong_value_is_named_with_its_place() -> None:
    shape: Any = ShapeResolver(RENAMED).get_shape_by_name("Whole")
    with pytest.raises(Refusal) as refused:
        parsed(shape, {"All.item.1": "1", "All.item.2": "x"})
    assert refused.value.message == "All.item.2 is not a valid integer."


def test_a_query_has_at_most_1000_fields() -> None:
    assert len(fields(b"&".join(b"a%d=b" % n for n in range(1000)))) == 1000


@pytest.mark.parametrize("query", [b"Name=\xff", b"Name=%ff", b"&".join([b"a=b"] * 1001)])
def test_a_query_that_cannot_be_read_is_refused(query: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        fields(query)
    assert refused.value.code == "MalformedQueryString"
    assert refused.value.message == "The query string contains a syntax error."
