"""The progress of a learner in the steps of the lab, from the findings of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kmsdemo.learners.finding import Finding, Verdict, by_step, is_complete


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a learner.

    Attributes:
        findings: One for each requirement of the lab, in its order.
        completed: When the lab was completed, by the clock of the account; ``None`` if it is not,
            or if nobody remembers.
    """

    findings: Sequence[Finding]
    completed: datetime | None = None

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each step, by its heading, such as ``1. Create the key``."""
        return by_step(self.findings)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(verdict == "done" for verdict in self.verdicts.values())

    @property
    def is_complete(self) -> bool:
        """Whether all steps are done."""
        return is_complete(self.findings)

    @property
    def next_action(self) -> Finding | None:
        """The requirement to be met now; ``None`` when the lab is complete."""
        return next((one for one in self.findings if one.verdict == "not yet"), None)

    @property
    def current(self) -> str:
        """The heading of the step to be done now; empty when the lab is complete."""
        return self.next_action.step if self.next_action else ""
