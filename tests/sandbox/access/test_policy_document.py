"""Which documents are policies."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from kmsdemo.sandbox.access import policy_document
from kmsdemo.sandbox.access.policy_document import (
    ElementPatterns,
    MalformedPolicy,
    PolicyKind,
    RequestContext,
)

VERSION = "2012-10-17"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "*"}


def without(element: str) -> dict[str, Any]:
    return {name: value for name, value in ALLOW.items() if name != element}


FORMS: dict[PolicyKind, dict[str, Any]] = {
    PolicyKind.KEY: ALLOW,
    PolicyKind.TRUST: without("Resource"),
    PolicyKind.IDENTITY: without("Principal"),
}


def written(statement: Any) -> list[policy_document.Statement]:
    return policy_document.statements(json.dumps({"Version": VERSION, "Statement": statement}))


def applies(statement: Any, context: dict[str, list[str]]) -> bool:
    request = RequestContext("kms:Decrypt", "*", lambda: context)
    return any(policy_document.matching(written(statement), "Allow", request))


EFFECT = "Policy statement must have an Effect of Allow or Deny."
NOT_JSON = "Policy document is not valid JSON."
SYNTAX = "Syntax errors in policy: "
NO_STATEMENT = f"{SYNTAX}the document must have a Statement."


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", NOT_JSON),
        ("[" * 30_000, NOT_JSON),
        ('{"Statement": [], "Statement": []}', NOT_JSON),
        ("[" * 100_000, "Policy document is larger than 32 KB (32,768 bytes)."),
        ("[]", NO_STATEMENT),
        ("null", NO_STATEMENT),
        ("{}", NO_STATEMENT),
        ('{"Statement": NaN}', EFFECT),
        (json.dumps({"Statement": [], "Moon": 1}), f"{SYNTAX}unknown element Moon."),
        (
            json.dumps({"Version": "2020-01-01", "Statement": ALLOW}),
            "Policy document must be version 2012-10-17 or greater.",
        ),
    ],
    ids=str,
)
def test_what_is_no_policy_is_refused(document: str, message: str) -> None:
    with pytest.raises(MalformedPolicy, match=f"^{re.escape(message)}$"):
        policy_document.statements(document)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("Allow", EFFECT),
        ({**ALLOW, "Effect": []}, EFFECT),
        ({**ALLOW, "Action": 1}, f"{SYNTAX}Action is not a string or a list of strings."),
        ({**ALLOW, "Action": []}, f"{SYNTAX}Action is not a string or a list of strings."),
        ({**ALLOW, "Action": [["kms:*"]]}, f"{SYNTAX}Action is not a string or a list of strings."),
        (
            {**ALLOW, "Action": ["kms:*", "Decrypt"]},
            "Actions must be prefaced by a vendor, such as kms.",
        ),
        (
            {**ALLOW, "Principal": {"Service": ["kms.amazonaws.com", "cloudtrail"]}},
            policy_document.INVALID_PRINCIPAL,
        ),
        ({**ALLOW, "Resource": {}}, f"{SYNTAX}Resource is not a string or a list of strings."),
        (
            {**ALLOW, "Principal": {"AWS": [1]}},
            f"{SYNTAX}Principal is not a string or a list of strings.",
        ),
        ({**ALLOW, "Principal": 1}, f"{SYNTAX}Principal must be * or an object."),
        ({**ALLOW, "Principal": "ben"}, f"{SYNTAX}Principal must be * or an object."),
        ({**ALLOW, "Principal": {"Moon": "1"}}, f"{SYNTAX}unknown principal type Moon."),
        ({**ALLOW, "Condition": []}, f"{SYNTAX}Condition is not an object."),
        ({**ALLOW, "Condition": {"StringLike": "a"}}, f"{SYNTAX}StringLike is not an object."),
        (
            {**ALLOW, "Condition": {"NumericEquals": {"kms:KeySpec": {}}}},
            f"{SYNTAX}a value of kms:KeySpec is not a string.",
        ),
        (
            {**ALLOW, "Condition": {"StringIs": {}}},
            "Unsupported condition operator StringIs.",
        ),
        (
            {**ALLOW, "Condition": {"!": {}}},
            "Unsupported condition operator !.",
        ),
        ({**ALLOW, "Moon": 1}, f"{SYNTAX}unknown element Moon."),
        ({**ALLOW, "Moon": 1, "Sun": 1}, f"{SYNTAX}unknown element Moon."),
        *(
            (
                {**ALLOW, f"Not{element}": "*"},
                f"Policy statement must not have both {element} and Not{element}.",
            )
            for element in ("Action", "Resource", "Principal")
        ),
        (
            {**without("Principal"), "NotPrincipal": {"AWS": "1"}},
            "NotPrincipal is not supported with the effect Allow.",
        ),
        ({**ALLOW, "Sid": 1}, f"{SYNTAX}Sid is not a string."),
        (
            [{**ALLOW, "Sid": "a"}, {**ALLOW, "Sid": "a"}],
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (
            {**ALLOW, "Resource": "${aws:Moon}"},
            "The sandbox does not know the condition key aws:Moon. docs/sandbox.md lists those "
            "that it knows; remove the condition, or use one of them.",
        ),
    ],
    ids=str,
)
def test_what_is_no_statement_is_refused(statement: Any, message: str) -> None:
    with pytest.raises(MalformedPolicy, match=f"^{re.escape(message)}$"):
        written(statement)


@pytest.mark.parametrize(
    ("kind", "statement", "message"),
    [
        (PolicyKind.KEY, without("Principal"), "Policy statement must contain principals."),
        (
            PolicyKind.TRUST,
            {"Effect": "Allow", "Action": "*"},
            "Policy statement must contain principals.",
        ),
        (
            PolicyKind.TRUST,
            {"Effect": "Allow", "Principal": "*"},
            "Policy statement must contain actions.",
        ),
        (PolicyKind.TRUST, ALLOW, "Has prohibited field Resource."),
        (PolicyKind.IDENTITY, ALLOW, "Policy document should not specify a principal."),
        (
            PolicyKind.IDENTITY,
            {"Effect": "Allow", "Resource": "*"},
            "Policy statement must contain actions.",
        ),
        (
            PolicyKind.IDENTITY,
            {"Effect": "Allow", "Action": "*"},
            "Policy statement must contain resources.",
        ),
    ],
)
def test_each_kind_of_policy_has_its_elements(
    kind: PolicyKind, statement: Any, message: str
) -> None:
    with pytest.raises(MalformedPolicy, match=f"^{re.escape(message)}$"):
        policy_document.statements(json.dumps({"Statement": statement}), kind)


@pytest.mark.parametrize("sids", [("a", "b"), ("", ""), ("a", "")], ids=str)
def test_statements_may_share_an_empty_sid(sids: tuple[str, str]) -> None:
    assert len(written([{**ALLOW, "Sid": sid} for sid in sids])) == 2


@pytest.mark.parametrize(("size", "is_one"), [(32 * 1024, True), (32 * 1024 + 1, False)])
def test_a_key_policy_has_at_most_32_kilobytes(size: int, is_one: bool) -> None:
    document = json.dumps({"Statement": ALLOW}).ljust(size)
    with nullcontext() if is_one else pytest.raises(MalformedPolicy, match="larger than 32 KB"):
        policy_document.statements(document)


@pytest.mark.parametrize(
    ("principal", "names"),
    [
        ({"Principal": "*"}, ElementPatterns(("*",))),
        ({"Principal": {"AWS": "arn:ben"}}, ElementPatterns(("arn:ben",))),
        ({"Principal": {"AWS": ["arn:ben", "*"]}}, ElementPatterns(("arn:ben", "*"))),
        ({"Principal": {"Service": "kms.amazonaws.com"}}, ElementPatterns(())),
        ({"NotPrincipal": {"AWS": "arn:ben"}}, ElementPatterns(("arn:ben",), is_negated=True)),
    ],
    ids=str,
)
def test_a_statement_has_its_principals(principal: Any, names: ElementPatterns) -> None:
    (statement,) = written({**without("Principal"), **principal, "Effect": "Deny"})
    assert statement.principal == names


def test_a_resource_is_named_with_its_capitals_and_an_action_in_any() -> None:
    (statement,) = written({**ALLOW, "Action": "KMS:DECRYPT", "Resource": "arn:a"})
    named, other = (RequestContext("kms:Decrypt", name, dict) for name in ("arn:a", "ARN:A"))
    assert (statement.applies_to(named), statement.applies_to(other)) == (True, False)


def test_a_trust_policy_is_about_its_role_whatever_that_is() -> None:
    document = json.dumps({"Statement": FORMS[PolicyKind.TRUST]})
    (statement,) = policy_document.statements(document, PolicyKind.TRUST)
    assert statement.resource == ElementPatterns(("*",))


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
    with pytest.raises(MalformedPolicy, match=operator):
        written({**ALLOW, "Condition": {operator: {"kms:CallerAccount": expected}}})


@pytest.mark.parametrize("key", ["kms:Moon", "aws:Moon", "kmsx:CallerAccount", "aws:ResourceTag/"])
@pytest.mark.parametrize("kind", PolicyKind)
def test_an_unknown_condition_key_is_refused_by_name(kind: PolicyKind, key: str) -> None:
    statement = FORMS[kind] | {"Effect": "Deny", "Condition": {"StringEquals": {key: "a"}}}
    with pytest.raises(MalformedPolicy, match=f"does not know the condition key {key}"):
        policy_document.statements(json.dumps({"Statement": statement}), kind)


@pytest.mark.no_cover
def test_every_policy_of_aws_can_be_evaluated() -> None:
    policies = json.loads(aws_managed_policies_data)
    assert len(policies) > 1_000
    for policy in policies.values():
        assert policy_document.statements(json.dumps(policy["Document"]), PolicyKind.IDENTITY)


def test_an_iam_policy_for_another_service_may_use_its_condition_keys() -> None:
    condition = {"StringEquals": {"s3:prefix": "a"}}
    statement = {**FORMS[PolicyKind.IDENTITY], "Action": "s3:*", "Condition": condition}
    assert policy_document.statements(json.dumps({"Statement": statement}), PolicyKind.IDENTITY)


@pytest.mark.parametrize(
    "actions",
    [{"Action": "KMS:*"}, {"Action": "*"}, {"Action": ["s3:*", "s?s:*"]}, {"NotAction": "s3:*"}],
    ids=str,
)
def test_an_iam_policy_that_may_be_about_the_sandbox_may_not(actions: Any) -> None:
    condition = {"StringEquals": {"s3:prefix": "a"}}
    statement = {"Effect": "Allow", "Resource": "*", "Condition": condition, **actions}
    with pytest.raises(MalformedPolicy, match="condition key s3:prefix"):
        policy_document.statements(json.dumps({"Statement": statement}), PolicyKind.IDENTITY)


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
        ({"StringEquals": {OWNER: "a${aws:username, ''}"}}, {OWNER: ["a"]}, 1),
        ({"StringLike": {OWNER: "B*"}}, {OWNER: ["ben"]}, 0),
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
        ({"ArnLike": {ARN: "arn:aws:iam::*:user/*"}}, {ARN: [f"{BEN}:1"]}, 1),
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
        ({"StringEquals": {"kms:MultiRegion": True}}, {"kms:MultiRegion": ["true"]}, 1),
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
