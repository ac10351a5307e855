"""One call: its binary parameters, its partition and its ARNs."""

from __future__ import annotations

from typing import Any

import pytest

from kmsdemo.sandbox.call import Call, is_account_id
from kmsdemo.sandbox.refusal import Refusal


def call(region: str = "us-east-1", **parameters: Any) -> Call:
    return Call("Encrypt", parameters, "123456789012", region)


@pytest.mark.parametrize(("given", "found"), [({"P": "YQ=="}, b"a"), ({"P": None}, b""), ({}, b"")])
def test_a_binary_parameter_is_decoded(given: dict[str, Any], found: bytes) -> None:
    assert call(**given).binary("P") == found


@pytest.mark.parametrize("text", ["no base64!", "YQ", "Y Q=="])
def test_what_is_no_base64_is_named(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        call(P=text).binary("P")
    assert (refused.value.code, refused.value.message) == (
        "ValidationException",
        "P is not valid Base64.",
    )


@pytest.mark.parametrize(
    ("given", "found"), [({"EncryptionContext": {"a": "b"}}, {"a": "b"}), ({}, {})]
)
def test_a_call_has_an_encryption_context_or_an_empty_one(
    given: dict[str, Any], found: dict[str, str]
) -> None:
    assert call(**given).encryption_context() == found


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_an_arn_has_the_partition_of_the_region(region: str, partition: str) -> None:
    made = call(region)
    assert made.partition == partition
    assert made.arn("key/1") == f"arn:{partition}:kms:{region}:123456789012:key/1"
    assert made.arn("key/1", "111122223333") == f"arn:{partition}:kms:{region}:111122223333:key/1"


@pytest.mark.parametrize(
    ("text", "is_one"), [("123456789012", True), ("12345678901", False), ("1234567890123", False)]
)
def test_an_account_id_has_twelve_digits(text: str, is_one: bool) -> None:
    assert is_account_id(text) is is_one
