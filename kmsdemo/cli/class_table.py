"""The progress of a class: as a table that fits on the screen, and as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from rich import box
from rich.table import Table
from rich.text import Text

from kmsdemo.cli.findings import STYLES
from kmsdemo.learners.finding import WORDS, Verdict
from kmsdemo.printable import printable

_NAME_WIDTH: Final = 28
_ROWS_BESIDE_NAMES: Final = 13
"""The rows of the screen for the header, the totals and the steps."""

Progress = Mapping[str, Verdict]
"""The verdict on each step of the lab, by its heading."""


def in_order(results: Mapping[str, Progress], order: str) -> dict[str, Progress]:
    """Return the results in the order ``list``, ``name`` or ``progress``, the furthest first."""
    keys: dict[str, Callable[[str], Any]] = {
        "list": lambda _: 0,
        "name": str.casefold,
        "progress": lambda name: -_done(results[name]),
    }
    return {name: results[name] for name in sorted(results, key=keys[order])}


def _done(progress: Progress) -> int:
    return sum(verdict == "done" for verdict in progress.values())


def print_csv(results: Mapping[str, Progress]) -> None:
    """Print a line for each learner, after a line with the names of the columns."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["learner", "done", *_steps(results)])
    for name, progress in results.items():
        writer.writerow([printable(name), _done(progress), *map(WORDS.get, progress.values())])


def _steps(results: Mapping[str, Progress]) -> list[str]:
    return list(next(iter(results.values())))


def table(
    results: Mapping[str, Progress], marks: Mapping[Verdict, str], *, height: int = 0, page: int = 0
) -> Table:
    """Return the progress of a class as a table.

    Args:
        results: The verdicts on the steps of each learner, by name.
        marks: How a verdict is shown.
        height: The rows of the screen, on which it must fit; 0 for all names.
        page: Which part of the names to show if they do not fit, beginning again after the last.
    """
    names, steps = list(results), _steps(results)
    size = max(height - _ROWS_BESIDE_NAMES, 1) if height else len(names)
    pages = -(-len(names) // size)
    first = page % pages * size
    complete = sum(_done(progress) == len(steps) for progress in results.values())
    totals = f"{complete} of {len(names)} learners have completed the lab"
    where = f"; page {page % pages + 1} of {pages}" if pages > 1 else ""
    shown = Table(box=box.SIMPLE_HEAD, caption_justify="left")
    shown.caption = f"{totals}{where}.\n{', '.join(steps)}"
    shown.add_column("learner", no_wrap=True, max_width=_NAME_WIDTH)
    for step in steps:
        shown.add_column(step.partition(".")[0])
    for name in names[first : first + size]:
        cells = [Text(marks[verdict], style=STYLES[verdict]) for verdict in results[name].values()]
        shown.add_row(Text(printable(name)), *cells)
    return shown
