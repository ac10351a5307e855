"""The lesson as Markdown, to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending

_MARKS = {"passed": "✔", "failed": "✘", "differs": "≠"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


class Transcript:
    """Writes a lesson to a file.

    Args:
        file: Opened for writing; text.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._write("# The KMS lab")

    def chapter(self, chapter: Chapter) -> None:
        self._write(f"## {chapter.place}: {_text(chapter.title)}", _prose(chapter.explanation))

    def rule(self, name: str, description: str) -> None:
        self._write(f"### {_text(name)}", _prose(description))

    def scenario(self, name: str) -> None:
        self._write(f"#### {_text(name)}")

    def step(self, outcome: str, keyword: str, sentence: str) -> None:
        self._write(f"{_MARKS[outcome]} **{keyword}** {_text(sentence)}")

    def call(self, call: CallSummary) -> None:
        facts = [f"- {_text(call.title)}: {_text(call.sent)}"]
        if call.came_back:
            facts.append(f"- → {_text(call.came_back)}")
        facts += [f"- {_text(text)}" for text in call.traffic]
        self._write("\n".join(facts), f"```sh\n{' '.join(call.command)}\n```")

    def as_before(self, operations: Iterable[str]) -> None:
        self._write(f"- as before: {', '.join(operations)}")

    def remark(self, text: str, outcome: str) -> None:
        self._write(f"```text\n{text}\n```")

    def state(self, facts: Sequence[Fact]) -> None:
        rows = [f"| {fact.about} | {_text(fact.said).replace(chr(10), '<br>')} |" for fact in facts]
        self._write("\n".join(["| the account after the first scenario | |", "|---|---|", *rows]))

    def ending(self, ending: Ending) -> None:
        self._write("## What you have seen")
        for title, shown in ending.learned.items():
            sentences = [f"- {_text(sentence)}" for sentence in shown]
            self._write(f"**{_text(title)}**", "\n".join(sentences))
        self._write(_text(ending.cleaned_up))
        self._write(*map(_text, ending.failures), _text(ending.summary))

    def interrupted(self, text: str) -> None:
        self._write(text)

    def _write(self, *paragraphs: str) -> None:
        """Write paragraphs at once, so that what was told is kept whatever comes."""
        self._file.writelines(f"{paragraph}\n\n" for paragraph in paragraphs if paragraph)
        self._file.flush()


def _prose(text: str) -> str:
    """Return paragraphs, of which each is a line, as Markdown has them."""
    return _text(text).replace("\n", "\n\n")


def _text(text: str) -> str:
    """Return a text in which nothing means anything to Markdown."""
    return _SPECIAL.sub(r"\\\1", text)
