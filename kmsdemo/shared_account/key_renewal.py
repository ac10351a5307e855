"""Makes a key that was used as it was when it was new."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from kmsdemo import key_policy, keys
from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def renewal(kms: KMSClient, key_id: str, *, keeping: Container[str] = ()) -> Callable[[], None]:
    """Look at a key, and return what makes it new.

    That enables it, and takes away its aliases, grants, tags, rotation and what its policy allows.
    Only its material, its id, its description and its date of creation stay.

    Args:
        key_id: Key id or key ARN.
        keeping: Names of tags that stay.

    Raises:
        KeyNotFound, KeyUnusable, AccessDenied, Throttled: As AWS says. What is returned raises
            them too; it is half done then.

    AWS: CancelKeyDeletion, EnableKey, PutKeyPolicy, DisableKeyRotation, RevokeGrant,
    UntagResource, DeleteAlias, AWS KMS API Reference.
    """
    key = keys.describe(kms, key_id)
    aliases = keys.aliases(kms, key_id)
    tags = [name for name in keys.tags(kms, key_id) if name not in keeping]
    grants = _grants(kms, key_id)

    def renew() -> None:
        if key.state.startswith("Pending"):
            keys.cancel_deletion(kms, key_id)
        keys.enable(kms, key_id)
        keys.put_policy(kms, key_id, key_policy.for_principals(key.root_arn))
        keys.delete_aliases(kms, aliases)
        with translated(key_id=key_id):
            kms.disable_key_rotation(KeyId=key_id)
            for grant_id in grants:
                kms.revoke_grant(KeyId=key_id, GrantId=grant_id)
            if tags:
                kms.untag_resource(KeyId=key_id, TagKeys=tags)

    return renew


def _grants(kms: KMSClient, key_id: str) -> list[str]:
    with translated(key_id=key_id):
        pages = kms.get_paginator("list_grants").paginate(KeyId=key_id)
        return [grant["GrantId"] for page in pages for grant in page["Grants"]]
