"""The grades of a class: graded with a progress bar, shown as a table, written to files."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from kmsdemo.cli.output import print_json
from kmsdemo.learners import feedback as feedback_pages
from kmsdemo.learners import grade_class
from kmsdemo.learners import junit as junit_report
from kmsdemo.learners.errors import ReportUnwritable
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.grade_class import Graded
from kmsdemo.printable import printable

NOT_GRADED = 3
"""The exit code where the machine was too busy to grade."""


def grade(
    folder: Path, encrypt: str | None, decrypt: str | None, limits: list[str], *, quiet: bool
) -> list[Graded]:
    """Grade the submissions in a folder, with a progress bar on standard error."""
    number = len(grade_class.submissions(folder))
    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task("Grading", total=number)
        return grade_class.grade_class(
            folder, encrypt, decrypt, limits, lambda _: bar.advance(task)
        )


def write(
    results: list[Graded],
    csv_file: Path | None,
    junit: Path | None,
    feedback: Path | None,
    feedback_as: str,
    *,
    strict: bool,
) -> None:
    """Write the requested files."""
    if csv_file:
        _write_csv(csv_file, results)
    if junit:
        suites = {result.name: result.findings or _as_finding(result) for result in results}
        junit_report.write(junit, suites, strict=strict)
    if feedback:
        feedback_pages.write(feedback, results, feedback_as)


def show(results: list[Graded], as_json: bool) -> None:
    """Print the results."""
    if as_json:
        print_json([{**asdict(result), "marks": asdict(result.marks)} for result in results])
    else:
        Console(highlight=False).print(_table(results))


def exit_code(results: list[Graded], *, strict: bool) -> int:
    """Return 0 if everyone has done what is required, 3 if someone could not be graded, else 1."""
    if any(not result.digest for result in results):
        return NOT_GRADED
    return 0 if all(result.is_passed(strict=strict) for result in results) else 1


def _as_finding(result: Graded) -> list[Finding]:
    return [Finding("The two scripts", "They can be graded", "not yet", result.problem)]


def _table(results: list[Graded]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("learner", "the lab", "beyond it", ""):
        table.add_column(heading)
    for result in results:
        table.add_row(*(Text(printable(cell)) for cell in _row(result)))
    return table


def _row(result: Graded) -> tuple[str, str, str, str]:
    if not result.findings:
        return (result.name, "-", "-", result.problem.partition("\n")[0])
    marks = result.marks
    left = next((one.requirement for one in result.findings if one.verdict == "not yet"), "")
    return (result.name, str(marks.lab), str(marks.beyond), left)


def _write_csv(path: Path, results: list[Graded]) -> None:
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["learner", "lab", "lab_of", "beyond", "beyond_of", "problem"])
            for result in results:
                lab, beyond = result.marks.lab, result.marks.beyond
                row = [lab.done, lab.of, beyond.done, beyond.of, result.problem]
                writer.writerow([result.name, *row])
    except OSError as error:
        raise ReportUnwritable(str(path), str(error.strerror)) from error
