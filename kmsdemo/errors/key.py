"""What can be wrong with a KMS key, its alias, its policy or its deletion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kmsdemo.errors.root import KmsdemoError


@dataclass(eq=False)
class KeyFault(KmsdemoError):
    """Something about a KMS key; ``key_id`` is the name that the caller gave it."""

    key_id: str


class KeyNotFound(KeyFault):
    """No such key in this account and Region, or it is deleted for good."""

    _what = "There is no KMS key {key_id} in this account and Region."
    _next_step = "Check the name, the Region and the account; aws kms list-aliases shows the names."


class KeyDisabled(KeyFault):
    """The key exists and may not be used."""

    _what = "The KMS key {key_id} is disabled: it neither encrypts nor decrypts."
    _next_step = "Enable it again: aws kms enable-key --key-id KEY_ID (its id or ARN, no alias)."


@dataclass(eq=False)
class KeyPendingDeletion(KeyFault):
    """Its deletion is scheduled; ``deletion_date`` is known where AWS KMS was asked for it."""

    deletion_date: datetime | None = None

    _what = "The KMS key {key_id} is pending deletion: it serves no one."
    _next_step = "To keep it, run kmsdemo cancel-deletion --key-id {key_id}, then enable it."

    @property
    def what(self) -> str:
        """What happened, with the date where it is known."""
        date = f" on {self.deletion_date:%Y-%m-%d}" if self.deletion_date else ""
        return super().what.replace("pending deletion", f"pending deletion{date}")


class KeyNotPendingDeletion(KeyFault):
    """There is no scheduled deletion to cancel."""

    _what = "The KMS key {key_id} is not pending deletion: there is nothing to cancel."
    _next_step = "Look at its state with kmsdemo describe --key-id {key_id}."


@dataclass(eq=False)
class KeyUnusable(KeyFault):
    """The key is in a state, or has a usage, that does not serve the operation."""

    reason: str

    _what = "The KMS key {key_id} cannot be used for this: {reason}"
    _next_step = "Use a symmetric key for encryption and decryption: kmsdemo setup creates one."


class WrongKey(KeyFault):
    """The ciphertext was made under another key than the one named."""

    _what = "The ciphertext was not encrypted under the KMS key {key_id}."
    _next_step = "Name the key that encrypted it with --key-id."


@dataclass(eq=False)
class KeyLeftBehind(KeyFault):
    """A new key could not be set up, and could not be scheduled for deletion either."""

    reason: str

    _what = "The new KMS key {key_id} is incomplete and could not be deleted: {reason}"
    _next_step = "Delete it: kmsdemo schedule-deletion --key-id {key_id} --days 7."


class NoLabKey(KmsdemoError):
    """No alias of the lab exists, so there is no key to fall back on."""

    _what = "No KMS key in this account and Region has an alias that begins with alias/demo-kms-."
    _next_step = "Create one with kmsdemo setup, or name a key with --key-id."


@dataclass(eq=False)
class SeveralLabKeys(KmsdemoError):
    """More than one alias of the lab exists, so the key must be named."""

    aliases: tuple[str, ...]

    _what = "Several KMS keys have an alias of the lab: {aliases_in_words}."
    _next_step = "Say which one with --key-id."

    def __post_init__(self) -> None:
        self.aliases_in_words = ", ".join(self.aliases)


class LabKeyExists(KeyFault):
    """The lab has a key, so that none was created and no key policy was written."""

    _what = "The lab has the KMS key {key_id} already; its key policy was left as it is."
    _next_step = "Leave out key administrators and key users, or choose another alias with --alias."


@dataclass(eq=False)
class InvalidWaitingPeriod(KeyFault):
    """AWS KMS takes a waiting period of 7 to 30 days."""

    days: int

    _what = "The KMS key {key_id} cannot be deleted after {days} days."
    _next_step = "Choose a waiting period of 7 to 30 days."


@dataclass(eq=False)
class AliasTaken(KmsdemoError):
    """Another key has this alias."""

    alias: str

    _what = "The alias {alias} belongs to a KMS key already."
    _next_step = "Choose another alias, or leave it out to get a random one."


@dataclass(eq=False)
class InvalidAlias(KmsdemoError):
    """AWS KMS does not take this text as an alias."""

    alias: str

    _what = "{alias} is no alias that AWS KMS accepts."
    _next_step = "Use letters, digits, / _ and -, and do not begin with alias/aws/."


@dataclass(eq=False)
class InvalidKeyPolicy(KmsdemoError):
    """AWS KMS refused the key policy, most often for a principal that does not exist."""

    reason: str

    _what = "AWS KMS refused the key policy: {reason}"
    _next_step = "Give key administrators and key users as ARNs of IAM users or roles that exist."
