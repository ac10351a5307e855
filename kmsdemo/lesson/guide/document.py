"""What a guide contains, whatever the format: the renderer of the lesson collects it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsdemo.lesson.renderer import Chapter

if TYPE_CHECKING:
    from kmsdemo.lesson.account_state import Fact


@dataclass(frozen=True, slots=True)
class CommandBlock:
    """What a person types.

    Attributes:
        bash: The commands for bash and zsh.
        powershell: The same for PowerShell; empty where nothing differs.
        boto3: The same as lines of Python; empty where it is no AWS call.
    """

    bash: str
    powershell: str = ""
    boto3: str = ""


@dataclass(frozen=True, slots=True)
class OutputBlock:
    """What the terminal shows then.

    Attributes:
        text: What a program printed, or an answer of AWS in words.
        outcome: ``passed``, ``failed``, ``differs``, ``skipped`` or ``note``.
        is_output: Whether it is to be read as it is printed, line by line.
    """

    text: str
    outcome: str = "passed"
    is_output: bool = False


@dataclass(slots=True)
class StepText:
    """A step of a scenario, with what is typed and seen under it.

    Attributes:
        outcome: ``passed``, ``failed`` or ``differs``.
        keyword: As it is written: ``When`` or ``And``.
        text: The sentence.
        parts: What is typed and seen.
        is_given: Whether it is a ``Given``, or an ``And`` after one.
    """

    outcome: str
    keyword: str
    text: str
    parts: list[CommandBlock | OutputBlock] = field(default_factory=list)
    is_given: bool = False


@dataclass(slots=True)
class ScenarioText:
    """A scenario.

    Attributes:
        name: Its name; empty in the story, where the step of the lab has it.
        rule: The rule that begins with it, if any.
        why: The rule's description.
        sentences: Its steps.
        remarks: Why it is skipped or failed.
    """

    name: str = ""
    rule: str = ""
    why: str = ""
    sentences: list[StepText] = field(default_factory=list)
    remarks: list[OutputBlock] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A step of the lab, or a topic.

    Attributes:
        chapter: Its number, title, explanation and notes.
        name: Its name in links.
        minutes: How long it takes in class; 0 if nobody says.
        scenarios: What it shows.
        state: The account at its end.
        state_title: What the state is about.
        topics: The titles of the topics that go deeper, by their names in links.
    """

    chapter: Chapter
    name: str
    minutes: int = 0
    scenarios: list[ScenarioText] = field(default_factory=list)
    state: Sequence[Fact] = ()
    state_title: str = ""
    topics: Sequence[str] = ()


@dataclass(slots=True)
class Document:
    """A guide.

    Attributes:
        title: The name of the lab.
        explanation: What it is about.
        steps: The steps of the lab.
        topics: What goes deeper.
    """

    title: str
    explanation: str
    steps: list[Section] = field(default_factory=list)
    topics: list[Section] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """How long the lab takes in class."""
        return sum(step.minutes for step in self.steps)


def slug(text: str) -> str:
    """Return a text as a name in links, such as ``create-the-key``."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower().replace("'", "")))
