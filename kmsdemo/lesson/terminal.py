"""Renders the lesson on a terminal, in a pipe, or for a screen reader."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending
from kmsdemo.printable import printable

# Readable on a light and on a dark background alike, which blue, cyan and yellow are not.
_STATE = "The account after the first scenario of this chapter"
_LONGEST_COMMAND = 1500
_STYLES = {"passed": "green", "failed": "bold red", "differs": "magenta", "skipped": "magenta"}
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

    def chapter(self, chapter: Chapter) -> None:
        self._blank()
        if self._draws:
            self._console.print(Rule(Text(chapter.number), style="green", align="left"))
        else:
            self._line(0, chapter.number)
        self._line(0, chapter.title, "bold")
        self._line(2, chapter.explanation)

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
        self._line(8, f"as before: {', '.join(operations)}", "dim")

    def remark(self, text: str, outcome: str) -> None:
        self._line(6, text, _STYLES[outcome])

    def state(self, facts: Sequence[Fact]) -> None:
        self._blank()
        if not self._draws:
            self._line(2, f"{_STATE}:", "bold")
            for fact in facts:
                self._line(
                    4, f"{fact.resource}: {', '.join(fact.description.splitlines())}", hanging=2
                )
            return
        rows = Table.grid(padding=(0, 2))
        for fact in facts:
            rows.add_row(
                Text(fact.resource, style="bold"), Text(printable(fact.description, keep="\n"))
            )
        self._console.print(Panel(rows, title=_STATE, title_align="left", box=box.ROUNDED))

    def ending(self, ending: Ending) -> None:
        self._blank()
        if ending.learned:
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

    def interrupted(self, text: str) -> None:
        self._console.print(Text(printable(text, keep="\n")))

    def _command(self, indent: int, command: Sequence[str]) -> None:
        """Print a command that can be copied; continue a long one on more lines."""
        if (length := len(" ".join(command))) > _LONGEST_COMMAND:
            text = f"{command[0]} {command[1]}, {length:,} characters; see a transcript"
            self._line(indent, f"({text})", "dim")
            return
        width = self._console.width - indent - 2
        lines = [f"$ {command[0]}"]
        for part in command[1:]:
            if len(lines[-1]) + 1 + len(part) <= width:
                lines[-1] += f" {part}"
            else:
                lines[-1] += " \\"
                lines.append(f"    {part}")
        for line in map(printable, lines):
            # The terminal wraps a part that is longer than a line, so that it can be copied.
            self._console.print(Text(" " * indent + line, style="magenta"), soft_wrap=True)

    def _blank(self) -> None:
        self._console.print()

    def _line(self, indent: int, text: str, style: str = "", hanging: int = 0) -> None:
        """Print a text, each line wrapped at the width of the terminal."""
        for line in text.splitlines():
            shown = wrapped(printable(line), self._console.width, indent, hanging)
            self._console.print(Text(shown, style="" if self._plain else style))


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
