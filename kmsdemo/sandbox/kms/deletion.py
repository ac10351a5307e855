"""Scheduled deletion: keys wait until their deletion date, and then they are deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from moto.kms.models import Key, KmsBackend, kms_backends

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.trail import history

_next_deletion: datetime | None = None
_waiting_periods: WeakKeyDictionary[Key, int] = WeakKeyDictionary()


def schedule(key: Key, waiting_period_days: int) -> None:
    """Schedule a key for deletion; a primary key waits for the deletion of its replicas first."""
    key.enabled = False
    _waiting_periods[key] = waiting_period_days
    if replicas_of(key):
        key.key_state = "PendingReplicaDeletion"
    else:
        _set_date(key, clock.now(key.account_id))


def cancel(key: Key) -> None:
    """Cancel the deletion of a key; the key is disabled."""
    key.key_state = "Disabled"
    key.deletion_date = None


def purge() -> None:
    """Delete the keys whose date has passed, with their material, aliases, grants and tags."""
    if _next_deletion is not None and clock.real_time() >= _next_deletion:
        purge_all()


def purge_all() -> None:
    """Delete the same keys without a look at the next date, which a moved clock changes."""
    while due := [one for one in _pending() if clock.real_time() >= _real_time(*one[1:])]:
        for backend, key, date in due:
            _delete(backend, key, date)
    _remember(min((_real_time(key, date) for _, key, date in _pending()), default=None))


def forget() -> None:
    """Forget the scheduled deletions, when the accounts are emptied."""
    _remember(None)


def waiting_period_days(key: Key) -> int:
    """Return the waiting period of a key's most recent scheduled deletion, in days."""
    return _waiting_periods[key]


def replicas_of(key: Key) -> list[Key]:
    """Return the replicas of a multi-Region primary key; an empty list for any other key."""
    if not key.multi_region or not is_primary(key):
        return []
    return [other for other in siblings(key) if other.region != key.region]


def siblings(key: Key) -> list[Key]:
    """Return all related multi-Region keys: the primary key and its replicas."""
    backends = kms_backends[key.account_id].values()
    return [backend.keys[key.id] for backend in list(backends) if key.id in backend.keys]


def is_primary(key: Key) -> bool:
    """Return whether a multi-Region key is the primary key."""
    primary_region: str = key.multi_region_configuration["PrimaryKey"]["Region"]
    return primary_region == key.region


def _set_date(key: Key, since: datetime) -> None:
    key.key_state = "PendingDeletion"
    date = since + timedelta(days=waiting_period_days(key))
    key.deletion_date = date
    due = _real_time(key, date)
    _remember(min(_next_deletion or due, due))


def _delete(backend: KmsBackend, key: Key, date: datetime) -> None:
    others = siblings(key) if key.multi_region else []
    backend.delete_key(key.id)
    history.record_deleted_key(key.arn, date)
    for primary in others:
        if primary.key_state == "PendingReplicaDeletion" and not replicas_of(primary):
            _set_date(primary, since=date)


def _pending() -> Iterator[tuple[KmsBackend, Key, datetime]]:
    for account in list(kms_backends.values()):
        for backend in list(account.values()):
            for key in list(backend.keys.values()):
                if key.key_state == "PendingDeletion" and key.deletion_date:
                    yield backend, key, key.deletion_date


def _real_time(key: Key, date: datetime) -> datetime:
    """Return the real time at which the clock of the key's account reaches a date."""
    return date - clock.offset(key.account_id)


def _remember(due: datetime | None) -> None:
    global _next_deletion  # noqa: PLW0603, so that a call costs one comparison
    _next_deletion = due
