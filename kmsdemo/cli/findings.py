"""Prints findings under the step of the lab, with what to do next."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from kmsdemo.learners.finding import MARKS, WORDS, Finding
from kmsdemo.lesson.terminal import wrapped
from kmsdemo.printable import printable

STYLES = {"done": "green", "not yet": "bold red", "not reached": "dim"}
_PLAIN_WORDS = {**WORDS, "not yet": "NOT YET"}


class FindingsPrinter:
    """Prints findings, one after another."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._step = ""

    def add(self, finding: Finding) -> None:
        """Print a finding."""
        if finding.step != self._step:
            self._step = finding.step
            self._print(0, finding.step, "bold")
        has_marks = sys.stdout.isatty() and self._console.encoding.startswith("utf")
        mark = (MARKS if has_marks else _PLAIN_WORDS)[finding.verdict]
        reason = f": {finding.actual}" if finding.verdict == "not reached" else ""
        self._print(2, f"{mark} {finding.requirement}{reason}", STYLES[finding.verdict])
        if finding.verdict == "not yet":
            self._explain(finding)

    def end(self, text: str) -> None:
        """Print the result of all findings."""
        self._console.print()
        self._print(0, text, "bold")

    def _explain(self, finding: Finding) -> None:
        for label, text in finding.explanations.items():
            self._print(4, f"{label}: {text}")

    def _print(self, indent: int, text: str, style: str = "") -> None:
        shown = printable(text, keep="\n\t")  # which wrapping takes for spaces
        self._console.print(Text(wrapped(shown, self._console.width, indent), style=style))
