"""Finds, by their tags, the keys and tables that runs did not remove, and removes them.

Nothing without the tags of a run is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.aws_errors import translate_errors
from kmsdemo.shared_account import tags
from kmsdemo.shared_account.tags import Tags

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

WAITING_PERIOD_DAYS = 7
_TABLE_PREFIX = f"{table.TABLE_NAME}-"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A key or a table that a run created.

    Attributes:
        kind: ``key`` or ``table``.
        name: The key id or the table name.
        run: The tags of the run.
    """

    kind: str
    name: str
    run: Tags

    @property
    def has_expired(self) -> bool:
        """Whether the run has ended for certain."""
        return self.run.expires < datetime.now(timezone.utc)


def check_permissions(clients: Clients) -> None:
    """Check, before anything is created, that the caller can list keys and tables.

    Raises:
        AccessDenied: The caller has no permission to list keys or tables.
        EndpointUnreachable: No service with an AWS API answers.
    """
    keys.key_ids(clients.kms)
    table.names(clients.dynamodb)


def find(clients: Clients, run_id: str | None = None) -> list[Leftover]:
    """Return the keys and tables that runs created in this account and Region and did not remove.

    A key counts as removed if it and its replicas are deleted within 7 days and it has no alias.

    Args:
        clients: Clients with permission to list keys, aliases and tables, and to read their tags.
        run_id: Only the leftovers of this run.

    Raises:
        AccessDenied: The caller has no permission to list keys or tables.

    AWS: ListKeys, ListResourceTags, AWS KMS API Reference; ListTables, ListTagsOfResource,
    Amazon DynamoDB API Reference.
    """
    found = [*_keys(clients), *_tables(clients.dynamodb)]
    return [leftover for leftover in found if run_id in (None, leftover.run.run_id)]


def remove(clients: Clients, leftovers: Sequence[Leftover]) -> dict[Leftover, errors.KmsdemoError]:
    """Schedule keys for deletion in 7 days, and delete their aliases and tables.

    If one removal fails, the others continue.

    Returns:
        The leftovers that could not be removed, each with its error.

    AWS: ScheduleKeyDeletion, DeleteAlias, AWS KMS API Reference; DeleteTable, Amazon DynamoDB
    API Reference.
    """
    removals: dict[Leftover, Callable[[], None]] = {}
    failures: dict[Leftover, errors.KmsdemoError] = {}

    def prepare(leftover: Leftover) -> None:
        removals[leftover] = _prepare_removal(clients, leftover)

    def begin(leftover: Leftover) -> None:
        removals[leftover]()

    def end(leftover: Leftover) -> None:
        if leftover.kind == "table":
            table.wait_until_deleted(clients.dynamodb, leftover.name)

    # Each step for all leftovers before the next step: changes propagate meanwhile.
    for step in (prepare, begin, end):
        remaining = [leftover for leftover in leftovers if leftover not in failures]
        failures |= _failures(step, remaining)
    return failures


def prepare_key_removal(clients: Clients, key_id: str) -> Callable[[], None]:
    """Read a key, and return a function that removes it.

    The function schedules the key and its replicas for deletion in 7 days and deletes the aliases.

    Args:
        key_id: Key id or key ARN.

    Raises:
        KeyNotFound, AccessDenied, Throttled: A call fails. The returned function raises them too.
    """
    all_regions = _in_all_regions(clients, key_id)
    aliases = keys.aliases(clients.kms, key_id)

    def remove() -> None:
        for kms, key in all_regions:
            _schedule_deletion(kms, key)
        keys.delete_aliases(clients.kms, aliases)

    return remove


def _failures(
    step: Callable[[Leftover], None], leftovers: Sequence[Leftover]
) -> dict[Leftover, errors.KmsdemoError]:
    failures = {}
    for leftover in leftovers:
        try:
            step(leftover)
        except errors.KmsdemoError as error:  # noqa: PERF203, each call may fail on its own
            failures[leftover] = error
    return failures


def _prepare_removal(clients: Clients, leftover: Leftover) -> Callable[[], None]:
    if leftover.kind == "key":
        return prepare_key_removal(clients, leftover.name)
    return partial(table.start_deletion, clients.dynamodb, leftover.name)


def _in_all_regions(clients: Clients, key_id: str) -> list[tuple[KMSClient, keys.Key]]:
    """Return the replicas of a key and then the key itself, each with the client of its Region."""
    regions = keys.replica_regions(clients.kms, key_id)
    kms_clients = [*(clients.in_region(region).kms for region in regions), clients.kms]
    return [(kms, keys.describe(kms, key_id)) for kms in kms_clients]


def _schedule_deletion(kms: KMSClient, key: keys.Key) -> None:
    if _is_deleted_soon(key):
        return
    if key.state == "PendingDeletion":
        keys.cancel_deletion(kms, key.key_id)
    keys.schedule_deletion(kms, key.key_id, waiting_period_days=WAITING_PERIOD_DAYS)


def _is_deleted_soon(key: keys.Key) -> bool:
    """Return whether a key is deleted within 7 days, or waits for its last replica."""
    if key.state != "PendingDeletion" or key.deletion_date is None:
        return key.state == "PendingReplicaDeletion"
    soon = datetime.now(timezone.utc) + timedelta(days=WAITING_PERIOD_DAYS, minutes=1)
    return key.deletion_date < soon


def _keys(clients: Clients) -> Iterator[Leftover]:
    for key_id in keys.key_ids(clients.kms):
        # The caller may have no access to keys of others, and others may delete theirs meanwhile.
        with suppress(errors.AccessDenied, errors.KeyNotFound, errors.KeyUnusable):
            run = tags.read(keys.tags(clients.kms, key_id))
            if run is not None and not _is_removed(clients, key_id):
                yield Leftover("key", key_id, run)


def _is_removed(clients: Clients, key_id: str) -> bool:
    all_deleted = all(_is_deleted_soon(key) for _, key in _in_all_regions(clients, key_id))
    return all_deleted and not keys.aliases(clients.kms, key_id)


def _tables(dynamodb: DynamoDBClient) -> Iterator[Leftover]:
    for name in table.names(dynamodb):
        with suppress(errors.AccessDenied, errors.TableNotFound):
            if name.startswith(_TABLE_PREFIX) and (run := _run_of(dynamodb, name)):
                yield Leftover("table", name, run)


def _run_of(dynamodb: DynamoDBClient, table_name: str) -> Tags | None:
    found = table.describe(dynamodb, table_name)
    if found.status == "DELETING":
        return None
    with translate_errors(table_name=table_name):
        pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=found.arn)
        return tags.read({tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]})
