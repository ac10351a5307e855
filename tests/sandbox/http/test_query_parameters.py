"""Requests in the query protocol: what their form fields mean by the service's model."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import DenormalizedStructureBuilder

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
        ("Unknown=a", {}),
    ],
)
def test_each_type_has_its_form(query: str, parameters: dict[str, Any]) -> None:
    assert parsed(SHAPE, fields(query.encode())) == parameters


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("Name=%00", "string"),
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
    with pytest.raises(Refusal, match=f"is not a valid {kind}") as refused:
        parsed(SHAPE, fields(query.encode()))
    assert refused.value.code == "MalformedInput"


@pytest.mark.parametrize("query", [b"Name=\xff", b"Name=%ff", b"&".join([b"a=b"] * 1001)])
def test_a_query_that_cannot_be_read_is_refused(query: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        fields(query)
    assert refused.value.code == "MalformedQueryString"
