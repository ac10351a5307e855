"""ScheduleKeyDeletion and CancelKeyDeletion: keys are deleted at their deletion date.

AWS: "Delete an AWS KMS key", AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.key import Answer, Key
from kmsdemo.sandbox.kms import imported_material, stores
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import invalid
from kmsdemo.sandbox.trail import history

_WAITING_PERIOD_DAYS: Final = range(7, 31)
_next_deletion: datetime | None = None


def schedule_key_deletion(request: Request) -> Answer:
    """Answer ScheduleKeyDeletion; a primary key waits for the deletion of its replicas first."""
    key = request.key
    days = request.parameters.get("PendingWindowInDays", 30)
    key.waiting_period = timedelta(days=days)
    if stores.replicas_of(key):
        key.key_state = "PendingReplicaDeletion"
    else:
        _set_date(key, request.now)
    return {
        "KeyId": key.arn,
        "KeyState": key.key_state,
        "PendingWindowInDays": days,
        "DeletionDate": key.deletion_date,
    }


def check_waiting_period(days: int) -> None:
    """Check the waiting period of a deletion, before the key is looked up.

    Raises:
        Refusal: ``ValidationException``.
    """
    if days not in _WAITING_PERIOD_DAYS:
        raise invalid("PendingWindowInDays must be between 7 and 30")


def cancel_key_deletion(request: Request) -> Answer:
    """Answer CancelKeyDeletion; the key is disabled, or waits for its key material."""
    key = request.key
    key.deletion_date = None
    is_empty = key.is_imported and not imported_material.has_all(key)
    key.key_state = "PendingImport" if is_empty else "Disabled"
    return {"KeyId": key.arn}


def purge() -> None:
    """Delete the keys whose date has passed, with their material, aliases, grants and tags."""
    if _next_deletion is not None and clock.real_time() >= _next_deletion:
        purge_all()


def purge_all() -> None:
    """Delete the same keys, even if a moved clock has changed the next date."""
    while due := [one for one in _pending() if clock.real_time() >= _real_time(*one)]:
        for key, date in due:
            _delete(key, date)
    _remember(min((_real_time(*one) for one in _pending()), default=None))


def forget() -> None:
    """Forget the scheduled deletions, when the accounts are emptied."""
    _remember(None)


def _set_date(key: Key, since: datetime) -> None:
    key.key_state = "PendingDeletion"
    key.deletion_date = since + key.waiting_period
    due = _real_time(key, key.deletion_date)
    _remember(min(_next_deletion or due, due))


def _delete(key: Key, date: datetime) -> None:
    store = stores.store_of(key)
    for alias in store.aliases_of(key):
        del store.aliases[alias.name]
    del store.keys[key.id]
    history.record_of_aws("DeleteKey", key.arn, date)
    if key.is_multi_region:
        for primary in stores.related(key):
            if primary.key_state == "PendingReplicaDeletion" and not stores.replicas_of(primary):
                _set_date(primary, since=date)


def _pending() -> Iterator[tuple[Key, datetime]]:
    for store in list(stores.used()):
        for key in list(store.keys.values()):
            if key.key_state == "PendingDeletion" and key.deletion_date:
                yield key, key.deletion_date


def _real_time(key: Key, date: datetime) -> datetime:
    """Return the real time at which the clock of the key's account reaches a date."""
    return date - clock.offset(key.account_id)


def _remember(due: datetime | None) -> None:
    global _next_deletion  # noqa: PLW0603, so that a call costs one comparison
    _next_deletion = due
