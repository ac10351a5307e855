"""What runs made and did not remove: found by its tags, and removed.

Only what carries the tags of a run is ever touched.
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
from kmsdemo.aws_errors import translated
from kmsdemo.shared_account import tags
from kmsdemo.shared_account.tags import Tags

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

WAITING_PERIOD_DAYS = 7
_TABLE_PREFIX = f"{table.TABLE_NAME}-"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A key or a table that a run made.

    Attributes:
        kind: ``key`` or ``table``.
        name: The key id, or the table's name.
        run: What its tags say.
    """

    kind: str
    name: str
    run: Tags

    @property
    def has_expired(self) -> bool:
        """Whether no run can still need it."""
        return self.run.expires < datetime.now(timezone.utc)


def look(clients: Clients) -> None:
    """List keys and tables, as :func:`find` does first: who may not, had better make none.

    Raises:
        AccessDenied: The caller may not list.
        EndpointUnreachable: Nobody answers, or not as AWS does.
    """
    keys.key_ids(clients.kms)
    table.names(clients.dynamodb)


def find(clients: Clients, run_id: str | None = None) -> list[Leftover]:
    """Return the keys and tables that runs made in this account and Region and did not remove.

    A key is removed when it and its replicas will be deleted within 7 days and it has no alias.

    Args:
        clients: Of whoever may list keys, aliases and tables, and read their tags.
        run_id: Only those of this run.

    Raises:
        AccessDenied: The caller may not list.

    AWS: ListKeys, ListResourceTags, AWS KMS API Reference; ListTables, ListTagsOfResource,
    Amazon DynamoDB API Reference.
    """
    found = [*_keys(clients), *_tables(clients.dynamodb)]
    return [leftover for leftover in found if run_id in (None, leftover.run.run_id)]


def remove(clients: Clients, leftovers: Sequence[Leftover]) -> dict[Leftover, errors.KmsdemoError]:
    """Schedule keys for deletion in 7 days without their aliases, and delete tables.

    What fails does not keep the others from being removed.

    Returns:
        What could not be removed, and why.

    AWS: ScheduleKeyDeletion, DeleteAlias, AWS KMS API Reference; DeleteTable, Amazon DynamoDB
    API Reference.
    """
    removals: dict[Leftover, Callable[[], None]] = {}
    failures: dict[Leftover, errors.KmsdemoError] = {}

    def prepare(leftover: Leftover) -> None:
        removals[leftover] = _removal(clients, leftover)

    def begin(leftover: Leftover) -> None:
        removals[leftover]()

    def end(leftover: Leftover) -> None:
        if leftover.kind == "table":
            table.wait_until_gone(clients.dynamodb, leftover.name)

    # Each step of all before the next of any: a change takes its time to be seen, and a key
    # that is left costs more than a table.
    for step in (prepare, begin, end):
        remaining = [leftover for leftover in leftovers if leftover not in failures]
        failures |= _failures(step, remaining)
    return failures


def removal_of_key(clients: Clients, key_id: str) -> Callable[[], None]:
    """Look at a key, and return what removes it.

    That schedules it and its replicas for deletion in 7 days, and takes its aliases away.

    Raises:
        KeyNotFound, AccessDenied, Throttled: As AWS says; also what is returned may.
    """
    everywhere = _everywhere(clients, key_id)
    aliases = keys.aliases(clients.kms, key_id)

    def remove() -> None:
        for kms, key in everywhere:
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


def _removal(clients: Clients, leftover: Leftover) -> Callable[[], None]:
    if leftover.kind == "key":
        return removal_of_key(clients, leftover.name)
    return partial(table.start_deletion, clients.dynamodb, leftover.name)


def _everywhere(clients: Clients, key_id: str) -> list[tuple[KMSClient, keys.Key]]:
    """Return a key's replicas and, last, the key, each with the client of its Region."""
    regions = keys.replica_regions(clients.kms, key_id)
    there = [*(clients.in_region(region).kms for region in regions), clients.kms]
    return [(kms, keys.describe(kms, key_id)) for kms in there]


def _schedule_deletion(kms: KMSClient, key: keys.Key) -> None:
    if _goes_soon(key):
        return
    if key.state == "PendingDeletion":
        keys.cancel_deletion(kms, key.key_id)
    keys.schedule_deletion(kms, key.key_id, waiting_period_days=WAITING_PERIOD_DAYS)


def _goes_soon(key: keys.Key) -> bool:
    """Return whether a key goes within 7 days, or when its last replica is gone."""
    if key.state != "PendingDeletion" or key.deletion_date is None:
        return key.state == "PendingReplicaDeletion"
    soon = datetime.now(timezone.utc) + timedelta(days=WAITING_PERIOD_DAYS, minutes=1)
    return key.deletion_date < soon


def _keys(clients: Clients) -> Iterator[Leftover]:
    for key_id in keys.key_ids(clients.kms):
        # Others' keys may be closed to us, or go while we look.
        with suppress(errors.AccessDenied, errors.KeyNotFound, errors.KeyUnusable):
            run = tags.read(keys.tags(clients.kms, key_id))
            if run is not None and not _is_removed(clients, key_id):
                yield Leftover("key", key_id, run)


def _is_removed(clients: Clients, key_id: str) -> bool:
    all_go = all(_goes_soon(key) for _, key in _everywhere(clients, key_id))
    return all_go and not keys.aliases(clients.kms, key_id)


def _tables(dynamodb: DynamoDBClient) -> Iterator[Leftover]:
    for name in table.names(dynamodb):
        with suppress(errors.AccessDenied, errors.TableNotFound):
            if name.startswith(_TABLE_PREFIX) and (run := _run_of(dynamodb, name)):
                yield Leftover("table", name, run)


def _run_of(dynamodb: DynamoDBClient, table_name: str) -> Tags | None:
    found = table.describe(dynamodb, table_name)
    if found.status == "DELETING":
        return None
    with translated(table_name=table_name):
        pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=found.arn)
        return tags.read({tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]})
