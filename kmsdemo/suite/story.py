"""The lab as its feature presents it: eight steps, whose numbers and titles everything else uses.

Also a pytest plugin: a tag such as ``@deeper:envelope`` names a topic and marks no test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import dropwhile
from pathlib import Path
from typing import Any

from kmsdemo.suite import location

_TOPIC = "@deeper:"
_NOTE = re.compile(r"#\s*(\w+):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Note:
    """What only the instructor sees.

    Attributes:
        kind: ``Minutes``, ``Objective``, ``Ask`` or ``Answer``.
        text: The note.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class LabStep:
    """One of the eight steps of the lab: a scenario of the feature.

    Attributes:
        number: From 1.
        title: The scenario's name.
        description: Why; one line for each paragraph.
        sentences: The scenario's steps, with their keywords.
        topics: The names of the features that go deeper from here.
        notes: The instructor's notes.
    """

    number: int
    title: str
    description: str
    sentences: Sequence[str] = ()
    topics: Sequence[str] = ()
    notes: Sequence[Note] = field(default=(), repr=False)

    @property
    def heading(self) -> str:
        """Number and title, such as ``1. Create the key``."""
        return f"{self.number}. {self.title}"

    @property
    def name(self) -> str:
        """The title as a word that a person types, such as ``create-the-key``."""
        return _as_name(self.title)

    @property
    def actions(self) -> list[str]:
        """The sentences from the first ``When``: what one does, and what one sees then."""
        return list(dropwhile(lambda sentence: not sentence.startswith("When "), self.sentences))

    @property
    def minutes(self) -> int:
        """How many minutes an instructor needs for it."""
        return sum(int(note.text) for note in self.notes if note.kind == "Minutes")


@dataclass(frozen=True, slots=True)
class Story:
    """The lab.

    Attributes:
        title: The feature's name.
        description: What it is about; one line for each paragraph.
        steps: The steps, in order.
    """

    title: str
    description: str
    steps: Sequence[LabStep]

    def find(self, text: str) -> LabStep | None:
        """Return the step with this number, name or beginning of a name; ``None`` if none has it.

        Args:
            text: Such as ``4``, ``encrypt-a-password`` or ``encrypt``.
        """
        if text.isdigit():
            return next((step for step in self.steps if str(step.number) == text), None)
        name = _as_name(text)
        return next((step for step in self.steps if name and step.name.startswith(name)), None)


def read() -> Story:
    """Read the lab from its feature.

    Raises:
        CompositeParserException: The feature is not valid Gherkin.
    """
    return _read(location.root() / "features" / "lab.feature")


@cache
def _read(path: Path) -> Story:
    from gherkin.parser import Parser  # noqa: PLC0415, the parser only starts where it reads

    document: Any = Parser().parse(path.read_text(encoding="utf-8"))
    feature = document["feature"]
    return Story(feature["name"], reflowed(feature["description"]), list(_steps(document)))


def reflowed(description: str) -> str:
    """Return a description with each paragraph on one line."""
    return "\n".join(" ".join(paragraph.split()) for paragraph in description.split("\n\n"))


def pytest_bdd_apply_tag(tag: str) -> bool | None:
    """Take the tags that name a topic; pytest-bdd makes marks of the others."""
    return True if f"@{tag}".startswith(_TOPIC) else None


def _as_name(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower().replace("'", "")))


def _steps(document: Any) -> Iterator[LabStep]:
    children = document["feature"]["children"]
    scenarios = [child["scenario"] for child in children if "scenario" in child]
    above = 0
    for number, scenario in enumerate(scenarios, 1):
        steps = scenario["steps"]
        end = (steps[-1] if steps else scenario)["location"]["line"]
        comments = _between(document["comments"], above, end)
        above = end
        yield LabStep(
            number=number,
            title=scenario["name"],
            description=reflowed(scenario["description"]),
            sentences=[f"{step['keyword'].strip()} {step['text']}" for step in steps],
            topics=_topics(scenario),
            notes=list(_notes(comments)),
        )


def _topics(scenario: Any) -> list[str]:
    names = [tag["name"] for tag in scenario["tags"]]
    return [name.removeprefix(_TOPIC) for name in names if name.startswith(_TOPIC)]


def _between(comments: Iterable[Any], above: int, end: int) -> list[str]:
    """Return the comments above a scenario or in it."""
    return [one["text"] for one in comments if above < one["location"]["line"] < end]


def _notes(comments: Iterable[str]) -> Iterator[Note]:
    for comment in comments:
        if note := _NOTE.fullmatch(comment.strip()):
            yield Note(note[1], note[2])
