"""KMS keys: create and describe them, their states and deletion, aliases, policies, replicas."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kmsdemo import errors, key_policy
from kmsdemo.aws_errors import maybe_done, translate_errors, was_repeated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

ALIAS_PREFIX = "alias/demo-kms-"
DESCRIPTION = "The key of the KMS lab"
TAGS = {"kmsdemo": "lab"}
_NOT_ANSWERED = (errors.EndpointUnreachable, errors.AwsUnavailable, errors.Throttled)
# The error codes of AWS KMS for a number out of range, or longer than any integer.
_OUT_OF_RANGE = ("Validation", "Serialization")


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key as ``DescribeKey`` returns it.

    Attributes:
        key_id: The key id.
        arn: The key ARN.
        state: ``KeyState``, such as ``Enabled``, ``Disabled`` or ``PendingDeletion``.
        spec: ``KeySpec``, such as ``SYMMETRIC_DEFAULT``.
        usage: ``KeyUsage``, such as ``ENCRYPT_DECRYPT``.
        description: The description.
        creation_date: When it was created, with time zone.
        deletion_date: When AWS KMS will delete it; ``None`` unless it is pending deletion.
    """

    key_id: str
    arn: str
    state: str
    spec: str
    usage: str
    description: str
    creation_date: datetime
    deletion_date: datetime | None

    @property
    def root_arn(self) -> str:
        """The ARN of the key's account, as a key policy names it."""
        _, partition, _, _, account, _ = self.arn.split(":")
        return f"arn:{partition}:iam::{account}:root"


def create(
    kms: KMSClient,
    *,
    alias: str | None = None,
    description: str = DESCRIPTION,
    administrators: Sequence[str] = (),
    users: Sequence[str] = (),
    tags: Mapping[str, str] = TAGS,
    multi_region: bool = False,
) -> Key:
    """Create a symmetric encryption key and its alias.

    If AWS KMS rejects the alias or the key policy, the new key is scheduled for deletion in
    7 days, so that no unused key remains. CreateKey is not idempotent: a client that repeats it
    after a lost answer can create two keys; those of ``kmsdemo.account`` do not.

    Args:
        alias: With or without ``alias/``; by default ``alias/demo-kms-`` and a random suffix.
        description: What the key is for.
        administrators: ARNs of IAM users or roles that manage the key (key administrators).
        users: ARNs of IAM users or roles that encrypt and decrypt with it (key users).
        tags: Tags of the key, by name.
        multi_region: Create a multi-Region primary key, which :func:`replicate` can replicate.

    Returns:
        The key, enabled.

    Raises:
        AliasTaken: Another key has the alias.
        InvalidAlias: AWS KMS does not accept the alias.
        InvalidKeyPolicy: A key administrator or key user does not exist.
        AccessDenied: The caller has no permission to create the key or the alias.
        KeyLeftBehind: Creation failed halfway, and scheduling the deletion failed too.
        KeyMaybeCreated: The answer to CreateKey was lost.
        KeyWithdrawn: AWS did not answer a later call, so the deletion of the key is scheduled.

    AWS: CreateKey, CreateAlias, PutKeyPolicy, AWS KMS API Reference.
    """
    alias = random_alias() if alias is None else full_alias(alias)
    key = _create_without_alias(kms, description, tags, multi_region)
    with _removed_on_failure(kms, key.key_id, alias):
        _create_alias(kms, alias, key.key_id)
        if administrators or users:
            _write_policy(kms, key, administrators, users)
    return key


def random_alias() -> str:
    """Return a new alias of the lab: ``alias/demo-kms-`` and 8 random hexadecimal digits."""
    return ALIAS_PREFIX + secrets.token_hex(4)


def full_alias(alias: str) -> str:
    """Return an alias with the prefix ``alias/``, added if it is missing."""
    return f"alias/{alias.removeprefix('alias/')}"


def describe(kms: KMSClient, key_id: str) -> Key:
    """Return a key as AWS KMS describes it.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.

    AWS: DescribeKey, AWS KMS API Reference.
    """
    with translate_errors(key_id=key_id):
        return _key(kms.describe_key(KeyId=key_id)["KeyMetadata"])


def key_ids(kms: KMSClient) -> list[str]:
    """Return the ids of all keys of this account and Region.

    Raises:
        AccessDenied: The caller has no permission to list keys.

    AWS: ListKeys, AWS KMS API Reference.
    """
    with translate_errors(key_id="this account"):
        pages = kms.get_paginator("list_keys").paginate()
        return [entry["KeyId"] for page in pages for entry in page["Keys"]]


def aliases(kms: KMSClient, key_id: str) -> list[str]:
    """Return the aliases of a key, sorted.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.

    AWS: ListAliases, AWS KMS API Reference.
    """
    with _without_alias(kms, key_id) as bare_id:
        pages = kms.get_paginator("list_aliases").paginate(KeyId=bare_id)
        return sorted(alias["AliasName"] for page in pages for alias in page["Aliases"])


def delete_aliases(kms: KMSClient, names: Sequence[str]) -> None:
    """Delete aliases; their keys are unchanged.

    Args:
        names: Aliases, with ``alias/``.

    Raises:
        KeyNotFound: An alias does not exist.
        AccessDenied: The caller has no permission to delete an alias.
        MaybeDone: The answer was lost.

    AWS: DeleteAlias, AWS KMS API Reference.
    """
    for name in names:
        deleted = maybe_done(f"{name} is deleted", f"kmsdemo describe --key-id {name}")
        with deleted, translate_errors(key_id=name):
            kms.delete_alias(AliasName=name)


def policy(kms: KMSClient, key_id: str) -> str:
    """Return the key policy of a key, a JSON document.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.

    AWS: GetKeyPolicy, AWS KMS API Reference.
    """
    with _without_alias(kms, key_id) as bare_id:
        return kms.get_key_policy(KeyId=bare_id, PolicyName="default")["Policy"]


def has_policy_for(
    kms: KMSClient, key: Key, *, administrators: Sequence[str] = (), users: Sequence[str] = ()
) -> bool:
    """Return whether a key has the policy that :func:`create` writes for these principals.

    Args:
        key: The key.
        administrators: ARNs of key administrators.
        users: ARNs of key users.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.

    AWS: GetKeyPolicy, AWS KMS API Reference.
    """
    document = key_policy.for_principals(key.root_arn, administrators=administrators, users=users)
    return bool(json.loads(policy(kms, key.key_id)) == json.loads(document))


def put_policy(kms: KMSClient, key_id: str, document: str) -> None:
    """Replace the key policy of a key.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.
        document: The policy, a JSON document.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.
        InvalidKeyPolicy: The policy is malformed, names a principal that does not exist, or would
            not let the caller change it again.
        AccessDenied: The caller has no permission to change the policy.
        MaybeDone: The answer was lost.

    AWS: PutKeyPolicy, AWS KMS API Reference.
    """
    with _changed(kms, key_id, "has its new key policy") as bare_id:
        kms.put_key_policy(KeyId=bare_id, PolicyName="default", Policy=document)


def tags(kms: KMSClient, key_id: str) -> dict[str, str]:
    """Return the tags of a key, by name.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.

    AWS: ListResourceTags, AWS KMS API Reference.
    """
    with _without_alias(kms, key_id) as bare_id:
        pages = kms.get_paginator("list_resource_tags").paginate(KeyId=bare_id)
        return {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}


def disable(kms: KMSClient, key_id: str) -> None:
    """Disable a key: the reversible alternative to deleting it. Safe to repeat.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.
        KeyPendingDeletion: The key is scheduled for deletion.
        MaybeDone: The answer was lost.

    AWS: DisableKey, AWS KMS API Reference.
    """
    with _changed(kms, key_id, "is disabled") as bare_id:
        kms.disable_key(KeyId=bare_id)


def enable(kms: KMSClient, key_id: str) -> None:
    """Enable a disabled key. Safe to repeat.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.
        KeyPendingDeletion: The key is scheduled for deletion.
        MaybeDone: The answer was lost.

    AWS: EnableKey, AWS KMS API Reference.
    """
    with _changed(kms, key_id, "is enabled") as bare_id:
        kms.enable_key(KeyId=bare_id)


def schedule_deletion(
    kms: KMSClient, key_id: str, *, waiting_period_days: int = 30
) -> datetime | None:
    """Schedule a key for deletion and return the date and time when AWS KMS will delete it.

    Until then the key state is ``PendingDeletion``, and the key cannot be used in cryptographic
    operations. :func:`cancel_deletion` restores the key, disabled.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.
        waiting_period_days: 7 to 30 days.

    Returns:
        The deletion date; ``None`` for a multi-Region primary key with replicas. Its state is
        ``PendingReplicaDeletion``: its waiting period starts when its last replica is deleted.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.
        KeyPendingDeletion: The key is scheduled for deletion already; carries the date.
        InvalidWaitingPeriod: The waiting period is not 7 to 30 days.
        MaybeDone: The answer was lost.

    AWS: ScheduleKeyDeletion, AWS KMS API Reference.
    """
    try:
        with _changed(kms, key_id, "is pending deletion") as bare_id:
            answer = kms.schedule_key_deletion(
                KeyId=bare_id, PendingWindowInDays=waiting_period_days
            )
            return answer.get("DeletionDate")
    except errors.KeyPendingDeletion as error:
        error.deletion_date = describe(kms, key_id).deletion_date
        if was_repeated(error):
            return error.deletion_date
        raise
    except (errors.AwsFailed, errors.InvalidParameter) as error:
        if _is_out_of_range(error):
            raise errors.InvalidWaitingPeriod(key_id, waiting_period_days) from error
        raise


def cancel_deletion(kms: KMSClient, key_id: str) -> None:
    """Cancel a scheduled deletion; the key is disabled then, and :func:`enable` enables it.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist, or its waiting period is over.
        KeyNotPendingDeletion: The key is not scheduled for deletion.
        MaybeDone: The answer was lost.

    AWS: CancelKeyDeletion, AWS KMS API Reference.
    """
    try:
        with _changed(kms, key_id, "is no longer pending deletion") as bare_id:
            kms.cancel_key_deletion(KeyId=bare_id)
    except errors.KeyNotPendingDeletion as error:
        if not was_repeated(error):
            raise


def replicate(kms: KMSClient, key_id: str, region: str) -> Key:
    """Replicate a multi-Region primary key into another Region.

    Args:
        key_id: Key id, key ARN, alias or alias ARN of the primary key.
        region: The Region of the replica, such as ``eu-west-1``.

    Returns:
        The replica key; it has the key id of its primary key.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.
        KeyUnusable: The key is not a multi-Region primary key.
        MaybeDone: The answer was lost.

    AWS: ReplicateKey, AWS KMS API Reference.
    """
    with _changed(kms, key_id, f"has a replica in {region}") as bare_id:
        answer = kms.replicate_key(KeyId=bare_id, ReplicaRegion=region)
        return _key(answer["ReplicaKeyMetadata"])


def replica_regions(kms: KMSClient, key_id: str) -> list[str]:
    """Return the Regions of a multi-Region key's replicas; an empty list for any other key.

    Args:
        key_id: Key id, key ARN, alias or alias ARN.

    Raises:
        KeyNotFound: The key does not exist in this account and Region.

    AWS: DescribeKey, AWS KMS API Reference.
    """
    with translate_errors(key_id=key_id):
        metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    replicas = metadata.get("MultiRegionConfiguration", {}).get("ReplicaKeys", [])
    return [replica["Region"] for replica in replicas]


def _create_without_alias(
    kms: KMSClient, description: str, tags: Mapping[str, str], multi_region: bool
) -> Key:
    try:
        with translate_errors(key_id="the new key"):
            answer = kms.create_key(
                Description=description,
                KeySpec="SYMMETRIC_DEFAULT",
                KeyUsage="ENCRYPT_DECRYPT",
                MultiRegion=multi_region,
                Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
            )
            return _key(answer["KeyMetadata"])
    except errors.AnswerLost as error:
        raise errors.KeyMaybeCreated(error.reason) from error


@contextmanager
def _removed_on_failure(kms: KMSClient, key_id: str, alias: str) -> Iterator[None]:
    try:
        yield
    except BaseException as failure:
        try:
            schedule_deletion(kms, key_id, waiting_period_days=7)
        except errors.KmsdemoError as error:
            raise errors.KeyLeftBehind(key_id, error.what) from failure
        if _is_alias_of(kms, alias, key_id):
            with suppress(errors.KmsdemoError):
                delete_aliases(kms, [alias])
        if isinstance(failure, _NOT_ANSWERED):
            raise errors.KeyWithdrawn(key_id, failure.what) from failure
        raise


def _create_alias(kms: KMSClient, alias: str, key_id: str) -> None:
    try:
        with translate_errors(key_id=alias):
            kms.create_alias(AliasName=alias, TargetKeyId=key_id)
    except errors.AliasTaken:
        # If the answer is lost, boto3 repeats the call and finds its own alias.
        if not _is_alias_of(kms, alias, key_id):
            raise


def _is_alias_of(kms: KMSClient, alias: str, key_id: str) -> bool:
    try:
        return describe(kms, alias).key_id == key_id
    except errors.KmsdemoError:
        return False


def _is_out_of_range(error: errors.AwsFailed | errors.InvalidParameter) -> bool:
    if isinstance(error, errors.InvalidParameter):
        return "PendingWindowInDays" in error.reason
    return error.code in _OUT_OF_RANGE


def _write_policy(
    kms: KMSClient, key: Key, administrators: Sequence[str], users: Sequence[str]
) -> None:
    document = key_policy.for_principals(key.root_arn, administrators=administrators, users=users)
    put_policy(kms, key.key_id, document)


def _key(metadata: KeyMetadataTypeDef) -> Key:
    return Key(
        key_id=metadata["KeyId"],
        arn=metadata["Arn"],
        state=metadata["KeyState"],
        spec=metadata.get("KeySpec", ""),
        usage=metadata.get("KeyUsage", ""),
        description=metadata.get("Description", ""),
        creation_date=metadata["CreationDate"],
        deletion_date=metadata.get("DeletionDate"),
    )


@contextmanager
def _changed(kms: KMSClient, key_id: str, change: str) -> Iterator[str]:
    """Yield what :func:`_without_alias` yields, for a call after which a change is done."""
    done = maybe_done(f"the KMS key {key_id} {change}", f"kmsdemo describe --key-id {key_id}")
    with _without_alias(kms, key_id) as bare_id, done, translate_errors(key_id=key_id):
        yield bare_id


@contextmanager
def _without_alias(kms: KMSClient, key_id: str) -> Iterator[str]:
    """Yield a key id or key ARN for an alias: most operations that manage keys accept no alias.

    Errors name the key as the caller did.
    """
    with translate_errors(key_id=key_id):
        is_alias = key_id.startswith("alias/") or ":alias/" in key_id
        yield describe(kms, key_id).key_id if is_alias else key_id
