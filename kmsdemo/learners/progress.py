"""How far a learner got in the steps of the lab, from the findings of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmsdemo.learners.finding import Finding, Verdict, by_step


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a learner.

    Attributes:
        findings: One for each requirement of the lab, in its order.
    """

    findings: Sequence[Finding]

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each step, by its heading, such as ``1. Create the key``."""
        return by_step(self.findings)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(verdict == "done" for verdict in self.verdicts.values())

    @property
    def next_action(self) -> Finding | None:
        """The requirement to be met now; ``None`` when the lab is complete."""
        return next((one for one in self.findings if one.verdict == "not yet"), None)

    @property
    def current(self) -> str:
        """The heading of the step to be done now; empty when the lab is complete."""
        return self.next_action.step if self.next_action else ""
