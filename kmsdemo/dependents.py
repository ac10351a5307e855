"""The items of a table that depend on a KMS key: without the key, nobody can decrypt them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from kmsdemo import errors, keys
from kmsdemo.cipher import CIPHERS
from kmsdemo.keys import Key
from kmsdemo.parallel import in_threads
from kmsdemo.vault import Item, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


def of_key(kms: KMSClient, dynamodb: DynamoDBClient, key: Key, table_name: str) -> Iterator[Item]:
    """Yield the items of a table that depend on a key, or may depend on it.

    An item of a vault names its key. Any other item is tried with one request to Decrypt; it counts
    if AWS KMS refuses the request for another reason than the wrong key.

    Raises:
        TableSchemaDiffers: The table cannot be read.
        AccessDenied: The caller has no permission to scan the table.
        Throttled, AwsUnavailable, EndpointUnreachable: AWS does not answer.

    AWS: Scan, Amazon DynamoDB API Reference; Decrypt, AWS KMS API Reference.
    """

    def dependent(item: Item) -> Item | None:
        return item if depends(kms, key, item) else None

    with suppress(errors.TableNotFound):
        yield from filter(None, in_threads(dependent, items(dynamodb, table_name)))


def depends(kms: KMSClient, key: Key, item: Item) -> bool:
    """Return whether an item depends on a key, or may depend on it."""
    if item.ciphertext_blob is None:
        return False
    if item.key_arn:
        return item.key_arn.endswith(f":key/{key.key_id}")
    if item.cipher not in CIPHERS:
        return True
    cipher = CIPHERS[item.cipher](kms, key.arn, item.context_table)
    try:
        cipher.decrypt(item.ciphertext_blob, item.appuser)
    except errors.WrongKey:
        return False
    except (errors.KeyFault, errors.AccessDenied, errors.PasswordNotText):
        return True
    return True


def schedule_deletion(
    kms: KMSClient,
    dynamodb: DynamoDBClient,
    key: Key,
    table_name: str,
    *,
    waiting_period_days: int = 30,
) -> datetime | None:
    """Schedule a key for deletion, unless items of a table depend on it.

    :func:`kmsdemo.keys.schedule_deletion` does the same without a check of the table.

    Returns:
        The deletion date, as :func:`kmsdemo.keys.schedule_deletion` returns it.

    Raises:
        KeyInUse: Items depend on the key, or may depend on it. Nothing was done.
        KeyPendingDeletion, InvalidWaitingPeriod: As in :func:`kmsdemo.keys.schedule_deletion`.

    AWS: ScheduleKeyDeletion, AWS KMS API Reference; "Determine past usage of a KMS key", AWS KMS
    Developer Guide.
    """
    if count := sum(1 for _ in of_key(kms, dynamodb, key, table_name)):
        raise errors.KeyInUse(key.key_id, table_name, count)
    return keys.schedule_deletion(kms, key.key_id, waiting_period_days=waiting_period_days)
