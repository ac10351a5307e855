"""What each step of the lab requires, and whether an attempt meets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from kmsdemo.errors import AccessDenied
from kmsdemo.learners import faults
from kmsdemo.learners.attempt import Attempt
from kmsdemo.learners.finding import CheckFailed, Verdict, fail_if_any
from kmsdemo.table import TABLE_NAME

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_MAX_DECRYPTED: Final = 10
_REVIVE: Final = "Cancel the deletion of the key and enable it first; then: "


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a requirement is met.

    Attributes:
        verdict: As in a finding.
        actual: What was found instead, or why it was not reached.
        next_step: What to do, where the advice of the requirement does not help.
    """

    verdict: Verdict
    actual: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a step of the lab asks for.

    Attributes:
        step: The number of the step.
        sentence: What it asks for.
        advice: What to do where it is not met.
        judge: Returns the outcome of an attempt.
    """

    step: int
    sentence: str
    advice: str
    judge: Callable[[Attempt, KMSClient], Outcome]


DONE: Final = Outcome("done")


def _not_yet(actual: str, next_step: str = "") -> Outcome:
    return Outcome("not yet", actual, next_step)


def _later(reason: str) -> Outcome:
    return Outcome("not reached", reason)


# --------------------------------------------------------------------------------- the key


def _has_alias(attempt: Attempt, _: KMSClient) -> Outcome:
    return DONE if attempt.key_id else _not_yet(faults.alias_fault(list(attempt.facts.aliases)))


def _encrypts(attempt: Attempt, _: KMSClient) -> Outcome:
    if not attempt.key_id:
        return _later("the lab key does not exist yet")
    if attempt.key and (fault := faults.key_fault(attempt.key)):
        return _not_yet(fault)
    return DONE


# ------------------------------------------------------------------------------- the table


def _table_exists(attempt: Attempt, _: KMSClient) -> Outcome:
    if attempt.facts.table or not attempt.needs_table:
        return DONE
    return _not_yet(faults.table_fault(attempt.facts.other_tables))


def _partition_key(attempt: Attempt, _: KMSClient) -> Outcome:
    table = attempt.facts.table
    if not attempt.needs_table:
        return DONE
    if table is None:
        return _later("the table does not exist yet")
    if difference := table.schema_difference:
        return _not_yet(f"The table {table.name} has another key schema: {difference}")
    return DONE


# ----------------------------------------------------------------------- encrypted and stored


def _scripts_read(attempt: Attempt, _: KMSClient) -> Outcome:
    if attempt.has_stored:
        return DONE
    return _later("reading leaves no trace; it counts once a password is encrypted")


def _has_item(attempt: Attempt, _: KMSClient) -> Outcome:
    table = attempt.facts.table
    if attempt.has_stored:
        return DONE
    if table is None or not table.is_the_labs:
        return _later("the table does not exist yet" if table is None else _ANOTHER_SCHEMA)
    return _not_yet(f"The table {table.name} is empty.", _revived(attempt, _ENCRYPT))


_ANOTHER_SCHEMA: Final = "the table has another key schema"


def _binary_data(attempt: Attempt, _: KMSClient) -> Outcome:
    found = [faults.attribute_fault(item) for item in attempt.facts.items]
    return _of_items(attempt, found)


def _unreadable(attempt: Attempt, _: KMSClient) -> Outcome:
    found = [faults.readable_text_fault(item) for item in attempt.facts.items]
    return _of_items(attempt, found)


def _of_items(attempt: Attempt, found: Sequence[str]) -> Outcome:
    """Judge by the faults of the items; a sound item has an empty one."""
    if not attempt.has_stored:
        return _later("the table is empty" if attempt.facts.table else "there is no table")
    if attempt.has_deleted_table:
        return DONE
    try:
        fail_if_any(found)
    except CheckFailed as failure:
        return _not_yet(failure.actual)
    return DONE


def _under_lab_key(attempt: Attempt, kms: KMSClient) -> Outcome:
    """Decrypt, unless a learner has; one item is enough, since others may be of an older key."""
    if not attempt.has_stored or _is_faulty(attempt):
        return _later("no item has a ciphertext yet")
    if attempt.has_decrypted or attempt.key is None or attempt.is_deletion_scheduled:
        return DONE
    if attempt.key.state != "Enabled":
        return _later(f"the key is {attempt.key.state} and cannot decrypt")
    try:
        fault = _fault_of_all(attempt, kms, attempt.key.key_id)
    except AccessDenied:
        return _later("your credentials are not allowed to decrypt with the key")
    return _not_yet(fault) if fault else DONE


def _is_faulty(attempt: Attempt) -> bool:
    checks = (faults.attribute_fault, faults.readable_text_fault)
    return bool(attempt.facts.items) and all(
        any(fault_of(item) for fault_of in checks) for item in attempt.facts.items
    )


def _fault_of_all(attempt: Attempt, kms: KMSClient, key_id: str) -> str:
    """Return the fault of the first item, if no item decrypts under the key."""
    sound = [item for item in attempt.facts.items if not faults.readable_text_fault(item)]
    first = ""
    for item in islice(sound, _MAX_DECRYPTED):
        fault = faults.ciphertext_fault(kms, key_id, item)
        if not fault:
            return ""
        first = first or fault
    return first


# ------------------------------------------------------------------------------- decrypted


def _decrypted(attempt: Attempt, _: KMSClient) -> Outcome:
    if attempt.has_decrypted:
        return DONE
    if not attempt.has_stored:
        return _later("no password is encrypted yet")
    if not attempt.has_trail:
        return _later("only the audit trail shows it")
    if attempt.is_deleted:
        return _later("the key is deleted, and nobody can decrypt any more")
    return _not_yet("Nobody has decrypted with the key yet.", _revived(attempt, _DECRYPT))


def _revived(attempt: Attempt, advice: str) -> str:
    return f"{_REVIVE}{advice[:1].lower()}{advice[1:]}" if attempt.is_deletion_scheduled else advice


# --------------------------------------------------------------------------------- deleted


def _pending_deletion(attempt: Attempt, _: KMSClient) -> Outcome:
    if attempt.is_deletion_scheduled:
        return DONE
    if attempt.key is None or not attempt.has_stored:
        return _later("no password is encrypted yet")
    if attempt.has_trail and not attempt.has_decrypted:
        return _later("the password is not decrypted yet")
    cancelled = "The deletion was cancelled. " if attempt.has_cancelled else ""
    return _not_yet(f"{cancelled}The key {attempt.key.key_id} is {attempt.key.state}.")


def _table_deleted(attempt: Attempt, _: KMSClient) -> Outcome:
    if attempt.has_deleted_table:
        return DONE
    if not attempt.is_deletion_scheduled:
        return _later("the key is not pending deletion yet")
    return _not_yet(f"The table {TABLE_NAME} still exists.")


_ENCRYPT: Final = "Run the encrypt script with a password and the key id, and note the user number."
_DECRYPT: Final = "Run the decrypt script with the user number and the key id."

REQUIREMENTS: Final = (
    Requirement(
        1,
        "A key has an alias of the lab",
        "Create a symmetric key and give it an alias: demo-kms- and a suffix of your choice.",
        _has_alias,
    ),
    Requirement(
        1,
        "The key is symmetric and encrypts and decrypts",
        "The type and the usage of a key cannot be changed. Create another key, symmetric, to "
        "encrypt and decrypt, and move the alias to it.",
        _encrypts,
    ),
    Requirement(
        2,
        "The table exists",
        "Create a DynamoDB table with the name demo-kms in the same Region as the key.",
        _table_exists,
    ),
    Requirement(
        2,
        "The partition key is appuser, a string",
        "The partition key cannot be changed, and its name is case-sensitive. Delete the table "
        "and create it again, with the partition key appuser, a string, and no sort key.",
        _partition_key,
    ),
    Requirement(3, "The two scripts are read", "Read them aloud.", _scripts_read),
    Requirement(4, "The table has an item", _ENCRYPT, _has_item),
    Requirement(
        4,
        "Each item has its ciphertext in userpasswd, as binary data",
        "Store the ciphertext blob in the attribute userpasswd as AWS KMS returns it: bytes, not "
        "text. boto3 returns bytes, and takes them; the AWS CLI prints Base64: decode it into a "
        "file, and store the file with userpasswd={B@=fileb://ciphertext.bin}. Delete the item "
        "and encrypt the password again.",
        _binary_data,
    ),
    Requirement(
        5,
        "No item contains readable text",
        "AWS KMS must encrypt the password before you store it; an encoding such as Base64 does "
        "not protect it. Delete the item and encrypt the password again.",
        _unreadable,
    ),
    Requirement(
        5,
        "A ciphertext is encrypted under the lab key",
        "Name the lab key when you encrypt, and store the ciphertext blob that AWS KMS returns. "
        "Delete the item and encrypt the password again.",
        _under_lab_key,
    ),
    Requirement(6, "The password is decrypted", _DECRYPT, _decrypted),
    Requirement(
        7,
        "The key is pending deletion",
        "Schedule the deletion of the key, after all other steps except the last.",
        _pending_deletion,
    ),
    Requirement(
        8,
        "The table is deleted",
        "Delete the table. Its items are deleted with it.",
        _table_deleted,
    ),
)
"""In the order of the lab."""
