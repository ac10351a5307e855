"""What a lesson is told with: one page for whoever watches, one for whoever reads later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kmsdemo.lesson.account_state import Fact


@dataclass(frozen=True, slots=True)
class Chapter:
    """A feature, as a chapter.

    Attributes:
        place: Where it stands: ``Chapter 3 of 7``.
        title: The feature's name.
        explanation: The feature's description, one line a paragraph.
    """

    place: str
    title: str
    explanation: str


@dataclass(frozen=True, slots=True)
class CallSummary:
    """An AWS call, as it is told.

    Attributes:
        title: Service and operation, and who called if it was not the lab itself.
        seconds: How long it took.
        sent: The parameters that teach something.
        came_back: What the answer adds.
        command: The parts of the command of the AWS CLI that makes the same call.
        traffic: Body and remark, where the lesson is about what travels.
    """

    title: str
    seconds: float
    sent: str
    came_back: str
    command: Sequence[str]
    traffic: Sequence[str] = ()


@dataclass(slots=True)
class Ending:
    """How a lesson ended.

    Attributes:
        summary: One sentence: how much of what, in how many seconds.
        learned: Each chapter's title, with what it showed.
        cleaned_up: What became of what the lab made.
        failures: What failed, and what to do about it.
    """

    summary: str
    learned: dict[str, list[str]] = field(default_factory=dict)
    cleaned_up: str = ""
    failures: list[str] = field(default_factory=list)


class Renderer(Protocol):
    """A page that a lesson is told on, from its top to its end."""

    def chapter(self, chapter: Chapter) -> None:
        """Open a chapter."""

    def rule(self, name: str, description: str) -> None:
        """Say what the next scenarios show."""

    def scenario(self, name: str) -> None:
        """Begin a scenario."""

    def step(self, outcome: str, keyword: str, sentence: str) -> None:
        """Say how a step ended: ``passed``, ``failed`` or ``differs``."""

    def call(self, call: CallSummary) -> None:
        """Show a call of the step."""

    def as_before(self, operations: Iterable[str]) -> None:
        """Name the calls of a preparation that has been shown already."""

    def remark(self, text: str, outcome: str) -> None:
        """Say why a step failed, or a scenario is not possible here."""

    def state(self, facts: Sequence[Fact]) -> None:
        """Show, at the end of a chapter, what its first scenario left in the account."""

    def ending(self, ending: Ending) -> None:
        """End the lesson."""

    def interrupted(self, text: str) -> None:
        """End it before its end."""
