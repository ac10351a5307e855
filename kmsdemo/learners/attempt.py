"""The lab with one key: its progress, from the account and its audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Final

from kmsdemo.keys import Key
from kmsdemo.learners.account_facts import AccountFacts
from kmsdemo.learners.audit_trail import Event

_PENDING_DELETION_STATES: Final = ("PendingDeletion", "PendingReplicaDeletion")
_SCHEDULES: Final = "ScheduleKeyDeletion"
_CANCELS: Final = "CancelKeyDeletion"
_ENCRYPTS: Final = ("Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncrypt")


@dataclass(frozen=True, slots=True)
class Attempt:
    """The lab with one key.

    Attributes:
        facts: The account.
        key_id: The key; empty where no key has had an alias of the lab.
        key: The key as it is; ``None`` if AWS KMS has deleted it.
        events: The events of the key, oldest first.
    """

    facts: AccountFacts
    key_id: str = ""
    key: Key | None = None
    events: Sequence[Event] = field(default=(), repr=False)

    @property
    def began(self) -> datetime:
        """When the key was created, or got its alias."""
        if self.key:
            return self.key.creation_date
        return self.events[0].moment if self.events else datetime.min.replace(tzinfo=timezone.utc)

    @property
    def has_trail(self) -> bool:
        """Whether the audit trail can be read."""
        return not self.facts.trail.missing

    @property
    def is_deleted(self) -> bool:
        """Whether AWS KMS has deleted the key."""
        return bool(self.key_id) and self.key is None

    @property
    def is_deletion_scheduled(self) -> bool:
        """Whether the key is deleted, or will be."""
        return self.is_deleted or (
            self.key is not None and self.key.state in _PENDING_DELETION_STATES
        )

    @property
    def has_encrypted(self) -> bool:
        """Whether the key has encrypted something."""
        return self.did(*_ENCRYPTS)

    @property
    def has_stored(self) -> bool:
        """Whether an item was encrypted and stored, as far as the account shows."""
        if self.has_encrypted and (self.has_decrypted or self.is_deletion_scheduled):
            return True
        if self.facts.items and not self.is_deleted:
            return True
        return not self.has_trail and self.is_deletion_scheduled and self.facts.table is None

    @property
    def has_decrypted(self) -> bool:
        """Whether a learner has decrypted; without a trail, whether it is too late to find out."""
        return self.did("Decrypt") or (not self.has_trail and self.is_deletion_scheduled)

    @property
    def has_cancelled(self) -> bool:
        """Whether a scheduled deletion was cancelled."""
        return self.did(_CANCELS)

    @property
    def needs_table(self) -> bool:
        """Whether something is left to do with the table."""
        is_done = self.has_stored and (self.has_decrypted or self.is_deletion_scheduled)
        return not is_done

    @property
    def has_deleted_table(self) -> bool:
        """Whether the table with its items was deleted, even if there is a new one."""
        if self.facts.table is None:
            return self.is_deletion_scheduled
        first = next((one.moment for one in self.events if one.name in _ENCRYPTS), None)
        return self.is_deletion_scheduled and any(
            first and first <= at for at in self.facts.trail.deletions
        )

    @property
    def completed(self) -> datetime | None:
        """When the last step was done; ``None`` while one is left, or without a trail."""
        encrypted, decrypted = self._first(*_ENCRYPTS), self._first("Decrypt")
        if not (encrypted and decrypted):
            return None
        deleted = next((at for at in self.facts.trail.deletions if encrypted <= at), None)
        return (
            self._deletion_scheduled_after(max(encrypted, decrypted, deleted)) if deleted else None
        )

    def did(self, *operations: str) -> bool:
        """Return whether one of these operations was performed with the key."""
        return any(event.name in operations for event in self.events)

    def _first(self, *operations: str) -> datetime | None:
        return next((one.moment for one in self.events if one.name in operations), None)

    def _deletion_scheduled_after(self, moment: datetime) -> datetime | None:
        """Return this moment or, if the key's deletion was not scheduled then, when it was."""
        turns = [one for one in self.events if one.name in (_SCHEDULES, _CANCELS)]
        before = [one for one in turns if one.moment <= moment]
        if before and before[-1].name == _SCHEDULES:
            return moment
        later = (one.moment for one in turns if one.name == _SCHEDULES and one not in before)
        return next(later, None)


def attempts(facts: AccountFacts) -> Iterator[Attempt]:
    """Yield an attempt for each key of the lab, including deleted ones."""
    there = {key.key_id: key for key in facts.keys}
    named = [key_id for event in facts.trail.aliases for key_id in event.keys]
    for key_id in dict.fromkeys([*there, *named]):
        attempt = Attempt(facts, key_id, there.get(key_id), facts.trail.of(key_id))
        if not attempt.is_deleted or attempt.has_encrypted:
            yield attempt
