"""The parameters of STS's operations: which values are refused, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from kmsdemo.sandbox.access import sts_parameters
from kmsdemo.sandbox.refusal import Refusal


def tagged(*pairs: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in pairs], **more}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        tagged(*((f"k{number}", "v") for number in range(50))),
        tagged(("k" * 128, "v" * 256)),
        tagged(("É 1_.:/=+-@", "")),
        tagged(("team", "of aws:")),
        {"TransitiveTagKeys": ["k", *(f"k{number}" for number in range(49))]},
        {"ExternalId": "a1_+=,.@:/-"},
        {"ExternalId": "x" * 1224},
        {"SourceIdentity": "x" * 64},
    ],
    ids=str,
)
def test_what_aws_accepts(parameters: dict[str, Any]) -> None:
    sts_parameters.check(parameters)


@pytest.mark.parametrize(
    ("parameters", "value", "rule"),
    [
        (
            tagged(*((f"k{number}", "v") for number in range(51))),
            "at 'tags'",
            "have length less than or equal to 50",
        ),
        (
            tagged(("a", "b"), ("k" * 129, "v")),
            f"'{'k' * 129}' at 'tags.2.member.key'",
            "have length less than or equal to 128",
        ),
        (tagged(("", "v")), "at 'tags.1.member.key'", "have length greater than or equal to 1"),
        (
            tagged(("k", "v" * 257)),
            f"'{'v' * 257}' at 'tags.1.member.value'",
            "have length less than or equal to 256",
        ),
        (
            tagged(("k*", "v")),
            "'k*' at 'tags.1.member.key'",
            r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
        (
            tagged(("k", "v\t")),
            "'v\t' at 'tags.1.member.value'",
            r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*",
        ),
        (
            {"TransitiveTagKeys": [f"k{number}" for number in range(51)]},
            "at 'transitiveTagKeys'",
            "have length less than or equal to 50",
        ),
        (
            {"TransitiveTagKeys": ["k" * 129]},
            f"'{'k' * 129}' at 'transitiveTagKeys.1.member'",
            "have length less than or equal to 128",
        ),
        (
            {"TransitiveTagKeys": ["k", ""]},
            "at 'transitiveTagKeys.2.member'",
            "have length greater than or equal to 1",
        ),
        ({"ExternalId": "x"}, "'x' at 'externalId'", "have length greater than or equal to 2"),
        (
            {"ExternalId": "x" * 1225},
            f"'{'x' * 1225}' at 'externalId'",
            "have length less than or equal to 1224",
        ),
        (
            {"ExternalId": "a b"},
            "'a b' at 'externalId'",
            r"satisfy regular expression pattern: [\w+=,.@:\/-]*",
        ),
        (
            {"SourceIdentity": "aws:anna"},
            "'aws:anna' at 'sourceIdentity'",
            r"satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            {"SourceIdentity": "zoë"},
            "'zoë' at 'sourceIdentity'",
            r"satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            {"SourceIdentity": "x" * 65},
            f"'{'x' * 65}' at 'sourceIdentity'",
            "have length less than or equal to 64",
        ),
    ],
)
def test_what_aws_refuses(parameters: dict[str, Any], value: str, rule: str) -> None:
    with pytest.raises(Refusal) as raised:
        sts_parameters.check(parameters)
    assert (raised.value.code, raised.value.message) == (
        "ValidationError",
        f"1 validation error detected: Value {value} failed to satisfy constraint: "
        f"Member must {rule}",
    )


@pytest.mark.parametrize("pair", [("AWS:team", "blue"), ("team", "aws:blue")])
def test_a_tag_with_the_reserved_prefix_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(Refusal) as raised:
        sts_parameters.check(tagged(pair))
    message = "aws: prefixed tag key names are not allowed for external use."
    assert (raised.value.code, raised.value.message) == ("InvalidParameterValue", message)
