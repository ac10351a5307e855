"""Related multi-Region keys: what they share, what each has of its own, and their deletion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, DISABLED, NOT_FOUND, STATE, UNSUPPORTED
from benchmarks.behaviours.users import EVERYTHING, User

IRELAND, OREGON = "eu-west-1", "us-west-2"
_TAGS = [{"TagKey": "a", "TagValue": "b"}]


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    guide = "AWS KMS Developer Guide"
    reference = "AWS KMS API Reference"
    yield from rows("Multi-Region keys", f"ReplicateKey, {reference}", _own())
    yield from rows("Multi-Region keys", f"UpdatePrimaryRegion, {reference}", _moved())
    yield from rows("Multi-Region keys", f"Deleting multi-Region keys, {guide}", _deleted())
    conditions = f"kms:MultiRegionKeyType, {guide}"
    yield from rows("Conditions of policies", conditions, _conditions())


def _own() -> Iterator[Row]:
    yield "The description of a replica by default", "", _of_replica("Description")
    yield "The tags of a replica by default", "[]", lambda a: str(_pair(a)[1]["ReplicaTags"])
    yield "The key policy of a replica by default", "key-default-1", _default_policy
    yield "The alias of a primary key, in its replica's Region", NOT_FOUND, _alias
    yield "A disabled primary key: the state of its replica", "Enabled", _disabled_primary
    yield "A disabled replica: the state of its primary key", "Enabled", _disabled_replica
    yield "A disabled primary key decrypts in the replica's Region", "secret", _decrypted
    yield "The rotation period of a replica", "100", _period
    yield "The current key material of both after a rotation", "equal", _materials
    yield "The key ARN of a replica", IRELAND, lambda a: _of_replica("Arn")(a).split(":")[3]
    yield "The primary key, as its replica describes it", "us-east-1", _primary_of_replica
    yield "A replica in another partition", UNSUPPORTED, _replicated_to("cn-north-1")
    yield "A replica in a Region that is none", UNSUPPORTED, _replicated_to("xx-west-1")


def _moved() -> Iterator[Row]:
    yield "EnableKeyRotation of the new primary key", SUCCESS, _rotated(new=True)
    yield "EnableKeyRotation of the former primary key", UNSUPPORTED, _rotated(new=False)
    yield "ReplicateKey of the new primary key", "Creating", _replicated_again(new=True)
    yield "ReplicateKey of the former primary key", UNSUPPORTED, _replicated_again(new=False)
    yield "The former primary key is deleted as a replica is", "PendingDeletion", _former_deleted
    yield (
        "UpdatePrimaryRegion of a primary key that is disabled",
        DISABLED,
        _move_disabled,
    )


def _deleted() -> Iterator[Row]:
    yield "Encrypt with a primary key that waits for its replicas", STATE, _waiting("encrypt")
    yield (
        "ReplicateKey of a primary key that waits for its replicas",
        STATE,
        _waiting("replicate_key"),
    )
    yield "UpdatePrimaryRegion, while it waits", STATE, _waiting("update_primary_region")
    yield "DisableKey, while it waits", STATE, _waiting("disable_key")
    yield "ScheduleKeyDeletion, while it waits", STATE, _waiting("schedule_key_deletion")
    yield "DescribeKey, while it waits", SUCCESS, _waiting("describe_key")
    yield "CancelKeyDeletion, while it waits: the state", "Disabled", _cancelled
    yield "A replica whose deletion is only scheduled", "PendingReplicaDeletion", _only_scheduled
    yield "The waiting period begins when the last replica is deleted", "10", _days_after
    yield "ReplicateKey into the Region of a deleted replica", SUCCESS, _again
    yield (
        "ReplicateKey into the Region of a replica that is pending deletion",
        "AlreadyExistsException",
        _too_early,
    )
    yield "A deleted replica is not listed", "0", _not_listed


def _conditions() -> Iterator[Row]:
    yield "kms:MultiRegionKeyType of what ReplicateKey creates", SUCCESS, _may_create("REPLICA")
    yield (
        "kms:MultiRegionKeyType of a primary, in ReplicateKey",
        DENIED,
        _may_create("PRIMARY"),
    )


# ------------------------------------------------------------------------------------- calls


def _pair(account: Account, **options: Any) -> tuple[str, Any, Any]:
    """Return the id of related keys, the answer of ReplicateKey, and a client of the replica."""
    key_id = account.key(MultiRegion=True, **options)
    made = account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)
    return key_id, made, account.in_region(IRELAND)


def _of_replica(field: str) -> Call:
    return lambda account: str(
        _pair(account, Description="mine", Tags=_TAGS)[1]["ReplicaKeyMetadata"][field]
    )


def _default_policy(account: Account) -> str:
    return str(json.loads(_pair(account)[1]["ReplicaPolicy"])["Id"])


def _alias(account: Account) -> None:
    key_id, _, ireland = _pair(account)
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=key_id)
    ireland.describe_key(KeyId=f"alias/{key_id}")


def _state(kms: Any, key_id: str) -> str:
    return str(kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"])


def _disabled_primary(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    account.kms.disable_key(KeyId=key_id)
    return _state(ireland, key_id)


def _disabled_replica(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    ireland.disable_key(KeyId=key_id)
    return _state(account.kms, key_id)


def _decrypted(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    blob = account.blob(key_id)
    account.kms.disable_key(KeyId=key_id)
    return str(ireland.decrypt(KeyId=key_id, CiphertextBlob=blob)["Plaintext"].decode())


def _period(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    return str(ireland.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"])


def _materials(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    account.kms.rotate_key_on_demand(KeyId=key_id)
    first, second = (
        kms.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
        for kms in (account.kms, ireland)
    )
    return "equal" if first == second else "different"


def _primary_of_replica(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    metadata = ireland.describe_key(KeyId=key_id)["KeyMetadata"]
    return str(metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"])


def _replicated_to(region: str) -> Call:
    return lambda account: account.kms.replicate_key(
        KeyId=account.key(MultiRegion=True), ReplicaRegion=region
    )


def _swapped(account: Account, *, new: bool) -> tuple[str, Any]:
    """Return the id of related keys, and a client of the new or of the former primary key."""
    key_id, _, ireland = _pair(account)
    account.kms.update_primary_region(KeyId=key_id, PrimaryRegion=IRELAND)
    return key_id, ireland if new else account.kms


def _rotated(*, new: bool) -> Call:
    def call(account: Account) -> None:
        key_id, kms = _swapped(account, new=new)
        kms.enable_key_rotation(KeyId=key_id)

    return call


def _replicated_again(*, new: bool) -> Call:
    def call(account: Account) -> str:
        key_id, kms = _swapped(account, new=new)
        made = kms.replicate_key(KeyId=key_id, ReplicaRegion=OREGON)
        return str(made["ReplicaKeyMetadata"]["KeyState"])

    return call


def _former_deleted(account: Account) -> str:
    key_id, kms = _swapped(account, new=False)
    return str(kms.schedule_key_deletion(KeyId=key_id)["KeyState"])


def _move_disabled(account: Account) -> None:
    key_id, _, _ = _pair(account)
    account.kms.disable_key(KeyId=key_id)
    account.kms.update_primary_region(KeyId=key_id, PrimaryRegion=IRELAND)


_OPTIONS: dict[str, dict[str, Any]] = {
    "encrypt": {"Plaintext": b"secret"},
    "replicate_key": {"ReplicaRegion": OREGON},
    "update_primary_region": {"PrimaryRegion": IRELAND},
}


def _waiting(operation: str) -> Call:
    """Return an operation on a primary key whose deletion waits for its replica."""

    def call(account: Account) -> None:
        key_id, _, _ = _pair(account)
        account.kms.schedule_key_deletion(KeyId=key_id)
        getattr(account.kms, operation)(KeyId=key_id, **_OPTIONS.get(operation, {}))

    return call


def _cancelled(account: Account) -> str:
    key_id, _, _ = _pair(account)
    account.kms.schedule_key_deletion(KeyId=key_id)
    account.kms.cancel_key_deletion(KeyId=key_id)
    return _state(account.kms, key_id)


def _only_scheduled(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    account.kms.schedule_key_deletion(KeyId=key_id)
    ireland.schedule_key_deletion(KeyId=key_id)
    return _state(account.kms, key_id)


def _days_after(account: Account) -> str:
    key_id, _, ireland = _pair(account)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=10)
    replica = ireland.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    account.emulator.advance(8)
    primary = account.metadata(key_id)
    return str((primary["DeletionDate"] - replica["DeletionDate"]).days)


def _again(account: Account) -> None:
    key_id = _without_replica(account)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)


def _without_replica(account: Account) -> str:
    """Return the id of a primary key whose replica is deleted."""
    key_id, _, ireland = _pair(account)
    ireland.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    account.emulator.advance(8)
    return key_id


def _too_early(account: Account) -> None:
    key_id, _, ireland = _pair(account)
    ireland.schedule_key_deletion(KeyId=key_id)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)


def _not_listed(account: Account) -> str:
    metadata = account.metadata(_without_replica(account))
    return str(len(metadata["MultiRegionConfiguration"]["ReplicaKeys"]))


def _may_create(kind: str) -> Call:
    condition = {"Condition": {"StringEquals": {"kms:MultiRegionKeyType": kind}}}

    def call(account: Account) -> None:
        user = User(
            account,
            {**EVERYTHING, "Action": "kms:ReplicateKey"},
            {**EVERYTHING, "Action": "kms:CreateKey", **condition},
        )
        user.kms.replicate_key(KeyId=account.key(MultiRegion=True), ReplicaRegion=IRELAND)

    return call
