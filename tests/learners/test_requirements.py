"""What each requirement says of an attempt: why it is not met, why it is not reached, what to do.

The check of whole accounts is in test_check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest

from kmsdemo.keys import Key
from kmsdemo.learners.account_facts import AccountFacts
from kmsdemo.learners.attempt import Attempt
from kmsdemo.learners.audit_trail import AuditTrail, Event
from kmsdemo.learners.requirements import REQUIREMENTS, Outcome
from kmsdemo.table import Table
from kmsdemo.vault import Item

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NOW = datetime(2030, 6, 1, tzinfo=timezone.utc)
ENABLED = Key("k", "arn", "Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "", NOW, None)
PENDING_DELETION, DISABLED = (
    replace(ENABLED, state=state) for state in ("PendingDeletion", "Disabled")
)
TABLE = Table("demo-kms", "arn", "ACTIVE", "PAY_PER_REQUEST", "appuser", "S", None)
OTHER_SCHEMA = replace(TABLE, partition_key="user")
SOUND = Item("1", bytes(range(150, 214)), "plain", "", "", {})
TEXT = Item("2", b"a password", "plain", "", "", {})
WITHOUT_TRAIL = AuditTrail(missing="There is no trail.")
NO_KMS = cast("KMSClient", None)
"""None of these asks AWS KMS."""


def attempt(
    key: Key | None,
    table: Table | None = None,
    items: Sequence[Item] = (),
    did: Sequence[str] = (),
    *,
    trail: AuditTrail | None = None,
    key_id: str = "",
) -> Attempt:
    """Return an attempt in which these operations were performed, a minute after each other."""
    events = [Event(name, NOW + timedelta(minutes=at), {}) for at, name in enumerate(did)]
    facts = AccountFacts(NOW, True, {}, [], table, ["other"], items, trail or AuditTrail())
    return Attempt(facts, key.key_id if key else key_id, key, events)


def outcome(sentence: str, of: Attempt) -> Outcome:
    (requirement,) = [one for one in REQUIREMENTS if sentence in one.sentence]
    return requirement.judge(of, NO_KMS)


NOTHING = attempt(None)
DELETED = attempt(None, key_id="k", did=["Encrypt"])


@pytest.mark.parametrize(
    ("sentence", "of", "reason"),
    [
        ("symmetric", NOTHING, "the lab key does not exist yet"),
        ("partition key", NOTHING, "the table does not exist yet"),
        ("scripts are read", NOTHING, "reading leaves no trace; it counts once a password is e"),
        ("has an item", NOTHING, "the table does not exist yet"),
        ("has an item", attempt(ENABLED, OTHER_SCHEMA), "the table has another key schema"),
        ("binary data", NOTHING, "there is no table"),
        ("readable text", attempt(ENABLED, TABLE), "the table is empty"),
        ("under the lab key", attempt(ENABLED, TABLE), "no item has a ciphertext yet"),
        ("under the lab key", attempt(ENABLED, TABLE, [TEXT]), "no item has a ciphertext yet"),
        ("under the lab key", attempt(DISABLED, TABLE, [SOUND]), "the key is Disabled and cannot"),
        ("is decrypted", attempt(ENABLED, TABLE), "no password is encrypted yet"),
        ("is decrypted", DELETED, "the key is deleted, and nobody can decrypt any more"),
        (
            "is decrypted",
            attempt(ENABLED, TABLE, [SOUND], trail=WITHOUT_TRAIL),
            "only the audit trail shows it",
        ),
        ("pending deletion", NOTHING, "no password is encrypted yet"),
        ("pending deletion", attempt(ENABLED, TABLE), "no password is encrypted yet"),
        (
            "pending deletion",
            attempt(ENABLED, TABLE, [SOUND]),
            "the password is not decrypted yet",
        ),
        ("table is deleted", attempt(ENABLED, TABLE), "the key is not pending deletion yet"),
    ],
)
def test_what_is_not_reached_has_its_reason(sentence: str, of: Attempt, reason: str) -> None:
    found = outcome(sentence, of)
    assert found.verdict == "not reached"
    assert found.actual.startswith(reason)


@pytest.mark.parametrize(
    ("sentence", "of", "actual", "next_step"),
    [
        ("alias", NOTHING, "No key has an alias.", ""),
        ("table exists", NOTHING, "There are only other tables: other.", ""),
        ("partition key", attempt(ENABLED, OTHER_SCHEMA), "The table demo-kms has another key", ""),
        ("has an item", attempt(ENABLED, TABLE), "The table demo-kms is empty.", "Run the en"),
        (
            "has an item",
            attempt(PENDING_DELETION, TABLE),
            "The table demo-kms is empty.",
            "Cancel the d",
        ),
        ("readable text", attempt(ENABLED, TABLE, [SOUND, TEXT, TEXT]), "The item of user 2", ""),
        ("is decrypted", attempt(ENABLED, TABLE, [SOUND]), "Nobody has decrypted", "Run the d"),
        (
            "is decrypted",
            attempt(PENDING_DELETION, TABLE, [SOUND]),
            "Nobody has decrypted",
            "Cancel the d",
        ),
        (
            "pending deletion",
            attempt(ENABLED, TABLE, [SOUND], ["Encrypt", "Decrypt"]),
            "The key k is Enabled.",
            "",
        ),
        (
            "pending deletion",
            attempt(DISABLED, TABLE, [SOUND], ["Encrypt", "Decrypt", "CancelKeyDeletion"]),
            "The deletion was cancelled. The key k is Disabled.",
            "",
        ),
        (
            "table is deleted",
            attempt(PENDING_DELETION, TABLE),
            "The table demo-kms still exists.",
            "",
        ),
    ],
)
def test_what_is_not_met_says_what_was_found_and_what_to_do(
    sentence: str, of: Attempt, actual: str, next_step: str
) -> None:
    found = outcome(sentence, of)
    assert found.verdict == "not yet"
    assert found.actual.startswith(actual)
    assert found.next_step.startswith(next_step)
    assert bool(found.next_step) == bool(next_step)


def test_a_key_pending_deletion_is_brought_back_before_the_advice() -> None:
    revived = outcome("is decrypted", attempt(PENDING_DELETION, TABLE, [SOUND])).next_step
    assert revived == (
        "Cancel the deletion of the key and enable it first; then: "
        "run the decrypt script with the user number and the key id."
    )


DONE_WITH: dict[str, Any] = {"did": ["Encrypt", "Decrypt"]}


@pytest.mark.parametrize(
    ("sentence", "of"),
    [
        ("symmetric", DELETED),
        ("table exists", attempt(PENDING_DELETION, None, **DONE_WITH)),
        ("partition key", attempt(PENDING_DELETION, OTHER_SCHEMA, **DONE_WITH)),
        ("scripts are read", attempt(ENABLED, TABLE, [SOUND])),
        ("has an item", attempt(ENABLED, TABLE, [SOUND])),
        ("binary data", attempt(PENDING_DELETION, None, [TEXT], **DONE_WITH)),
        ("under the lab key", attempt(DISABLED, TABLE, [SOUND], **DONE_WITH)),
        ("under the lab key", attempt(PENDING_DELETION, TABLE, [SOUND])),
        ("is decrypted", attempt(ENABLED, TABLE, [SOUND], **DONE_WITH)),
        ("is decrypted", attempt(PENDING_DELETION, TABLE, [SOUND], trail=WITHOUT_TRAIL)),
        ("pending deletion", DELETED),
        ("table is deleted", attempt(PENDING_DELETION)),
    ],
)
def test_what_is_done_needs_no_word(sentence: str, of: Attempt) -> None:
    assert outcome(sentence, of) == Outcome("done")
