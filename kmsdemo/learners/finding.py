"""What a look at an account found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["done", "not yet", "not reached"]

MARKS: Final[Mapping[Verdict, str]] = {"done": "✔", "not yet": "✘", "not reached": "·"}
WORDS: Final[Mapping[Verdict, str]] = {"done": "done", "not yet": "not yet", "not reached": "later"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found, at one thing that the lab asks.

    Attributes:
        step: The step of the lab: ``2. Create the table``.
        asks: What the lab asks.
        verdict: ``done``, ``not yet``, or ``not reached`` where something else comes first.
        sees: What is there instead, or why it was not reached; empty where it is done.
        next_step: What to do; empty unless it is not done yet.
        expected: What should be there, where more is to be said than what is asked.
        output: The line that a program printed instead.
    """

    step: str
    asks: str
    verdict: Verdict
    sees: str = ""
    next_step: str = ""
    expected: str = ""
    output: str = ""


class Mismatch(AssertionError):
    """What there is instead of what the lab asks for.

    Args:
        sees: The sentence about it.
        expected: What should be there.
        output: The line that a program printed instead.
        next_step: What to do, where it is not what helps in other cases.
    """

    def __init__(
        self, sees: str, *, expected: str = "", output: str = "", next_step: str = ""
    ) -> None:
        super().__init__(sees)
        self.sees, self.expected, self.output = sees, expected, output
        self.next_step = next_step

    def __str__(self) -> str:
        said = {"": self.sees, "expected: ": self.expected, "output: ": self.output}
        return "\n".join(f"{about}{text}" for about, text in said.items() if text)


def assert_no_fault(said: Iterable[str]) -> None:
    """Raise :class:`Mismatch` with the first of sentences about faults, unless all are empty."""
    if wrong := [sentence for sentence in said if sentence]:
        others = f" So do {len(wrong) - 1} more." if len(wrong) > 1 else ""
        raise Mismatch(wrong[0] + others)


def is_complete(findings: Sequence[Finding]) -> bool:
    """Return whether the lab is done, to its end."""
    return findings[-1].verdict == "done" and all(
        finding.verdict != "not yet" for finding in findings
    )


def by_step(findings: Sequence[Finding]) -> dict[str, Verdict]:
    """Return the worst verdict on each step of the lab; who is at the end has done them all."""
    verdicts: dict[str, set[Verdict]] = {}
    for finding in findings:
        verdicts.setdefault(finding.step, set()).add(finding.verdict)
    if is_complete(findings):
        return dict.fromkeys(verdicts, "done")
    order: tuple[Verdict, ...] = ("not yet", "done", "not reached")
    return {
        step: next(verdict for verdict in order if verdict in there)
        for step, there in verdicts.items()
    }
