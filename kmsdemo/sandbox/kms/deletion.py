"""Deletion happens: keys wait for their date, and then they are gone for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from moto.kms.models import Key, KmsBackend, kms_backends

from kmsdemo.sandbox import clock

_next: datetime | None = None
_waiting_periods: WeakKeyDictionary[Key, int] = WeakKeyDictionary()


def schedule(key: Key, waiting_period_days: int) -> None:
    """Make a key wait for its deletion; a primary key waits for its last replica first."""
    key.enabled = False
    _waiting_periods[key] = waiting_period_days
    if replicas_of(key):
        key.key_state = "PendingReplicaDeletion"
    else:
        _set_date(key, clock.now(key.account_id))


def cancel(key: Key) -> None:
    """Take a key back from its deletion; it is disabled."""
    key.key_state = "Disabled"
    key.deletion_date = None


def purge() -> None:
    """Delete the keys whose date has passed, with their material, aliases, grants and tags."""
    if _next is not None and clock.real() >= _next:
        look_again()


def look_again() -> None:
    """Delete them after a clock was moved, which may make it anybody's turn."""
    while due := [one for one in _pending() if clock.real() >= _moment(*one[1:])]:
        for backend, key, date in due:
            _delete(backend, key, date)
    _remember(min((_moment(key, date) for _, key, date in _pending()), default=None))


def forget() -> None:
    """Begin with no key waiting."""
    _remember(None)


def waiting_period_days(key: Key) -> int:
    """Return the waiting period that a key was last scheduled with."""
    return _waiting_periods[key]


def replicas_of(key: Key) -> list[Key]:
    """Return the replicas of a multi-Region primary key, in other Regions."""
    if not key.multi_region or not is_primary(key):
        return []
    return [other for other in siblings(key) if other.region != key.region]


def siblings(key: Key) -> list[Key]:
    """Return the keys that share this multi-Region key's id and material, itself among them."""
    backends = kms_backends[key.account_id].values()
    return [backend.keys[key.id] for backend in list(backends) if key.id in backend.keys]


def is_primary(key: Key) -> bool:
    """Say whether a multi-Region key is the primary."""
    primary_region: str = key.multi_region_configuration["PrimaryKey"]["Region"]
    return primary_region == key.region


def _set_date(key: Key, since: datetime) -> None:
    key.key_state = "PendingDeletion"
    date = since + timedelta(days=waiting_period_days(key))
    key.deletion_date = date
    moment = _moment(key, date)
    _remember(min(_next or moment, moment))


def _delete(backend: KmsBackend, key: Key, date: datetime) -> None:
    others = siblings(key) if key.multi_region else []
    backend.delete_key(key.id)
    for primary in others:
        if primary.key_state == "PendingReplicaDeletion" and not replicas_of(primary):
            _set_date(primary, since=date)


def _pending() -> Iterator[tuple[KmsBackend, Key, datetime]]:
    for account in list(kms_backends.values()):
        for backend in list(account.values()):
            for key in list(backend.keys.values()):
                if key.key_state == "PendingDeletion" and key.deletion_date:
                    yield backend, key, key.deletion_date


def _moment(key: Key, date: datetime) -> datetime:
    """Return when a date of a key's account will be, in real time."""
    return date - clock.passed(key.account_id)


def _remember(moment: datetime | None) -> None:
    global _next  # noqa: PLW0603, so that a call costs one comparison
    _next = moment
