"""The errors that AWS returns, as their body has them."""

from __future__ import annotations

import json

import pytest

from kmsdemo.sandbox import refusal
from kmsdemo.sandbox.refusal import Refusal

RULE = "Member must not be null"


@pytest.mark.parametrize(
    ("refused", "body"),
    [
        (Refusal("A", "Why."), {"__type": "A", "message": "Why."}),
        (Refusal("A"), {"__type": "A"}),
    ],
)
def test_an_error_has_a_code_and_at_most_a_message(refused: Refusal, body: dict[str, str]) -> None:
    assert (json.loads(refused.body), refused.status) == (body, 400)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("", "Value at"), ("null", "Value null at"), ("x", "Value 'x' at")],
)
def test_a_constraint_is_named_in_the_words_of_aws(value: str, shown: str) -> None:
    refused = refusal.constraint(value, "keyId", RULE)
    assert (refused.code, refused.message) == (
        "ValidationException",
        f"1 validation error detected: {shown} 'keyId' failed to satisfy constraint: {RULE}",
    )


def test_a_ciphertext_is_invalid_for_a_reason_that_nobody_learns() -> None:
    refused = refusal.invalid_ciphertext()
    assert (refused.code, refused.message) == ("InvalidCiphertextException", "")
