"""Renders the lesson as Markdown, for the transcript."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TextIO

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending
from kmsdemo.printable import printable

_MARKS = {"passed": "✔", "failed": "✘", "differs": "≠"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


class MarkdownRenderer:
    """Writes a lesson to a file, as Markdown.

    Args:
        file: A text file that is open for writing.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._write("# The KMS lab")

    def opening(self, title: str, explanation: str) -> None:
        self._write(_prose(explanation))

    def chapter(self, chapter: Chapter) -> None:
        self._write(f"## {chapter.number}: {_text(chapter.title)}", _prose(chapter.explanation))
        self._write(*(f"> **{note.kind}** {_text(note.text)}" for note in chapter.notes))

    def rule(self, name: str, description: str) -> None:
        self._write(f"### {_text(name)}", _prose(description))

    def scenario(self, name: str) -> None:
        self._write(f"#### {_text(name)}")

    def step(self, outcome: str, keyword: str, sentence: str) -> None:
        self._write(f"{_MARKS[outcome]} **{keyword}** {_text(sentence)}")

    def call(self, call: CallSummary) -> None:
        facts = [f"- {_text(call.title)}: {_text(call.parameters)}"]
        if call.answer:
            facts.append(f"- → {_text(call.answer)}")
        facts += [f"- {_text(text)}" for text in call.traffic]
        self._write("\n".join(facts), f"```sh\n{' '.join(call.command)}\n```")

    def repeated_calls(self, operations: Iterable[str]) -> None:
        self._write(f"- as before: {', '.join(operations)}")

    def commands(self, commands: Sequence[Sequence[str]], boto3: str = "") -> None:
        lines = "\n".join(" ".join(command) for command in commands)
        self._write(f"```sh\n{lines}\n```")

    def output(self, text: str, outcome: str) -> None:
        self._write(f"```text\n{text.rstrip()}\n```")

    def answer(self, text: str, outcome: str) -> None:
        self._write(f"- → {_text(text)}")

    def remark(self, text: str, outcome: str) -> None:
        self._write(text if outcome == "note" else f"```text\n{text}\n```")

    def state(self, title: str, facts: Sequence[Fact]) -> None:
        rows = [
            f"| {fact.resource} | {_text(fact.description).replace(chr(10), '<br>')} |"
            for fact in facts
        ]
        self._write("\n".join([f"| {title} | |", "|---|---|", *rows]))

    def topics(self, names: Sequence[str]) -> None:
        self._write(f"Deeper: {', '.join(f'`kmsdemo lab --deeper {name}`' for name in names)}")

    def ending(self, ending: Ending) -> None:
        if ending.learned:
            self._write("## What this lesson showed")
        for title, shown in ending.learned.items():
            sentences = [f"- {_text(sentence)}" for sentence in shown]
            self._write(f"**{_text(title)}**", "\n".join(sentences))
        self._write(_text(ending.cleaned_up))
        self._write(*map(_text, ending.failures), _text(ending.summary), _text(ending.next_step))

    def interrupted(self, text: str) -> None:
        self._write(text)

    def _write(self, *paragraphs: str) -> None:
        """Write paragraphs and flush them, in case the lesson is interrupted."""
        text = "".join(f"{paragraph}\n\n" for paragraph in paragraphs if paragraph)
        try:
            self._file.write(printable(text, keep="\n"))
            self._file.flush()
        except OSError as error:
            with suppress(OSError):  # closing a full file fails, too
                self._file.close()
            raise OSError(error.errno, error.strerror, self._file.name) from error


def _prose(text: str) -> str:
    """Return lines as Markdown paragraphs."""
    return _text(text).replace("\n", "\n\n")


def _text(text: str) -> str:
    """Return a text with the special characters of Markdown escaped."""
    return _SPECIAL.sub(r"\\\1", text)
