"""Which documents are policies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from kmsdemo.sandbox.access import policy_document
from kmsdemo.sandbox.access.policy_document import Kind, MalformedPolicy, RequestContext

VERSION = "2012-10-17"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "*"}


def without(element: str) -> dict[str, Any]:
    return {name: value for name, value in ALLOW.items() if name != element}


FORMS: dict[Kind, dict[str, Any]] = {
    Kind.KEY: ALLOW,
    Kind.TRUST: without("Resource"),
    Kind.IDENTITY: without("Principal"),
}


def written(statement: Any) -> list[policy_document.Statement]:
    return policy_document.statements(json.dumps({"Version": VERSION, "Statement": statement}))


def applies(statement: Any, context: dict[str, list[str]]) -> bool:
    request = RequestContext("kms:Decrypt", "*", lambda: context)
    return any(policy_document.matching(written(statement), "Allow", request))


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
        json.dumps({"Version": "2020-01-01", "Statement": ALLOW}),
        json.dumps({"Statement": ALLOW, "Moon": 1}),
        json.dumps({"Statement": {**ALLOW, "Moon": 1}}),
        json.dumps({"Statement": {**ALLOW, "NotAction": "kms:*"}}),
        json.dumps({"Statement": {**ALLOW, "NotResource": "*"}}),
        json.dumps({"Statement": {**ALLOW, "NotPrincipal": "*"}}),
        json.dumps({"Statement": {**without("Principal"), "NotPrincipal": {"AWS": "1"}}}),
        json.dumps({"Statement": without("Principal")}),
        json.dumps({"Statement": {**ALLOW, "Principal": "ben"}}),
        json.dumps({"Statement": {**ALLOW, "Principal": {"Moon": "1"}}}),
        json.dumps({"Statement": {**ALLOW, "Sid": 1}}),
        json.dumps({"Statement": [{**ALLOW, "Sid": "a"}, {**ALLOW, "Sid": "a"}]}),
        json.dumps({"Statement": {**ALLOW, "Action": []}}),
        json.dumps({"Version": VERSION, "Statement": {**ALLOW, "Resource": "${aws:Moon}"}}),
        '{"Statement": [], "Statement": []}',
    ],
)
def test_what_is_no_policy_is_refused(document: str) -> None:
    with pytest.raises(MalformedPolicy):
        policy_document.statements(document)


DAYS = "kms:ScheduleKeyDeletionPendingWindowInDays"


@pytest.mark.parametrize("operator", ["NumericEquals", "NumericLessThan", "NumericGreaterThan"])
@pytest.mark.parametrize("value", ["many", "nan", "inf"])
def test_what_is_no_number_compares_with_none(operator: str, value: str) -> None:
    condition = {operator: {DAYS: "1"}}
    assert not applies({**ALLOW, "Condition": condition}, {DAYS: [value]})


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("NumericEquals", "many"),
        ("NumericEquals", {}),
        ("NumericLessThan", "nan"),
        ("DateLessThan", "soon"),
        ("IpAddress", "here"),
        ("Bool", "yes"),
        ("Null", "yes"),
        ("NullIfExists", "true"),
        ("BinaryEquals", "?"),
        ("ArnLike", "*"),
        ("BoolNot", "true"),
        ("StringNotNotEquals", "a"),
    ],
)
def test_a_condition_that_can_never_compare_is_refused(operator: str, expected: Any) -> None:
    with pytest.raises(MalformedPolicy):
        written({**ALLOW, "Condition": {operator: {"kms:CallerAccount": expected}}})


@pytest.mark.parametrize("key", ["kms:Moon", "aws:Moon", "kmsx:CallerAccount", "aws:ResourceTag/"])
@pytest.mark.parametrize("kind", Kind)
def test_an_unknown_condition_key_is_refused_by_name(kind: Kind, key: str) -> None:
    statement = FORMS[kind] | {"Effect": "Deny", "Condition": {"StringEquals": {key: "a"}}}
    with pytest.raises(MalformedPolicy, match=f"does not know the condition key {key}"):
        policy_document.statements(json.dumps({"Statement": statement}), kind)


def test_every_policy_of_aws_can_be_evaluated() -> None:
    policies = json.loads(aws_managed_policies_data)
    assert len(policies) > 1_000
    for policy in policies.values():
        assert policy_document.statements(json.dumps(policy["Document"]), Kind.IDENTITY)


def test_an_iam_policy_for_another_service_may_use_its_condition_keys() -> None:
    condition = {"StringEquals": {"s3:prefix": "a"}}
    statement = {**FORMS[Kind.IDENTITY], "Action": "s3:*", "Condition": condition}
    assert policy_document.statements(json.dumps({"Statement": statement}), Kind.IDENTITY)


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_a_statement_of_a_key_policy_without_it_has_no_effect(element: str) -> None:
    assert not applies(without(element), {})


OWNER = "kms:EncryptionContext:owner"
ARN = "aws:PrincipalArn"
NOW = "aws:CurrentTime"
BEN = "arn:aws:iam::123456789012:user/team/ben"


@pytest.mark.parametrize(
    ("condition", "context", "is_met"),
    [
        ({"StringEquals": {OWNER: "${aws:username}"}}, {OWNER: ["b*"], "aws:username": ["b*"]}, 1),
        ({"StringLike": {OWNER: "${aws:username}"}}, {OWNER: ["ben"], "aws:username": ["b*"]}, 0),
        ({"StringLike": {OWNER: "${aws:username}*"}}, {OWNER: ["b*x"], "aws:username": ["b*"]}, 1),
        ({"StringEquals": {OWNER: "${aws:username}"}}, {OWNER: ["${aws:username}"]}, 0),
        ({"StringEquals": {OWNER: "${aws:username, 'none'}"}}, {OWNER: ["none"]}, 1),
        ({"StringLike": {OWNER: "${*}"}}, {OWNER: ["*"]}, 1),
        ({"StringLike": {OWNER: "${*}"}}, {OWNER: ["a"]}, 0),
        ({"StringEquals": {OWNER: "${$}"}}, {OWNER: ["$"]}, 1),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, {}, 0),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}}, {}, 0),
        ({"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}}, {}, 0),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, {}, 1),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}}, {"aws:TagKeys": ["a", "b"]}, 1),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": "a"}}, {"aws:TagKeys": ["a", "b"]}, 0),
        ({"StringNotEqualsIgnoreCase": {OWNER: "BEN"}}, {OWNER: ["ben"]}, 0),
        ({"StringEqualsIfExists": {OWNER: "a"}}, {OWNER: ["b"]}, 0),
        ({"ArnLike": {ARN: "arn:aws:iam::*:user/*"}}, {ARN: [BEN]}, 1),
        ({"ArnLike": {ARN: "arn:aws:*:user/team:*:*:ben"}}, {ARN: [BEN]}, 0),
        ({"ArnLike": {ARN: "arn:*:*:*:*:*"}}, {ARN: ["ben"]}, 0),
        ({"ArnLike": {ARN: "arn:a*12:user:*:*:*"}}, {ARN: [BEN]}, 0),
        ({"BinaryEquals": {OWNER: "YQ=="}}, {OWNER: ["YQ=="]}, 1),
        ({"BinaryEquals": {OWNER: "YQ=="}}, {OWNER: ["Yg=="]}, 0),
        ({"NumericLessThanEquals": {DAYS: "7.5"}}, {DAYS: ["7.5"]}, 1),
        ({"NumericNotEquals": {DAYS: 7}}, {DAYS: ["7.0"]}, 0),
        ({"DateEquals": {NOW: "2030-01-01"}}, {NOW: ["1893456000"]}, 1),
        ({"DateEquals": {NOW: "2030-01-01T02:00:00+02:00"}}, {NOW: ["1893456000"]}, 1),
        (
            {"DateNotEquals": {"aws:CurrentTime": "2030-01-01"}},
            {"aws:CurrentTime": ["1893456000"]},
            0,
        ),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, {"aws:SourceIp": ["2001:db8::1"]}, 1),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": ["2001:db8::1"]}, 0),
        ({"IpAddress": {"aws:SourceIp": "10.1.2.3/8"}}, {"aws:SourceIp": ["10.9.9.9"]}, 1),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": ["nowhere"]}, 0),
        ({"Bool": {"KMS:MULTIREGION": True}}, {"kms:MultiRegion": ["true"]}, 1),
        ({"Null": {OWNER: ["true", "false"]}}, {}, 1),
    ],
)
def test_a_condition(condition: Any, context: Any, is_met: int) -> None:
    assert applies({**ALLOW, "Condition": condition}, context) is bool(is_met)


def test_variables_are_text_before_version_2012_10_17() -> None:
    statement = {**ALLOW, "Condition": {"StringEquals": {OWNER: "${aws:username}"}}}
    listed = policy_document.statements(json.dumps({"Statement": statement}))
    request = RequestContext("kms:Decrypt", "*", lambda: {OWNER: ["${aws:username}"]})
    assert list(policy_document.matching(listed, "Allow", request))


def test_a_resource_with_a_variable_without_value_is_no_resource() -> None:
    assert not applies({**ALLOW, "Resource": "*${aws:username}"}, {})
    assert applies({**ALLOW, "Resource": "${aws:username, '*'}"}, {})
