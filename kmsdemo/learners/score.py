"""The score of two scripts: the lab's part, and what is beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kmsdemo.learners.finding import Finding, Part


@dataclass(frozen=True, slots=True)
class Score:
    """How many requirements are met.

    Attributes:
        done: Those that are met.
        of: All.
    """

    done: int
    of: int

    @property
    def is_full(self) -> bool:
        """Whether all are met."""
        return self.done == self.of

    def __str__(self) -> str:
        return f"{self.done} of {self.of}"


@dataclass(frozen=True, slots=True)
class Marks:
    """The scores of both parts.

    Attributes:
        lab: What the lab's text asks.
        beyond: What a good engineer adds.
    """

    lab: Score
    beyond: Score

    def is_passed(self, *, strict: bool) -> bool:
        """Return whether the lab has full marks; with ``strict``, whether both parts have."""
        return self.lab.is_full and (self.beyond.is_full or not strict)

    def __str__(self) -> str:
        complete = ", complete" if self.lab.is_full else ""
        return f"The lab: {self.lab}{complete}. Beyond it: {self.beyond}."


def marks(findings: Sequence[Finding]) -> Marks:
    """Return the scores of findings."""
    return Marks(_score(findings, "lab"), _score(findings, "beyond"))


def _score(findings: Sequence[Finding], part: Part) -> Score:
    verdicts = [finding.verdict for finding in findings if finding.part == part]
    return Score(verdicts.count("done"), len(verdicts))
