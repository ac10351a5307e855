"""Renders a lesson into the sections of a guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.guide.document import (
    CommandBlock,
    OutputBlock,
    ScenarioText,
    Section,
    StepText,
    slug,
)
from kmsdemo.lesson.guide.run_values import without_base64
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending
from kmsdemo.lesson.terminal import continued
from kmsdemo.trace.powershell import powershell

_WIDTH: Final = 72
_CONTINUING: Final = ("And", "But", "*")


class GuideRenderer:
    """Collects the sections of the story or of the topics.

    Args:
        kept: Returns a text as the guide shows it: as it is, or with fixed values of the run.
        prefix: The prefix of the names of the sections in links.
        begin_scenario: What is done when a scenario begins.

    Attributes:
        sections: The chapters so far.
        failures: What failed.
        interruption: What was cleaned up after Ctrl-C; empty if nobody pressed it.
    """

    def __init__(
        self,
        kept: Callable[[str], str] = str,
        prefix: str = "",
        begin_scenario: Callable[[], None] = lambda: None,
    ) -> None:
        self.sections: list[Section] = []
        self.failures: list[str] = []
        self.interruption = ""
        self._kept = kept
        self._prefix = prefix
        self._begin_scenario = begin_scenario

    def opening(self, title: str, explanation: str) -> None:
        """The cover says it."""

    def chapter(self, chapter: Chapter) -> None:
        self.sections.append(Section(chapter, f"{self._prefix}{slug(chapter.title)}"))

    def rule(self, name: str, description: str) -> None:
        self.sections[-1].scenarios.append(ScenarioText(rule=name, why=description))

    def scenario(self, name: str) -> None:
        scenarios = self.sections[-1].scenarios
        if not (scenarios and scenarios[-1].rule and not scenarios[-1].name):
            scenarios.append(ScenarioText())
        scenarios[-1].name = name
        self._begin_scenario()

    def step(self, outcome: str, keyword: str, sentence: str) -> None:
        before = self._scenario.sentences[-1:]
        continues = keyword in _CONTINUING and bool(before)
        is_given = before[0].is_given if continues else keyword == "Given"
        told = StepText(outcome, keyword, self._kept(sentence), is_given=is_given)
        self._scenario.sentences.append(told)

    def call(self, call: CallSummary) -> None:
        command = [self._kept(without_base64(part)) for part in call.command]
        boto3 = self._kept(without_base64(call.boto3))
        self._add(CommandBlock("\n".join(continued(command, _WIDTH)), boto3=boto3))
        if call.answer:
            self._add(OutputBlock(self._kept(f"{call.title}: {call.answer}"), call.outcome))
        for text in call.traffic:
            self._add(OutputBlock(self._kept(without_base64(text)), "note"))

    def repeated_calls(self, operations: Iterable[str]) -> None:
        self._add(OutputBlock(f"As before: {', '.join(operations)}.", "note"))

    def commands(self, commands: Sequence[Sequence[str]], boto3: str = "") -> None:
        bash = "\n".join("\n".join(continued(command, _WIDTH)) for command in commands)
        there = "\n".join(map(powershell, commands))
        is_same = there == "\n".join(map(" ".join, commands))
        self._add(
            CommandBlock(self._kept(bash), "" if is_same else self._kept(there), self._kept(boto3))
        )

    def output(self, text: str, outcome: str) -> None:
        self._add(OutputBlock(self._kept(text.rstrip()), outcome, is_output=True))

    def answer(self, text: str, outcome: str) -> None:
        self._add(OutputBlock(self._kept(text), outcome))

    def remark(self, text: str, outcome: str) -> None:
        if outcome == "note" and self._scenario.sentences:
            self._add(OutputBlock(text, outcome))
        elif self.sections:
            self._scenario.remarks.append(OutputBlock(self._kept(text), outcome))

    def state(self, title: str, facts: Sequence[Fact]) -> None:
        self.sections[-1].state_title = title
        self.sections[-1].state = [
            Fact(fact.resource, self._kept(fact.description)) for fact in facts
        ]

    def topics(self, names: Sequence[str]) -> None:
        self.sections[-1].topics = names

    def ending(self, ending: Ending) -> None:
        self.failures = ending.failures

    def interrupted(self, text: str) -> None:
        self.interruption = text

    @property
    def _scenario(self) -> ScenarioText:
        scenarios = self.sections[-1].scenarios
        if not scenarios:
            scenarios.append(ScenarioText())
        return scenarios[-1]

    def _add(self, part: CommandBlock | OutputBlock) -> None:
        self._scenario.sentences[-1].parts.append(part)
