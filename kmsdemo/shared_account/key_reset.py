"""Resets a used key to the state of a new key."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from kmsdemo import key_policy, keys
from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def prepare_reset(
    kms: KMSClient, key_id: str, *, keeping: Container[str] = ()
) -> Callable[[], None]:
    """Read a key, and return a function that resets it.

    The reset cancels a scheduled deletion, enables the key, writes the default key policy, disables
    rotation, and removes aliases, grants and tags. Key material, key id, description and
    creation date do not change.

    Args:
        key_id: Key id or key ARN.
        keeping: Names of tags to keep.

    Raises:
        KeyNotFound, KeyUnusable, AccessDenied, Throttled: A call fails. The returned function
            raises them too, and then leaves the reset incomplete.

    AWS: CancelKeyDeletion, EnableKey, PutKeyPolicy, DisableKeyRotation, RevokeGrant,
    UntagResource, DeleteAlias, AWS KMS API Reference.
    """
    key = keys.describe(kms, key_id)
    aliases = keys.aliases(kms, key_id)
    tags = [name for name in keys.tags(kms, key_id) if name not in keeping]
    grants = _grants(kms, key_id)

    def reset() -> None:
        if key.state.startswith("Pending"):
            keys.cancel_deletion(kms, key_id)
        keys.enable(kms, key_id)
        keys.put_policy(kms, key_id, key_policy.for_principals(key.root_arn))
        keys.delete_aliases(kms, aliases)
        with translate_errors(key_id=key_id):
            kms.disable_key_rotation(KeyId=key_id)
            for grant_id in grants:
                kms.revoke_grant(KeyId=key_id, GrantId=grant_id)
            if tags:
                kms.untag_resource(KeyId=key_id, TagKeys=tags)

    return reset


def _grants(kms: KMSClient, key_id: str) -> list[str]:
    with translate_errors(key_id=key_id):
        pages = kms.get_paginator("list_grants").paginate(KeyId=key_id)
        return [grant["GrantId"] for page in pages for grant in page["Grants"]]
