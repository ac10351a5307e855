"""Checks the progress of the lab in an account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from math import ceil
from typing import TYPE_CHECKING

from kmsdemo.account.clients import Clients, connect
from kmsdemo.cipher import Plain
from kmsdemo.learners import account_facts
from kmsdemo.learners.attempt import Attempt, attempts
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.finding import Finding, by_step, is_complete
from kmsdemo.learners.progress import Progress
from kmsdemo.learners.requirements import REQUIREMENTS, Requirement
from kmsdemo.pluralize import pluralize
from kmsdemo.suite import story

if TYPE_CHECKING:
    from kmsdemo.learners.account_facts import AccountFacts
    from kmsdemo.suite.story import Story
    from kmsdemo.vault import Item


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of a check of an account.

    Attributes:
        findings: One for each requirement, in the order of the lab.
        remarks: Further remarks, as sentences.
        key_id: The lab's key; empty if there is none.
        item: An item of the lab's table, of the scripts if they stored one; ``None`` without any.
        is_pending_deletion: Whether the key is pending deletion.
        is_throttled: Whether AWS did not show the trail, as it was asked too often.
        completed: When the lab was completed first; ``None`` if it is not, or the trail does not
            tell.
    """

    findings: Sequence[Finding]
    remarks: Sequence[str] = ()
    key_id: str = ""
    item: Item | None = None
    is_pending_deletion: bool = False
    is_throttled: bool = False
    completed: datetime | None = None


def check_account(clients: Clients | None = None) -> Progress:
    """Check an account; change nothing.

    Args:
        clients: The caller's; by default, those that the environment names.

    Returns:
        The progress of the lab.

    Raises:
        KmsdemoError: The account cannot be read: no credentials, no endpoint, no permission.
    """
    found = inspect_account(clients or connect(application=OBSERVER))
    return Progress(found.findings, found.completed)


def inspect_account(clients: Clients) -> Inspection:
    """Check the progress of the lab in an account; change nothing.

    If the lab has several keys, the one with the most progress counts, or the newest of those.

    Args:
        clients: The caller's. With the application id ``OBSERVER``, the check's own calls do not
            count as the learner's.

    Raises:
        KmsdemoError: As :func:`check_account`.
    """
    facts, lab = account_facts.read(clients), story.read()
    tried = [(one, _findings(one, clients, lab)) for one in attempts(facts)]
    tried = tried or [(none := Attempt(facts), _findings(none, clients, lab))]
    attempt, findings = max(tried, key=lambda one: (_steps_before_next(one[1]), one[0].began))
    return Inspection(
        findings,
        list(_remarks(facts, attempt, findings)),
        attempt.key.key_id if attempt.key else "",
        min(facts.items, key=lambda item: item.cipher != Plain.name, default=None),
        is_pending_deletion=attempt.is_deletion_scheduled and not attempt.is_deleted,
        is_throttled=facts.trail.is_throttled,
        completed=min(filter(None, map(_completed, tried)), default=None),
    )


def _completed(tried: tuple[Attempt, Sequence[Finding]]) -> datetime | None:
    attempt, findings = tried
    return attempt.completed if is_complete(findings) else None


def _findings(attempt: Attempt, clients: Clients, lab: Story) -> list[Finding]:
    return [_finding(one, attempt, clients, lab) for one in REQUIREMENTS]


def _finding(requirement: Requirement, attempt: Attempt, clients: Clients, lab: Story) -> Finding:
    outcome = requirement.judge(attempt, clients.kms)
    advice = outcome.next_step or requirement.advice
    return Finding(
        step=lab.steps[requirement.step - 1].heading,
        requirement=requirement.sentence,
        verdict=outcome.verdict,
        actual=outcome.actual,
        next_step=advice if outcome.verdict == "not yet" else "",
    )


def _steps_before_next(findings: Sequence[Finding]) -> int:
    """Return how many steps are done before the first that is not."""
    return len(list(takewhile(lambda verdict: verdict == "done", by_step(findings).values())))


# -------------------------------------------------------------------------------- remarks


def _remarks(facts: AccountFacts, attempt: Attempt, findings: Sequence[Finding]) -> Iterator[str]:
    if attempt.key and attempt.key.deletion_date:
        left = ceil((attempt.key.deletion_date - facts.now) / timedelta(days=1))
        yield f"AWS KMS deletes the key {attempt.key.key_id} in {pluralize(left, 'day')}."
    for key in facts.keys:
        if key.key_id != attempt.key_id and key.state in ("Enabled", "Disabled"):
            yield (
                f"Another key of the lab, {key.key_id}, is {key.state}; "
                "it costs money until you schedule its deletion."
            )
    if not is_complete(findings):
        yield from _about_trail(facts)


def _about_trail(facts: AccountFacts) -> Iterator[str]:
    if facts.trail.missing:
        yield (
            f"{facts.trail.missing} Without the trail, the check sees only what is there now: "
            "no decryption, and no key that is deleted."
        )
    elif not facts.is_sandbox:
        yield "In AWS, calls reach the trail after some minutes."
