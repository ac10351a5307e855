"""Prints the progress of the lab: the eight steps, what is missing, and one next action."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from kmsdemo.cli import hint
from kmsdemo.cli.findings import STYLES
from kmsdemo.cli.hint import Hint
from kmsdemo.learners.finding import MARKS, WORDS, by_step, is_complete
from kmsdemo.lesson.terminal import wrapped
from kmsdemo.printable import printable
from kmsdemo.suite import story

if TYPE_CHECKING:
    from kmsdemo.learners.check import Inspection
    from kmsdemo.learners.finding import Finding, Verdict
    from kmsdemo.suite.story import LabStep

_PLAIN_WORDS: Final = {**WORDS, "not yet": "NOT YET"}
_WIDTH_OF_WORDS: Final = 8


def show(inspection: Inspection, where: str, *, with_hint: bool = False) -> None:
    """Print the progress in an account.

    Args:
        inspection: What the account shows.
        where: The account, as a line.
        with_hint: Whether to print the commands of the next step.
    """
    printer = _Printer()
    printer.line(0, where)
    printer.line(0, "")
    verdicts, upcoming = by_step(inspection.findings), next_finding(inspection.findings)
    for step in story.read().steps:
        printer.step(step, verdicts[step.heading])
        missing = [one for one in inspection.findings if _is_missing(one, step)]
        if upcoming in missing:
            printer.sentences(step)
        printer.missing(missing)
    printer.line(0, "")
    for remark in inspection.remarks:
        printer.line(0, remark)
    printer.line(0, f"{summary(inspection.findings)}{_action(inspection, upcoming)}", "bold")
    if upcoming and with_hint:
        _show_hint(printer, inspection, upcoming)
    elif upcoming:
        printer.line(0, "Its command: kmsdemo check --hint")


def _show_hint(printer: _Printer, inspection: Inspection, upcoming: Finding) -> None:
    number = int(upcoming.step.partition(".")[0])
    if typed := hint.for_step(number, inspection):
        printer.hint(typed)
    else:
        printer.line(0, "kmsdemo guide -o lab.html writes a page with its command.")


def summary(findings: Sequence[Finding]) -> str:
    """Return how many steps are done, such as ``3 of 8``."""
    verdicts = list(by_step(findings).values())
    return f"{verdicts.count('done')} of {len(verdicts)}"


def next_finding(findings: Sequence[Finding]) -> Finding | None:
    """Return the first requirement to meet; ``None`` if none can be met any more."""
    return next((one for one in findings if one.verdict == "not yet"), None)


def _action(inspection: Inspection, upcoming: Finding | None) -> str:
    """Return the rest of the sentence that begins with the number of steps."""
    if upcoming:
        return f". Next, {upcoming.step}: {upcoming.next_step}"
    if is_complete(inspection.findings):
        return ": the lab is complete."
    missed = [one for one in inspection.findings if one.verdict == "not reached"]
    over = "; ".join(f"{one.step}: {one.actual}" for one in missed)
    return f". {over}. To do the whole lab, begin again with a new key."


def _is_missing(finding: Finding, step: LabStep) -> bool:
    return finding.step == step.heading and finding.verdict == "not yet"


class _Printer:
    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._has_marks = sys.stdout.isatty() and self._console.encoding.startswith("utf")

    def step(self, step: LabStep, verdict: Verdict) -> None:
        word = _PLAIN_WORDS[verdict]
        mark = MARKS[verdict] if self._has_marks else f"{word:{_WIDTH_OF_WORDS}}"
        self.line(2, f"{mark} {step.heading}", STYLES[verdict])

    def sentences(self, step: LabStep) -> None:
        """Print what a step asks for, in the words of the feature."""
        for sentence in step.actions:
            self.line(6, sentence)

    def missing(self, findings: Sequence[Finding]) -> None:
        for one in findings:
            self.line(6, f"Missing: {one.requirement}")
            self.line(6, f"Found: {one.actual}")

    def hint(self, typed: Hint) -> None:
        """Print commands as they are typed, without wrapping, to be copied."""
        for shell, lines in (("bash", typed.bash), ("PowerShell", typed.powershell)):
            self.line(0, "")
            self.line(0, f"{shell}:")
            self._console.print(Text(textwrap.indent(lines.rstrip(), "  ")), soft_wrap=True)

    def line(self, indent: int, text: str, style: str = "") -> None:
        shown = printable(text, keep="\n\t")  # which wrapping takes for spaces
        self._console.print(Text(wrapped(shown, self._console.width, indent), style=style))
