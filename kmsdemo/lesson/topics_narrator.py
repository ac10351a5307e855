"""Presents the topics that go deeper than the lab, with all scenarios of each feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmsdemo.lesson.errors import ChapterNotFound
from kmsdemo.lesson.features import feature_of, name_of
from kmsdemo.lesson.narrator import Narrator
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending
from kmsdemo.suite.story import reflowed
from kmsdemo.trace import summary
from kmsdemo.trace.boto3_lines import boto3_lines

if TYPE_CHECKING:
    import pytest
    from pytest_bdd.parser import Feature, Rule, Scenario, Step

    from kmsdemo.lesson.account_state import Fact
    from kmsdemo.trace.recording import Call

_STATE = "The account after the first scenario of this topic"


@dataclass
class TopicsNarrator(Narrator):
    """Presents one topic or all.

    Attributes:
        topic: Its name or number; empty for all.
    """

    topic: str = ""
    _learned: dict[str, dict[str, None]] = field(default_factory=dict)
    _rule: Rule | None = None
    _prepared: set[str] = field(default_factory=set)

    chapter_word = "topic"

    def selected(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        every = {name_of(item): feature_of(item) for item in items}
        self._chapters = _numbered(every)
        if not self.topic:
            return list(items)
        if (name := found(self.topic, list(every))) is None:
            self.stop(ChapterNotFound(self.topic, ", ".join(every)))
        return [item for item in items if name_of(item) == name]

    def chapter_of(self, item: pytest.Item) -> str:
        return name_of(item)

    def begin_scenario(self, scenario: Scenario) -> None:
        if scenario.rule is not None and scenario.rule is not self._rule:
            rule = scenario.rule
            self.print(lambda renderer: renderer.rule(rule.name, reflowed(rule.description)))
        self._rule = scenario.rule
        self.print(lambda renderer: renderer.scenario(scenario.name))
        showed = scenario.rule.name if scenario.rule else scenario.name
        self._learned.setdefault(scenario.feature.name, {})[showed] = None

    def tell_calls(self, step: Step, calls: Sequence[Call], *, is_about_traffic: bool) -> None:
        if step.type == "given" and step.name in self._prepared:
            operations = list(dict.fromkeys(call.operation for call in calls))
            if operations:
                self.print(lambda renderer: renderer.repeated_calls(operations))
            return
        if step.type == "given":
            self._prepared.add(step.name)
        for call in calls:
            call_summary = self._summarize(call, is_about_traffic=is_about_traffic)
            self.print(lambda renderer, shown=call_summary: renderer.call(shown))  # type: ignore[misc]

    def end_chapter(self, name: str, facts: Sequence[Fact]) -> None:
        if facts:
            self.print(lambda renderer: renderer.state(_STATE, facts))

    def command(self, name: str) -> str:
        return f"kmsdemo lab --deeper {name}"

    def ending(self) -> Ending:
        ending = super().ending()
        ending.learned = {title: list(shown) for title, shown in self._learned.items()}
        return ending

    def _summarize(self, call: Call, *, is_about_traffic: bool) -> CallSummary:
        caller = f" as {call.caller}" if call.caller else ""
        traffic = summary.in_transit(call, self.password) if is_about_traffic else []
        return CallSummary(
            title=f"{call.service} {call.operation}{caller}",
            seconds=call.seconds,
            parameters=summary.parameters(call),
            answer=summary.response(call),
            command=call.command,
            traffic=traffic,
            boto3=boto3_lines(call),
            outcome="failed" if call.error else "passed",
        )


def _numbered(features: dict[str, Feature]) -> dict[str, Chapter]:
    return {
        name: Chapter(
            f"Topic {number} of {len(features)}", feature.name, reflowed(feature.description)
        )
        for number, (name, feature) in enumerate(features.items(), 1)
    }


def found(topic: str, names: Sequence[str]) -> str | None:
    """Return the name of a topic, given by name or by number from 1; ``None`` if unknown."""
    by_number = {str(number): name for number, name in enumerate(names, 1)}
    if topic in by_number:
        return by_number[topic]
    name = topic.lower().replace("-", "_").replace(" ", "_")
    return name if name in names else None
