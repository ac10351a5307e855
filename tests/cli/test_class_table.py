"""The table of a class: it fits on the screen, and its columns are straight."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from kmsdemo.cli import class_table
from kmsdemo.learners.finding import MARKS, WORDS, Verdict
from kmsdemo.suite import story

STEPS = [step.heading for step in story.read().steps]
HEIGHT = 24


def progress(done: int) -> dict[str, Verdict]:
    return {step: "done" if place < done else "not reached" for place, step in enumerate(STEPS)}


FORTY = {f"learner {number:02}": progress(number % 9) for number in range(40)}


def printed(
    results: Mapping[str, class_table.Progress], marks: Mapping[Verdict, str], **options: int
) -> list[str]:
    output = StringIO()
    console = Console(file=output, width=80, height=HEIGHT)
    console.print(class_table.table(results, marks, **options))
    return output.getvalue().splitlines()


def test_forty_names_are_paged_in_24_rows() -> None:
    pages = [printed(FORTY, MARKS, height=HEIGHT, page=page) for page in range(4)]
    assert [len(lines) for lines in pages if len(lines) >= HEIGHT] == []
    together = "".join("".join(lines) for lines in pages)
    assert [name for name in FORTY if name not in together] == []


def test_after_the_last_page_comes_the_first() -> None:
    assert printed(FORTY, MARKS, height=HEIGHT, page=4) == printed(FORTY, MARKS, height=HEIGHT)


def test_without_a_height_all_names_are_in_one_table() -> None:
    assert len([line for line in printed(FORTY, WORDS) if "learner " in line]) >= len(FORTY)


@pytest.mark.parametrize("name", ["王小明", "Zoë Müller", "김민준", "A" * 60, "Ἀριστοτέλης"])
def test_a_name_keeps_the_columns(name: str) -> None:
    lines = printed({"Anna": progress(1), name: progress(1)}, MARKS)
    marked = [line for line in lines if "✔" in line]
    assert len({cell_len(line.partition("✔")[0]) for line in marked}) == 1


def test_the_totals_say_how_many_completed_the_lab() -> None:
    assert "4 of 40 learners have completed the lab" in " ".join(printed(FORTY, WORDS))


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("list", ["ben", "Zoë", "Anna"]),
        ("name", ["Anna", "ben", "Zoë"]),
        ("progress", ["Anna", "Zoë", "ben"]),
    ],
)
def test_learners_are_sorted(order: str, names: list[str]) -> None:
    results = {"ben": progress(1), "Zoë": progress(3), "Anna": progress(8)}
    assert list(class_table.in_order(results, order)) == names
