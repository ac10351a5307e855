"""The interface of a renderer, and the facts that it prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kmsdemo.lesson.account_state import Fact

if TYPE_CHECKING:
    from kmsdemo.suite.story import Note


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step of the lab, or a topic.

    Attributes:
        number: Its number: ``Step 3 of 8``.
        title: The name of the scenario or the feature.
        explanation: Its description, one line for each paragraph.
        notes: What only the instructor sees.
    """

    number: str
    title: str
    explanation: str
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class CallSummary:
    """An AWS call, as the lesson shows it.

    Attributes:
        title: The service, the operation, and the caller if it is an IAM user.
        seconds: The duration of the call.
        parameters: The parameters that matter to the lesson.
        answer: What the answer adds to the parameters.
        command: The same call as a command of the AWS CLI, in parts.
        traffic: The bodies of request and response, in a scenario about them.
        boto3: The same call as lines of Python.
        outcome: ``passed``, or ``failed`` where AWS returned an error.
    """

    title: str
    seconds: float
    parameters: str
    answer: str
    command: Sequence[str]
    traffic: Sequence[str] = ()
    boto3: str = ""
    outcome: str = "passed"


@dataclass(slots=True)
class Ending:
    """The end of a lesson.

    Attributes:
        summary: One sentence: the chapters, the scenarios, the duration.
        learned: The title of each topic, with what it showed.
        cleaned_up: What the lesson created and removed.
        failures: What failed, and what to do next.
        next_step: What to do after the lesson.
    """

    summary: str
    learned: dict[str, list[str]] = field(default_factory=dict)
    cleaned_up: str = ""
    failures: list[str] = field(default_factory=list)
    next_step: str = ""


class Renderer(Protocol):
    """Prints a lesson in one output format."""

    def opening(self, title: str, explanation: str) -> None:
        """Begin the story."""

    def chapter(self, chapter: Chapter) -> None:
        """Open a chapter."""

    def rule(self, name: str, description: str) -> None:
        """Print the rule that the next scenarios show."""

    def scenario(self, name: str) -> None:
        """Begin a scenario."""

    def step(self, outcome: str, keyword: str, sentence: str) -> None:
        """Print a step and its outcome: ``passed``, ``failed`` or ``differs``."""

    def call(self, call: CallSummary) -> None:
        """Print a call of the step."""

    def repeated_calls(self, operations: Iterable[str]) -> None:
        """Print the names of calls that were printed in full before."""

    def commands(self, commands: Sequence[Sequence[str]], boto3: str = "") -> None:
        """Print commands that a person types, each in parts; ``boto3`` is the same in Python."""

    def output(self, text: str, outcome: str) -> None:
        """Print what a program printed: ``passed`` or ``failed``."""

    def answer(self, text: str, outcome: str) -> None:
        """Print what AWS returned: ``passed`` or ``failed``."""

    def remark(self, text: str, outcome: str) -> None:
        """Print why a step failed or a scenario is skipped."""

    def state(self, title: str, facts: Sequence[Fact]) -> None:
        """Print the account as it is, or was after the first scenario of the chapter."""

    def topics(self, names: Sequence[str]) -> None:
        """Print which topics go deeper from here."""

    def ending(self, ending: Ending) -> None:
        """End the lesson."""

    def interrupted(self, text: str) -> None:
        """End an interrupted lesson."""
