"""Where a learner is in the eight steps of the lab, from the findings of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from kmsdemo.learners.finding import Finding, Verdict, by_step, is_complete

if TYPE_CHECKING:
    from kmsdemo.suite.story import LabStep, Story


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a learner.

    Attributes:
        verdicts: One for each step of the lab, in order.
        current: The step to be done now; ``None`` when the lab is complete.
        findings: Why: one for each requirement.
    """

    verdicts: Sequence[tuple[LabStep, Verdict]]
    current: LabStep | None
    findings: Sequence[Finding]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(verdict == "done" for _, verdict in self.verdicts)

    @property
    def next_action(self) -> Finding | None:
        """The requirement to be met now; ``None`` when the lab is complete."""
        if self.current is None:
            return None
        return next((one for one in self.findings if one.verdict == "not yet"), None)


def progress(story: Story, findings: Sequence[Finding]) -> Progress:
    """Return the progress that findings show.

    Reading the scripts and decrypting leave nothing in the account: such a step is done when a
    later one is.

    Args:
        story: The lab.
        findings: One for each requirement, at least one.
    """
    found = by_step(findings)
    known = [found.get(step.heading, "not reached") for step in story.steps]
    later_is_done = reversed(list(accumulate((one == "done" for one in reversed(known)), max)))
    verdicts: list[tuple[LabStep, Verdict]] = [
        (step, "done" if is_later_done and step.heading not in found else verdict)
        for step, verdict, is_later_done in zip(story.steps, known, later_is_done, strict=True)
    ]
    return Progress(verdicts, _current(verdicts, is_complete(findings)), findings)


def _current(verdicts: Sequence[tuple[LabStep, Verdict]], is_complete: bool) -> LabStep | None:
    if is_complete:
        return None
    return next((step for step, verdict in verdicts if verdict == "not yet"), None)
