"""Session policies: which documents limit a session, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmsdemo.sandbox.access import session_policies
from kmsdemo.sandbox.refusal import Refusal
from tests.sandbox.access.callers import ACCOUNT, ALLOW_ALL, policy

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

pytestmark = pytest.mark.usefixtures("clients")
INLINE = policy(ALLOW_ALL)
GONE = f"arn:aws:iam::{ACCOUNT}:policy/gone"


def named(arn: str) -> dict[str, Any]:
    return {"PolicyArns": [{"arn": arn}]}


@pytest.mark.parametrize("parameters", [{}, {"PolicyArns": []}], ids=str)
def test_a_session_without_policies_is_not_limited(parameters: dict[str, Any]) -> None:
    assert session_policies.of(parameters, ACCOUNT) is None


def test_the_policy_and_those_that_are_named_limit_a_session(iam: IAMClient) -> None:
    managed = policy({**ALLOW_ALL, "Action": "kms:*"})
    arn = iam.create_policy(PolicyName="p", PolicyDocument=managed)["Policy"]["Arn"]
    found = session_policies.of({"Policy": INLINE, **named(arn)}, ACCOUNT)
    assert found == (INLINE, managed)


def test_a_policy_of_2048_characters_is_accepted() -> None:
    document = INLINE.ljust(2_048)
    assert session_policies.of({"Policy": document}, ACCOUNT) == (document,)


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        (
            {"Policy": INLINE.ljust(2_049)},
            "ValidationError",
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: "
            "Member must have length less than or equal to 2048",
        ),
        ({"Policy": "{"}, "MalformedPolicyDocument", "Policy document is not valid JSON."),
        (named(GONE), "ValidationError", f"Policy {GONE} does not exist or is not attachable."),
    ],
    ids=["too long", "no JSON", "not there"],
)
def test_what_is_no_session_policy_is_refused(
    parameters: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(Refusal) as raised:
        session_policies.of(parameters, ACCOUNT)
    assert (raised.value.code, raised.value.message) == (code, message)
