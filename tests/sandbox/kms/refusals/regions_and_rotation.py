"""Replicas, primary Regions and rotations that AWS KMS refuses."""

from __future__ import annotations

from kmsdemo.sandbox import mock_kms
from tests.sandbox.kms.refusals.refused import UNSUPPORTED, Refusal, new, signing
from tests.sandbox.kms.test_recorded import Account


def primary(a: Account, *regions: str) -> str:
    key_id = new(a, MultiRegion=True)
    for region in regions:
        a.kms.replicate_key(KeyId=key_id, ReplicaRegion=region)
    return key_id


def rotated(a: Account, times: int) -> None:
    key_id = new(a)
    for _ in range(times):
        a.kms.rotate_key_on_demand(KeyId=key_id)


def rotated_as_a_replica(a: Account) -> None:
    key_id = primary(a, "eu-west-1")
    a.clients.in_region("eu-west-1").kms.enable_key_rotation(KeyId=key_id)


def rotated_too_soon(a: Account) -> None:
    key_id = new(a)
    a.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    mock_kms.advance(days=90 - 19 / (24 * 60))
    a.kms.rotate_key_on_demand(KeyId=key_id)


NOT_PRIMARY = "<key> is not a multi-region primary key."
REGIONS: list[Refusal] = [
    (
        lambda a: a.kms.replicate_key(KeyId=new(a), ReplicaRegion="eu-west-1"),
        UNSUPPORTED,
        NOT_PRIMARY,
    ),
    (
        lambda a: a.kms.replicate_key(KeyId=primary(a), ReplicaRegion="mars-north-1"),
        UNSUPPORTED,
        "mars-north-1 is not a Region in which <key> can have a related key.",
    ),
    (
        lambda a: a.kms.replicate_key(KeyId=primary(a), ReplicaRegion="cn-north-1"),
        UNSUPPORTED,
        "cn-north-1 is not a Region in which <key> can have a related key.",
    ),
    (
        lambda a: primary(a, "eu-west-1", "eu-west-1"),
        "AlreadyExistsException",
        "A replica of <key> already exists in eu-west-1.",
    ),
    (
        lambda a: a.kms.update_primary_region(KeyId=primary(a), PrimaryRegion="eu-west-1"),
        "NotFoundException",
        "Key 'arn:aws:kms:eu-west-1:123456789012:key/<mrk>' does not exist",
    ),
    (
        lambda a: a.kms.enable_key_rotation(KeyId=signing(a)),
        UNSUPPORTED,
        "<key> is not a symmetric key.",
    ),
    (
        rotated_as_a_replica,
        UNSUPPORTED,
        "arn:aws:kms:eu-west-1:123456789012:key/<mrk> is not a multi-region primary key.",
    ),
    (
        rotated_too_soon,
        "ConflictException",
        "An automatic rotation of <key> begins within the next 20 minutes.",
    ),
    (
        lambda a: rotated(a, 26),
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
        "rotations can be performed for this key: <key>",
    ),
]
