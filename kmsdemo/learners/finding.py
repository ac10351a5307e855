"""The result of a check: one finding for each requirement of the lab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["done", "not yet", "not reached"]
Part = Literal["lab", "beyond"]

MARKS: Final[Mapping[Verdict, str]] = {"done": "✔", "not yet": "✘", "not reached": "·"}
WORDS: Final[Mapping[Verdict, str]] = {"done": "done", "not yet": "not yet", "not reached": "later"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one requirement of the lab is met.

    Attributes:
        step: The step of the lab: ``2. Create the table``.
        requirement: What the lab asks for.
        verdict: ``done``, ``not yet``, or ``not reached`` where it depends on another one.
        actual: What was found instead, or why it was not reached; empty where it is done.
        next_step: What to do; empty unless the verdict is ``not yet``.
        expected: What should be found, where it is more specific than the requirement.
        output: The line that a program printed instead.
        part: ``lab`` for what the lab's text asks, ``beyond`` for what a good engineer adds.
    """

    step: str
    requirement: str
    verdict: Verdict
    actual: str = ""
    next_step: str = ""
    expected: str = ""
    output: str = ""
    part: Part = "lab"

    @property
    def explanations(self) -> dict[str, str]:
        """The explanation of a requirement that is not met or not reached, by label."""
        lines = {
            "Expected": self.expected,
            "Found": self.actual,
            "Output": self.output,
            "Next": self.next_step,
        }
        return {label: text for label, text in lines.items() if text}


class CheckFailed(AssertionError):
    """A requirement of the lab is not met.

    Args:
        actual: What was found instead: one sentence.
        expected: What should be found.
        output: The line that a program printed instead.
        next_step: What to do, where the description of the scenario does not help.
    """

    def __init__(
        self, actual: str, *, expected: str = "", output: str = "", next_step: str = ""
    ) -> None:
        super().__init__(actual)
        self.actual, self.expected, self.output = actual, expected, output
        self.next_step = next_step

    def __str__(self) -> str:
        lines = {"": self.actual, "expected: ": self.expected, "output: ": self.output}
        return "\n".join(f"{label}{text}" for label, text in lines.items() if text)


def fail_if_any(faults: Iterable[str]) -> None:
    """Raise :class:`CheckFailed` with the first fault that is not empty, and count the others."""
    if found := [fault for fault in faults if fault]:
        others = f" The same in {len(found) - 1} more." if len(found) > 1 else ""
        raise CheckFailed(found[0] + others)


def is_complete(findings: Sequence[Finding]) -> bool:
    """Return whether the lab is completed: every step is done."""
    return set(by_step(findings).values()) == {"done"}


def by_step(findings: Sequence[Finding]) -> dict[str, Verdict]:
    """Return the verdict of each step: the worst of its requirements that are reached."""
    verdicts: dict[str, set[Verdict]] = {}
    for finding in findings:
        verdicts.setdefault(finding.step, set()).add(finding.verdict)
    order: tuple[Verdict, ...] = ("not yet", "done", "not reached")
    return {
        step: next(verdict for verdict in order if verdict in there)
        for step, there in verdicts.items()
    }
