"""The progress of a class as a table that fits on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, groupby
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from kmsdemo.cli.findings import STYLES
from kmsdemo.learners.class_progress import ClassProgress, Failures, finished_at, totals
from kmsdemo.learners.finding import MARKS, WORDS, Verdict
from kmsdemo.learners.progress import Progress
from kmsdemo.printable import printable
from kmsdemo.suite import story

_NAME_WIDTH: Final = 28
_ROWS_BESIDE_NAMES: Final = 13
"""The rows of the screen for the header, the totals and the steps."""
_FINISHED: Final = "finished, UTC"
_NOT_READ: Final = "not read"


def table(
    results: ClassProgress,
    failures: Failures,
    *,
    with_marks: bool = False,
    height: int = 0,
    page: int = 0,
) -> Table:
    """Return the progress of a class as a table.

    Args:
        results: The progress of each learner, by name.
        failures: The learners whose account could not be read; their earlier progress is still
            shown.
        with_marks: Whether each step has a column with a mark; else the numbers of the steps are
            under words, for a pipe or a screen reader.
        height: The rows of the screen, on which it must fit; 0 for all names.
        page: Which part of the names to show if they do not fit, beginning again after the last.
    """
    names = list(results)
    size = max(height - _ROWS_BESIDE_NAMES, 1) if height else len(names)
    pages = -(-len(names) // size)
    first = page % pages * size
    steps = [step.heading for step in story.read().steps]
    where = f"; page {page % pages + 1} of {pages}" if pages > 1 else ""
    shown = Table(box=box.SIMPLE_HEAD, caption_justify="left")
    shown.caption = f"{totals(results)}{where}.\n{', '.join(steps)}"
    shown.add_column("learner", no_wrap=True, max_width=_NAME_WIDTH)
    for heading in map(_number, steps) if with_marks else WORDS.values():
        shown.add_column(heading, no_wrap=True)
    shown.add_column(_FINISHED, no_wrap=True)
    for name in names[first : first + size]:
        progress = results[name] or Progress([])
        cells = _marks(progress) if with_marks else _words(progress)
        last = _NOT_READ if name in failures else finished_at(progress)
        shown.add_row(Text(printable(name)), *cells, last)
    return shown


def _marks(progress: Progress) -> Iterator[Text]:
    for verdict in progress.verdicts.values():
        yield Text(MARKS[verdict], style=STYLES[verdict])


def _words(progress: Progress) -> Iterator[Text]:
    for verdict in WORDS:
        yield Text(_steps(progress, verdict), style=STYLES[verdict])


def _steps(progress: Progress, verdict: Verdict) -> str:
    """Return the numbers of the steps with a verdict, such as ``1-5, 7``."""
    numbers = [int(_number(step)) for step, found in progress.verdicts.items() if found == verdict]
    place = count()
    runs = [list(run) for _, run in groupby(numbers, key=lambda number: number - next(place))]
    return ", ".join(map(_range, runs))


def _range(run: Sequence[int]) -> str:
    return f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}"


def _number(step: str) -> str:
    return step.partition(".")[0]
