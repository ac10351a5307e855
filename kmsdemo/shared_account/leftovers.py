"""Finds the keys and tables that runs did not remove, and removes them.

Anybody who may tag a key can write the tags of a run on it. So a key is a leftover only if it was
also created during the run, and has no alias but those of the lab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.aws_errors import translate_errors
from kmsdemo.shared_account import record, tags
from kmsdemo.shared_account.tags import Tags

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

    from kmsdemo.shared_account.run import Run

WAITING_PERIOD_DAYS = 7
MAX_ATTEMPTS = 10
"""How often a call that finds or removes leftovers is tried: more often, because of throttling."""
_PROBED_KEYS = 20
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
    def contradicts_record(self) -> bool:
        """Whether there is a record of the run on this machine, which does not name this."""
        recorded = record.read(self.run.run_id)
        return recorded is not None and f"{self.kind} {self.name}" not in recorded


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What runs left in an account and Region.

    Attributes:
        leftovers: The keys and tables.
        of_others: Keys with the tags of a run that it did not create, each with the reason.
        unread: Keys and tables that the caller has no permission to read.
    """

    leftovers: list[Leftover] = field(default_factory=list)
    of_others: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def check_permissions(clients: Clients) -> None:
    """Check, before anything is created or removed, that the caller can find leftovers.

    Raises:
        AccessDenied: The caller has no permission to list keys or tables, or can read the tags of
            no key.
        EndpointUnreachable: No service with an AWS API answers.
    """
    key_ids = keys.key_ids(clients.kms)
    table.names(clients.dynamodb)
    if key_ids:
        _check_tags(clients.kms, key_ids[:_PROBED_KEYS])


def created_by(clients: Clients, run: Run) -> list[Leftover]:
    """Return what a run of this process created and may not have removed, from its own record."""
    existing = set(table.names(clients.dynamodb)) if run.record.table_names else set()
    table_names = [name for name in run.record.table_names if name in existing]
    return [
        *(Leftover("key", key_id, run.tags) for key_id in run.record.key_ids),
        *(Leftover("table", name, run.tags) for name in table_names),
    ]


def find(clients: Clients, run_id: str | None = None) -> Leftovers:
    """Find the keys and tables that runs created in this account and Region and did not remove.

    A key counts as removed if it and its replicas are deleted within 7 days and it has no alias.

    Args:
        clients: Clients with permission to list keys, aliases and tables, and to read their tags.
        run_id: Only the leftovers of this run.

    Raises:
        AccessDenied: The caller has no permission to list keys or tables.

    AWS: ListKeys, ListResourceTags, AWS KMS API Reference; ListTables, ListTagsOfResource,
    Amazon DynamoDB API Reference.
    """
    found = Leftovers()
    for key_id in keys.key_ids(clients.kms):
        with _reading(found, key_id):
            _judge_key(found, clients, key_id, run_id)
    for name in table.names(clients.dynamodb):
        with _reading(found, name):
            _judge_table(found, clients.dynamodb, name, run_id)
    return found


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

    # Each step is done for all leftovers before the next step: changes propagate meanwhile.
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
        for alias in aliases:
            with suppress(errors.KeyNotFound):  # another sweep deletes it too
                keys.delete_aliases(clients.kms, [alias])

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
    # Another sweep may do the same at the same time.
    with suppress(errors.KeyNotPendingDeletion):
        if key.state == "PendingDeletion":
            keys.cancel_deletion(kms, key.key_id)
    with suppress(errors.KeyPendingDeletion):
        keys.schedule_deletion(kms, key.key_id, waiting_period_days=WAITING_PERIOD_DAYS)


def _is_deleted_soon(key: keys.Key) -> bool:
    """Return whether a key is deleted within 7 days, or waits for its last replica."""
    if key.state != "PendingDeletion" or key.deletion_date is None:
        return key.state == "PendingReplicaDeletion"
    soon = datetime.now(timezone.utc) + timedelta(days=WAITING_PERIOD_DAYS, minutes=1)
    return key.deletion_date < soon


def _is_removed(clients: Clients, key_id: str, aliases: Sequence[str]) -> bool:
    all_deleted = all(_is_deleted_soon(key) for _, key in _in_all_regions(clients, key_id))
    return all_deleted and not aliases


def _check_tags(kms: KMSClient, key_ids: Sequence[str]) -> None:
    """Raise ``AccessDenied`` unless the caller can read the tags of one of the keys."""
    refusals = []
    for key_id in key_ids:
        try:
            keys.tags(kms, key_id)
        except errors.AccessDenied as error:  # noqa: PERF203, each key has a policy of its own
            refusals.append(error)
        except (errors.KeyNotFound, errors.KeyUnusable):
            return
        else:
            return
    raise refusals[0]


@contextmanager
def _reading(found: Leftovers, name: str) -> Iterator[None]:
    """Record what the caller has no access to, and skip what others delete meanwhile."""
    try:
        yield
    except errors.AccessDenied:
        found.unread.append(name)
    except (errors.KeyNotFound, errors.KeyUnusable, errors.TableNotFound):
        pass


def _judge_key(found: Leftovers, clients: Clients, key_id: str, run_id: str | None) -> None:
    run = tags.read(keys.tags(clients.kms, key_id))
    if run is None or run_id not in (None, run.run_id):
        return
    aliases = keys.aliases(clients.kms, key_id)
    if reason := _reason_against(run, keys.describe(clients.kms, key_id), aliases):
        found.of_others[key_id] = reason
    elif not _is_removed(clients, key_id, aliases):
        found.leftovers.append(Leftover("key", key_id, run))


def _reason_against(run: Tags, key: keys.Key, aliases: Sequence[str]) -> str:
    """Return why a run cannot have created a key with its tags; empty if it can."""
    if not run.covers(key.creation_date):
        return "it was not created during the run"
    strange = [alias for alias in aliases if not alias.startswith(keys.ALIAS_PREFIX)]
    return f"it has the alias {strange[0]}" if strange else ""


def _judge_table(found: Leftovers, dynamodb: DynamoDBClient, name: str, run_id: str | None) -> None:
    if not name.startswith(_TABLE_PREFIX):
        return
    run = _run_of(dynamodb, name)
    if run and run.run_id in name and run_id in (None, run.run_id):
        found.leftovers.append(Leftover("table", name, run))


def _run_of(dynamodb: DynamoDBClient, table_name: str) -> Tags | None:
    found = table.describe(dynamodb, table_name)
    if found.status == "DELETING":
        return None
    with translate_errors(table_name=table_name):
        pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=found.arn)
        return tags.read({tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]})
