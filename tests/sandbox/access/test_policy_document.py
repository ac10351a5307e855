"""Which documents are policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsdemo.sandbox.access import policy_document
from kmsdemo.sandbox.access.policy_document import MalformedPolicy, RequestContext

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "*"}


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"Statement": NaN}',
        json.dumps({"Statement": "Allow"}),
        json.dumps({"Statement": {**ALLOW, "Effect": []}}),
        json.dumps({"Statement": {**ALLOW, "Action": 1}}),
        json.dumps({"Statement": {**ALLOW, "Action": [["kms:*"]]}}),
        json.dumps({"Statement": {**ALLOW, "Resource": {}}}),
        json.dumps({"Statement": {**ALLOW, "Principal": 1}}),
        json.dumps({"Statement": {**ALLOW, "Principal": {"AWS": [1]}}}),
        json.dumps({"Statement": {**ALLOW, "Condition": []}}),
        json.dumps({"Statement": {**ALLOW, "Condition": {"StringLike": "a"}}}),
        json.dumps({"Statement": {**ALLOW, "Condition": {"StringIs": {}}}}),
    ],
)
def test_what_is_no_policy_is_refused(document: str) -> None:
    with pytest.raises(MalformedPolicy):
        policy_document.statements(document)


@pytest.mark.parametrize("operator", ["NumericEquals", "NumericLessThan", "NumericGreaterThan"])
@pytest.mark.parametrize(("expected", "value"), [("many", "1"), ("1", "many"), ({}, "1")])
def test_what_is_no_number_compares_with_none(operator: str, expected: Any, value: str) -> None:
    condition = {operator: {"kms:Days": expected}}
    listed = policy_document.statements(
        json.dumps({"Statement": {**ALLOW, "Condition": condition}})
    )
    request = RequestContext("kms:Decrypt", "*", {"kms:Days": [value]})
    assert list(policy_document.matching(listed, "Allow", request)) == []
