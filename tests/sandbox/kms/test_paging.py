"""How long a page may be, by operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from kmsdemo.keys import Key


@pytest.mark.parametrize(
    ("operation", "most"),
    [("list_aliases", 100), ("list_grants", 100), ("list_resource_tags", 50)],
)
def test_a_page_is_no_longer_than_its_operation_allows(
    kms: KMSClient, key: Key, operation: str, most: int
) -> None:
    ask: Any = getattr(kms, operation)
    ask(KeyId=key.key_id, Limit=most)
    rule = f"'{most + 1}' at 'limit' .*: Member must have value less than or equal to {most}$"
    with pytest.raises(kms.exceptions.ClientError, match=rule):
        ask(KeyId=key.key_id, Limit=most + 1)


@pytest.mark.parametrize(
    "operation", ["list_aliases", "list_grants", "list_keys", "list_key_rotations"]
)
def test_the_pages_of_botocore_are_no_longer(kms: KMSClient, key: Key, operation: str) -> None:
    named = {} if operation == "list_keys" else {"KeyId": key.key_id}
    paginator: Any = kms.get_paginator(operation)  # type: ignore[call-overload]
    assert list(paginator.paginate(**named))
