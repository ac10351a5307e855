"""What a look at an account found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["done", "not yet", "not reached"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found, at one thing that the lab asks.

    Attributes:
        step: The step of the lab: ``2. Create the table``.
        asks: What the lab asks.
        verdict: ``done``, ``not yet``, or ``not reached`` where something else comes first.
        sees: What is there instead, or why it was not reached; empty where it is done.
        next_step: What to do; empty unless it is not done yet.
    """

    step: str
    asks: str
    verdict: Verdict
    sees: str = ""
    next_step: str = ""


def is_complete(findings: Sequence[Finding]) -> bool:
    """Return whether the lab is done, to its end."""
    return findings[-1].verdict == "done" and all(
        finding.verdict != "not yet" for finding in findings
    )
