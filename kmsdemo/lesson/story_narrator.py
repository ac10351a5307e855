"""Presents the story of the lab, in its steps and in the commands that a person types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.lesson import features
from kmsdemo.lesson.narrator import Narrator
from kmsdemo.lesson.renderer import Chapter, Ending
from kmsdemo.suite import script
from kmsdemo.suite.story import LabStep, Story
from kmsdemo.trace import summary
from kmsdemo.trace.shell_session import ShellSession

if TYPE_CHECKING:
    import pytest
    from pytest_bdd.parser import Step

    from kmsdemo.lesson.account_state import Fact
    from kmsdemo.suite.script import CompletedCommand
    from kmsdemo.trace.recording import Call

_CALLS_OF_SCRIPT = "The calls of the script, as aws commands:"


@dataclass
class StoryNarrator(Narrator):
    """Presents the eight steps.

    Attributes:
        story: The lab.
        first: The step to begin with.
        with_notes: Whether to print the instructor's notes.
    """

    story: Story = field(default_factory=lambda: Story("", "", []))
    first: LabStep | None = None
    with_notes: bool = False
    _shell: ShellSession = field(init=False)
    _told: dict[str, Any] = field(default_factory=lambda: {"MultiRegion": False})

    chapter_word = "step"

    def __post_init__(self) -> None:
        self._shell = ShellSession(self.password)

    def selected(self, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        if self.first is None:
            self.print(lambda renderer: renderer.opening(self.story.title, self.story.description))
        self._chapters = {step.title: self._chapter(step) for step in self.story.steps}
        begin = self.first.number if self.first else 1
        return [item for item in items if self._step(self.chapter_of(item)).number >= begin]

    def chapter_of(self, item: pytest.Item) -> str:
        return features.scenario_of(item).name

    def tell_calls(self, step: Step, calls: Sequence[Call], *, is_about_traffic: bool) -> None:
        for call in calls:
            self._shell.learn(call)
        if step.type == "given":
            return
        for command in script.commands:
            self._tell_program(command)
        if script.commands:
            self._tell_calls_of_script([call for call in calls if self._shell.is_new(call)])
        else:
            for call in calls:
                self._tell_call(call)

    def label(self, name: str) -> str:
        number = self._step(name).number
        left = sum(step.minutes for step in self.story.steps if step.number >= number)
        return f"{self._chapters[name].number}, {left} min left"

    def end_chapter(self, name: str, facts: Sequence[Fact]) -> None:
        shown = [fact.shortened(self._shell.shortened) for fact in facts]
        self.print(lambda renderer: renderer.state("The account now", shown))
        topics = self._step(name).topics
        self.print(lambda renderer: renderer.topics(topics))

    def command(self, name: str) -> str:
        return f"kmsdemo lab {self._step(name).name}"

    def ending(self) -> Ending:
        ending = super().ending()
        ending.next_step = "Do it yourself: kmsdemo shell. Go deeper: kmsdemo lab --deeper."
        return ending

    def _step(self, title: str) -> LabStep:
        return next(step for step in self.story.steps if step.title == title)

    def _chapter(self, step: LabStep) -> Chapter:
        number = f"Step {step.number} of {len(self.story.steps)}"
        notes = step.notes if self.with_notes else ()
        return Chapter(number, step.title, step.description, notes)

    def _tell_program(self, completed: CompletedCommand) -> None:
        before, after = self._shell.script(completed.command)
        self.print(lambda renderer: renderer.commands(before))
        stdout = _code(completed.stdout) if completed.command[0] == "cat" else completed.stdout
        for text, outcome in ((stdout, "passed"), (completed.stderr, "failed")):
            if text:
                self._print_output(self._shell.shortened(text), outcome)
        if after:
            self.print(lambda renderer: renderer.commands(after))

    def _print_output(self, text: str, outcome: str) -> None:
        self.print(lambda renderer: renderer.output(text, outcome))

    def _tell_calls_of_script(self, calls: Sequence[Call]) -> None:
        if calls:
            self.print(lambda renderer: renderer.remark(_CALLS_OF_SCRIPT, "note"))
        for call in calls:
            self._tell_call(call, keeps_ciphertext=True)

    def _tell_call(self, call: Call, *, keeps_ciphertext: bool = False) -> None:
        """Print the commands of a call, unless they were typed before, and what its answer adds."""
        commands = self._shell.commands(call, keeps_ciphertext=keeps_ciphertext)
        news = self._news(call)
        if commands:
            boto3 = self._shell.boto3(call, keeps_ciphertext=keeps_ciphertext)
            self.print(lambda renderer: renderer.commands(commands, boto3))
        if news:
            text = news if commands else f"{call.operation} again: {news}"
            outcome = "failed" if call.error else "passed"
            self.print(lambda renderer: renderer.answer(text, outcome))

    def _news(self, call: Call) -> str:
        """Return the parts of the answer that no earlier answer contained."""
        fields = {"error": call.error} if call.error else summary.added_fields(call)
        news = {name: value for name, value in fields.items() if self._told.get(name) != value}
        self._told.update(fields)
        if news.get("Plaintext") and encodings_that_show(self.password, call.response_body):
            news["Plaintext"] = self.password
        return self._shell.shortened(news.get("error") or summary.in_words(news))


def _code(text: str) -> str:
    """Return the functions of the scripts, which make the calls."""
    kept, is_function = [], False
    for line in text.splitlines():
        if line.startswith("def "):
            is_function = True
        elif line and not line.startswith(" "):
            is_function = False
        if is_function and line:
            kept.append(line)
    return "\n".join(kept)
