"""The KMS key of the lab: find it by its alias, or create it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kmsdemo import errors
from kmsdemo.aws_errors import translate_errors
from kmsdemo.keys import (
    ALIAS_PREFIX,
    DESCRIPTION,
    Key,
    create,
    describe,
    full_alias,
    has_policy_for,
)

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def find(kms: KMSClient, *, pending_deletion: bool = False) -> Key:
    """Return the only key that has an alias of the lab (``alias/demo-kms-…``).

    Args:
        pending_deletion: If several keys have such an alias, consider only those that are
            pending deletion, if any; by default, only those that are not.

    Raises:
        NoLabKey: No key has an alias of the lab.
        SeveralLabKeys: More than one key remains.

    AWS: ListAliases, DescribeKey, AWS KMS API Reference.
    """
    lab_keys = _lab_keys(kms)
    if not lab_keys:
        raise errors.NoLabKey
    return _only(_by_pending_deletion(lab_keys, pending_deletion) or lab_keys)


def named(kms: KMSClient, key_id: str | None, *, pending_deletion: bool = False) -> Key:
    """Return the key of this name or, without a name, the key of the lab.

    Args:
        key_id: Key id, key ARN, alias or alias ARN; ``None`` for the key of the lab.
        pending_deletion: As in :func:`find`.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.
        NoLabKey, SeveralLabKeys: As in :func:`find`.
    """
    if key_id is None:
        return find(kms, pending_deletion=pending_deletion)
    return describe(kms, key_id)


def in_use(kms: KMSClient) -> Key | None:
    """Return the only key of the lab that is not pending deletion; ``None`` if there is none.

    Raises:
        SeveralLabKeys: There are several.

    AWS: ListAliases, DescribeKey, AWS KMS API Reference.
    """
    used = _by_pending_deletion(_lab_keys(kms), False)
    return _only(used) if used else None


def ensure(
    kms: KMSClient,
    *,
    alias: str | None = None,
    description: str = DESCRIPTION,
    administrators: Sequence[str] = (),
    users: Sequence[str] = (),
) -> tuple[Key, bool]:
    """Return the key of the lab, created if it does not exist. Safe to repeat.

    Args:
        alias: The key with this alias, with or without ``alias/``; by default the only key
            whose alias begins with ``alias/demo-kms-`` and that is not pending deletion.
        description, administrators, users: As in :func:`create`, for a new key.

    Returns:
        The key, and whether it was created.

    Raises:
        SeveralLabKeys: Several keys of the lab are not pending deletion.
        LabKeyExists: The key exists with another key policy, so ``administrators`` or ``users``
            cannot be set.
        KeyPendingDeletion: The key with this alias is pending deletion.
        AliasTaken, InvalidAlias, InvalidKeyPolicy: As in :func:`create`.
    """
    key = in_use(kms) if alias is None else _with_alias(kms, full_alias(alias))
    if key is None:
        new = create(
            kms, alias=alias, description=description, administrators=administrators, users=users
        )
        return new, True
    is_as_created = not (administrators or users) or has_policy_for(
        kms, key, administrators=administrators, users=users
    )
    if not is_as_created:
        raise errors.LabKeyExists(key.key_id)
    return key, False


def _with_alias(kms: KMSClient, alias: str) -> Key | None:
    try:
        key = describe(kms, alias)
    except errors.KeyNotFound:
        return None
    if _is_pending(key):
        raise errors.KeyPendingDeletion(alias, key.deletion_date)
    return key


def _lab_keys(kms: KMSClient) -> dict[str, Key]:
    """Return the keys of the lab by their aliases."""
    with translate_errors(key_id=ALIAS_PREFIX):
        pages = kms.get_paginator("list_aliases").paginate()
        names = [
            alias["AliasName"]
            for page in pages
            for alias in page["Aliases"]
            if alias["AliasName"].startswith(ALIAS_PREFIX) and "TargetKeyId" in alias
        ]
    return {name: describe(kms, name) for name in names}


def _by_pending_deletion(lab_keys: Mapping[str, Key], pending: bool) -> dict[str, Key]:
    return {alias: key for alias, key in lab_keys.items() if _is_pending(key) == pending}


def _is_pending(key: Key) -> bool:
    return key.state == "PendingDeletion"


def _only(lab_keys: Mapping[str, Key]) -> Key:
    first, *others = {key.key_id: key for key in lab_keys.values()}.values()
    if others:
        raise errors.SeveralLabKeys(tuple(sorted(lab_keys)))
    return first
