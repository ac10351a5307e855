"""Renders the lesson on a terminal, in a pipe, or for a screen reader."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending
from kmsdemo.printable import printable

# Readable on a light and on a dark background alike, which blue, cyan and yellow are not.
_LONGEST_COMMAND = 1500
_STYLES = {
    "passed": "bold green",
    "failed": "bold red",
    "differs": "magenta",
    "skipped": "magenta",
    "note": "",
}
_ANSWER_STYLES = {"passed": "green", "failed": "red"}
_MARKS = {"passed": "✔", "failed": "✘", "differs": "≠"}
_WORDS = {"passed": "ok", "failed": "FAILED", "differs": "differs"}


class TerminalRenderer:
    """Prints a lesson while it runs.

    Args:
        console: Where to print.
        plain: Whether to use words instead of colours and frames: for a pipe or a screen reader.
    """

    def __init__(self, console: Console, *, plain: bool) -> None:
        self._console = console
        self._plain = plain
        # Frames and arrows need a terminal with Unicode.
        self._draws = not plain and console.encoding.startswith("utf")

    def opening(self, title: str, explanation: str) -> None:
        self._line(0, explanation)

    def chapter(self, chapter: Chapter) -> None:
        self._blank()
        title = f"{chapter.number}: {chapter.title}"
        if self._draws:
            self._console.print(Rule(Text(title, style="bold"), style="green", align="left"))
        else:
            self._line(0, title)
        self._line(2, chapter.explanation)
        for note in chapter.notes:
            self._line(4, f"{note.kind}: {note.text}", "italic", hanging=2)

    def rule(self, name: str, description: str) -> None:
        self._blank()
        self._line(2, name, "underline")
        self._line(2, description)

    def scenario(self, name: str) -> None:
        self._blank()
        self._line(2, name, "bold")

    def step(self, outcome: str, keyword: str, sentence: str) -> None:
        mark = (_MARKS if self._draws else _WORDS)[outcome]
        self._line(4, f"{mark} {keyword} {sentence}", _STYLES[outcome], hanging=len(mark) + 1)

    def call(self, call: CallSummary) -> None:
        self._line(8, f"{call.title} ({_duration(call.seconds)})", "bold")
        self._line(10, call.parameters)
        if call.answer:
            self._line(10, f"{'→' if self._draws else 'answer:'} {call.answer}", hanging=2)
        self._command(10, call.command)
        for text in call.traffic:
            self._line(10, text, "italic", hanging=2)

    def repeated_calls(self, operations: Iterable[str]) -> None:
        self._line(8, f"as before: {', '.join(operations)}")

    def commands(self, commands: Sequence[Sequence[str]], boto3: str = "") -> None:
        for command in commands:
            self._command(6, command)

    def output(self, text: str, outcome: str) -> None:
        bar = f"      {'│' if self._draws else '|'} "
        for line in map(printable, text.splitlines()):
            indent = " " * (len(line) - len(line.lstrip()) + 4)
            width = self._console.width - len(bar)
            for part in textwrap.wrap(
                line, width, subsequent_indent=indent, break_on_hyphens=False
            ):
                self._print(f"{bar}{part}", _ANSWER_STYLES[outcome])

    def answer(self, text: str, outcome: str) -> None:
        arrow = "→" if self._draws else "answer:"
        self._line(6, f"{arrow} {text}", _ANSWER_STYLES[outcome], hanging=2)

    def remark(self, text: str, outcome: str) -> None:
        self._line(6, text, _STYLES[outcome])

    def state(self, title: str, facts: Sequence[Fact]) -> None:
        self._line(2, f"{title}:", "bold")
        for fact in facts:
            text = ", ".join(fact.description.splitlines())
            self._line(4, f"{fact.resource}: {text}", hanging=2)

    def topics(self, names: Sequence[str]) -> None:
        self._line(2, f"Deeper: kmsdemo lab --deeper {' | '.join(names)}")

    def ending(self, ending: Ending) -> None:
        if ending.learned:
            self._blank()
            self._line(0, "What this lesson showed", "bold")
        for title, shown in ending.learned.items():
            self._line(2, title, "bold")
            for sentence in shown:
                self._line(4, f"- {sentence}", hanging=2)
        if ending.cleaned_up:
            self._blank()
            self._line(0, ending.cleaned_up)
        for failure in ending.failures:
            self._blank()
            self._line(0, failure, _STYLES["failed"])
        self._blank()
        self._line(0, ending.summary, "bold")
        self._line(0, ending.next_step)

    def interrupted(self, text: str) -> None:
        self._console.print(Text(printable(text, keep="\n")))

    def _command(self, indent: int, command: Sequence[str]) -> None:
        """Print a command that can be copied; continue a long one on more lines."""
        if (length := len(" ".join(command))) > _LONGEST_COMMAND:
            text = f"{command[0]} {command[1]}, {length:,} characters; see a transcript"
            self._line(indent, f"({text})", "dim")
            return
        lines = continued([f"$ {command[0]}", *command[1:]], self._console.width - indent - 2)
        for line in map(printable, lines):
            # The terminal wraps a part that is longer than a line, so that it can be copied.
            self._console.print(Text(" " * indent + line, style="magenta"), soft_wrap=True)

    def _blank(self) -> None:
        self._console.print()

    def _line(self, indent: int, text: str, style: str = "", hanging: int = 0) -> None:
        """Print a text, each line wrapped at the width of the terminal."""
        for line in text.splitlines():
            shown = wrapped(printable(line), self._console.width, indent, hanging)
            self._print(shown, style)

    def _print(self, text: str, style: str) -> None:
        self._console.print(Text(text, style="" if self._plain else style))


def continued(command: Sequence[str], width: int) -> list[str]:
    """Return a command, given in its parts, on as many lines as it needs; it can be copied."""
    lines = [command[0]]
    for part in command[1:]:
        if len(lines[-1]) + 1 + len(part) <= width:
            lines[-1] += f" {part}"
        else:
            lines[-1] += " \\"
            lines.append(f"    {part}")
    return lines


def wrapped(line: str, width: int, indent: int, hanging: int = 0) -> str:
    """Return a line, indented and wrapped; ``hanging`` indents all but the first line further."""
    return textwrap.fill(
        line,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
