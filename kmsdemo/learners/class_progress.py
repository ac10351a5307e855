"""The progress of a class: in an order, in one sentence, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from kmsdemo.learners.finding import WORDS
from kmsdemo.learners.progress import Progress
from kmsdemo.pluralize import pluralize
from kmsdemo.printable import printable
from kmsdemo.suite import story

ORDERS: Final = ("list", "name", "progress")
_NEVER: Final = datetime.max.replace(tzinfo=timezone.utc)

ClassProgress = Mapping[str, Progress | None]
"""The progress of each learner, by name; ``None`` if it has not been read yet."""

Failures = Mapping[str, str]
"""Why the account of a learner could not be read in the latest check, by name."""


def in_order(results: ClassProgress, order: str) -> dict[str, Progress | None]:
    """Return the results in another order.

    Args:
        results: In the order of the class list.
        order: ``list``, ``name``, or ``progress``: the furthest first, and of those who completed
            the lab, who did it first.
    """
    keys: dict[str, Callable[[str], Any]] = {
        "list": lambda _: 0,
        "name": str.casefold,
        "progress": lambda name: _place(results[name]),
    }
    return {name: results[name] for name in sorted(results, key=keys[order])}


def _place(progress: Progress | None) -> tuple[int, datetime]:
    return (-progress.done, progress.completed or _NEVER) if progress else (1, _NEVER)


def totals(results: ClassProgress) -> str:
    """Return how many have completed the lab."""
    complete = sum(progress is not None and progress.is_complete for progress in results.values())
    return f"{complete} of {pluralize(len(results), 'learner')} completed the lab"


def finished_at(progress: Progress | None) -> str:
    """Return when a learner completed the lab, such as ``26 Nov 14:05``, in UTC; or nothing."""
    completed = progress and progress.completed
    return f"{completed:%d %b %H:%M}" if completed else ""


def as_csv(results: ClassProgress, failures: Failures) -> str:
    """Return a line for each learner, after a line with the names of the columns."""
    steps = [step.heading for step in story.read().steps]
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["learner", "done", "finished", *steps, "error"])
    for name, progress in results.items():
        error = printable(failures.get(name, ""))
        writer.writerow([printable(name), *_cells(progress, steps), error])
    return written.getvalue()


def _cells(progress: Progress | None, steps: list[str]) -> list[Any]:
    if progress is None:
        return [""] * (len(steps) + 2)
    finished = progress.completed.isoformat() if progress.completed else ""
    return [progress.done, finished, *(WORDS[progress.verdicts[step]] for step in steps)]
