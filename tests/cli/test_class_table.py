"""The table of a class: it fits on the screen, and its columns are straight."""

from __future__ import annotations

from io import StringIO
from types import MappingProxyType

import pytest
from rich.cells import cell_len
from rich.console import Console

from kmsdemo.cli import class_table
from kmsdemo.learners.class_progress import ClassProgress, Failures
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.progress import Progress
from tests.learners.class_results import progress

WIDTH, HEIGHT = 80, 24
FORTY = {f"learner {number:02}": progress(number % 9) for number in range(40)}
EACH_STEP = {f"{'N' * 60} {done}": progress(done) for done in range(8)}
FINISHED = "2030-06-13T09:00:00+00:00"
NAMES = ["王小明", "王" * 40, "Zoë Müller", "김민준", "김민준", "A" * 60, "Ἀριστοτέλης", "محمد"]


def printed(
    results: ClassProgress,
    failures: Failures = MappingProxyType({}),
    *,
    with_marks: bool = True,
    height: int = 0,
    page: int = 0,
) -> list[str]:
    output = StringIO()
    console = Console(file=output, width=WIDTH, height=HEIGHT)
    table = class_table.table(results, failures, with_marks=with_marks, height=height, page=page)
    console.print(table)
    return output.getvalue().splitlines()


def row(name: str, results: ClassProgress, *, with_marks: bool) -> list[str]:
    """Return the cells beside a name that are not empty."""
    (line,) = [one for one in printed(results, with_marks=with_marks) if name in one]
    return [cell.strip() for cell in line.split("  ") if cell.strip()][1:]


def test_forty_names_are_paged_in_24_rows() -> None:
    pages = [printed(FORTY, height=HEIGHT, page=page) for page in range(4)]
    assert [len(lines) for lines in pages if len(lines) >= HEIGHT] == []
    together = "".join("".join(lines) for lines in pages)
    assert [name for name in FORTY if name not in together] == []


def test_after_the_last_page_comes_the_first() -> None:
    assert printed(FORTY, height=HEIGHT, page=4) == printed(FORTY, height=HEIGHT)


@pytest.mark.parametrize("with_marks", [True, False])
def test_without_a_height_all_names_are_in_one_table(with_marks: bool) -> None:
    lines = printed(FORTY, with_marks=with_marks)
    assert [name for name in FORTY if sum(name in line for line in lines) != 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_keeps_the_columns_of_marks(name: str) -> None:
    lines = printed({"Anna": progress(1), name: progress(1)})
    marked = [line for line in lines if "✔" in line]
    assert len({cell_len(line.partition("✔")[0]) for line in marked}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_name_keeps_the_columns_of_words(name: str) -> None:
    lines = printed({"Anna": progress(5), name: progress(5)}, with_marks=False)
    numbers = [line for line in lines if "1-5" in line]
    assert len({cell_len(line.partition("1-5")[0]) for line in numbers}) == 1


@pytest.mark.parametrize("with_marks", [True, False])
def test_nothing_wraps_in_80_columns(with_marks: bool) -> None:
    results = {**EACH_STEP, "B" * 60: progress(8, FINISHED)}
    lines = printed(results, with_marks=with_marks)
    assert sum("NNN" in line for line in lines) == len(EACH_STEP)
    assert [len(line) for line in lines if len(line) > WIDTH] == []
    assert sum("13 Jun 09:00" in line for line in lines) == 1


def test_not_yet_is_a_word_of_one_line_in_80_columns() -> None:
    heading = printed(EACH_STEP, with_marks=False)[1].split("  ")
    assert [word.strip() for word in heading if word.strip()] == [
        "learner",
        "done",
        "not yet",
        "later",
        "finished, UTC",
    ]


@pytest.mark.parametrize(
    ("done", "cells"),
    [(0, ["1", "2-8"]), (1, ["1", "2", "3-8"]), (5, ["1-5", "6", "7-8"]), (8, ["1-8"])],
)
def test_words_have_the_numbers_of_their_steps(done: int, cells: list[str]) -> None:
    assert row("Anna", {"Anna": progress(done)}, with_marks=False) == cells


def test_steps_that_are_not_one_after_another_are_named_apart() -> None:
    verdicts = ["done", "done", "not yet", "done", "not yet"]
    findings = [Finding(f"{n}. Step", "", v) for n, v in enumerate(verdicts, 1)]  # type: ignore[arg-type]
    assert row("Anna", {"Anna": Progress(findings)}, with_marks=False) == ["1-2, 4", "3, 5"]


def test_on_the_smallest_screen_each_name_has_a_page() -> None:
    pages = [printed(EACH_STEP, height=5, page=page) for page in range(len(EACH_STEP))]
    assert [sum("NNN" in line for line in lines) for lines in pages] == [1] * len(EACH_STEP)
    assert "; page 2 of 8." in " ".join(pages[1])


@pytest.mark.parametrize("with_marks", [True, False])
def test_who_finished_has_the_time_in_the_last_column(with_marks: bool) -> None:
    results = {"Anna": progress(8, FINISHED), "Ben": progress(7)}
    assert row("Anna", results, with_marks=with_marks)[-1] == "13 Jun 09:00"
    assert not any("Jun" in cell for cell in row("Ben", results, with_marks=with_marks))


@pytest.mark.parametrize("with_marks", [True, False])
def test_whose_account_could_not_be_read_keeps_what_was_seen_before(with_marks: bool) -> None:
    lines = printed({"Anna": progress(3)}, {"Anna": "Access denied."}, with_marks=with_marks)
    (line,) = [one for one in lines if "Anna" in one]
    assert line.rstrip().endswith("not read")
    assert line.count("✔") == 3 if with_marks else "1-3" in line


def test_whom_nobody_has_looked_at_has_an_empty_row() -> None:
    assert row("Ben", {"Anna": progress(8), "Ben": None}, with_marks=False) == []


def test_the_totals_are_below_the_table() -> None:
    assert "4 of 40 learners completed the lab" in " ".join(printed(FORTY))
