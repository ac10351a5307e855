"""Errors of a KMS key, its alias, its key policy and its deletion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kmsdemo.errors.root import KmsdemoError
from kmsdemo.pluralize import pluralize


@dataclass(eq=False)
class KeyFault(KmsdemoError):
    """An error of one KMS key; ``key_id`` is the key id, ARN or alias that the caller passed."""

    key_id: str


class KeyNotFound(KeyFault):
    """The key does not exist in this account and Region, or has been deleted."""

    _what = "The KMS key {key_id} does not exist in this account and Region."
    _next_step = (
        "Check the name, the Region and the account; aws kms list-aliases lists the aliases."
    )


class KeyDisabled(KeyFault):
    """The key is disabled."""

    _what = "The KMS key {key_id} is disabled: it cannot encrypt or decrypt."
    _next_step = "Enable it again: kmsdemo enable --key-id {key_id}."


@dataclass(eq=False)
class KeyPendingDeletion(KeyFault):
    """The key is scheduled for deletion; ``deletion_date`` is ``None`` if it is not known."""

    deletion_date: datetime | None = None

    _what = "The KMS key {key_id} is pending deletion: nobody can use it."
    _next_step = (
        "To keep it, run kmsdemo cancel-deletion --key-id {key_id}, "
        "then kmsdemo enable --key-id {key_id}."
    )

    @property
    def what(self) -> str:
        """What happened, with the deletion date if it is known."""
        date = f" on {self.deletion_date:%Y-%m-%d}" if self.deletion_date else ""
        return super().what.replace("pending deletion", f"pending deletion{date}")


class KeyNotPendingDeletion(KeyFault):
    """The key is not scheduled for deletion, so there is no deletion to cancel."""

    _what = "The KMS key {key_id} is not pending deletion: there is nothing to cancel."
    _next_step = "Show its key state with kmsdemo describe --key-id {key_id}."


@dataclass(eq=False)
class KeyUnusable(KeyFault):
    """The key state or the key usage does not allow the operation."""

    reason: str

    _what = "The KMS key {key_id} cannot be used for this operation: {reason}"
    _next_step = "Use a symmetric key for encryption and decryption: kmsdemo setup creates one."


class WrongKey(KeyFault):
    """The ciphertext was encrypted under another key than ``key_id``."""

    _what = "The ciphertext was not encrypted under the KMS key {key_id}."
    _next_step = "With --key-id, name the key that encrypted it."


@dataclass(eq=False)
class KeyInUse(KeyFault):
    """Items depend on the key that is to be deleted."""

    table_name: str
    items: int

    _what = (
        "The deletion of the KMS key {key_id} is not scheduled: {items_in_words} of the table "
        "{table_name} {depend} on it."
    )
    _next_step = (
        "Encrypt them under another key with kmsdemo rotate-to KEY, disable the key instead, "
        "or lose them with kmsdemo schedule-deletion --force."
    )

    def __post_init__(self) -> None:
        self.items_in_words = pluralize(self.items, "item")
        self.depend = "depends" if self.items == 1 else "depend"


@dataclass(eq=False)
class KeyLeftBehind(KeyFault):
    """Creating a key failed halfway, and scheduling its deletion failed too."""

    reason: str

    _what = "The new KMS key {key_id} is incomplete and is not scheduled for deletion: {reason}"
    _next_step = "Schedule its deletion: kmsdemo schedule-deletion --key-id {key_id} --days 7."


@dataclass(eq=False)
class KeyWithdrawn(KeyFault):
    """AWS did not answer while a new key was completed; its deletion is scheduled."""

    reason: str

    _what = (
        "The new KMS key {key_id} could not be completed, so AWS KMS deletes it in 7 days: {reason}"
    )
    _next_step = "Run it again: that creates another key."


@dataclass(eq=False)
class KeyMaybeCreated(KmsdemoError):
    """The answer to CreateKey was lost, and with it the key id."""

    reason: str

    _what = "AWS KMS may have created a key without an alias: {reason}"
    _next_step = (
        "aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=CreateKey shows its key id. Schedule its deletion."
    )


class NoLabKey(KmsdemoError):
    """No key was named, and no key has an alias of the lab."""

    _what = "No KMS key in this account and Region has an alias that begins with alias/demo-kms-."
    _next_step = "Create one with kmsdemo setup, or name a key with --key-id."


@dataclass(eq=False)
class SeveralLabKeys(KmsdemoError):
    """No key was named, and several keys have an alias of the lab."""

    aliases: tuple[str, ...]

    _what = "Several KMS keys have an alias of the lab: {aliases_in_words}."
    _next_step = "Choose one with --key-id."

    def __post_init__(self) -> None:
        self.aliases_in_words = ", ".join(self.aliases)


class LabKeyExists(KeyFault):
    """The lab has a key already; no key was created and no key policy changed."""

    _what = "The lab already has the KMS key {key_id}; its key policy is unchanged."
    _next_step = "Omit --key-administrator and --key-user, or choose another alias with --alias."


@dataclass(eq=False)
class InvalidWaitingPeriod(KeyFault):
    """The waiting period is not 7 to 30 days."""

    days: int

    _what = "{days_in_words} is not a valid waiting period for the KMS key {key_id}."
    _next_step = "Choose a waiting period of 7 to 30 days."

    def __post_init__(self) -> None:
        self.days_in_words = pluralize(self.days, "day")


@dataclass(eq=False)
class AliasTaken(KmsdemoError):
    """Another key has this alias."""

    alias: str

    _what = "The alias {alias} already belongs to a KMS key."
    _next_step = "Choose another alias, or omit it to get a random one."


@dataclass(eq=False)
class InvalidAlias(KmsdemoError):
    """AWS KMS does not accept this alias name."""

    alias: str

    _what = "{alias} is not a valid alias name."
    _next_step = "Use only letters, digits, / _ and -; alias/aws/ is reserved for AWS."


@dataclass(eq=False)
class InvalidKeyPolicy(KmsdemoError):
    """AWS KMS rejects the key policy, most often because a principal does not exist."""

    reason: str

    _what = "AWS KMS rejects the key policy: {reason}"
    _next_step = "Name key administrators and key users by the ARNs of existing IAM users or roles."
