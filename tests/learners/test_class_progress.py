"""The progress of a class: its order, its totals, and its CSV."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from kmsdemo.learners import class_progress
from kmsdemo.learners.class_progress import ClassProgress
from tests.learners.class_results import STEPS, progress

NINE, TEN = "2030-06-03T09:00:00+00:00", "2030-06-03T10:05:00+00:00"
CLASS: ClassProgress = {
    "ben": progress(1),
    "Zoë": progress(8, TEN),
    "Carl": None,
    "Anna": progress(8, NINE),
    "王小明": progress(0),
}


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("list", ["ben", "Zoë", "Carl", "Anna", "王小明"]),
        ("name", ["Anna", "ben", "Carl", "Zoë", "王小明"]),
        ("progress", ["Anna", "Zoë", "ben", "王小明", "Carl"]),
    ],
)
def test_learners_are_sorted(order: str, names: list[str]) -> None:
    assert list(class_progress.in_order(CLASS, order)) == names


def test_whose_completion_nobody_remembers_comes_after_the_others_who_finished() -> None:
    results = {"Anna": progress(8), "Ben": progress(8, TEN), "Carl": progress(7)}
    assert list(class_progress.in_order(results, "progress")) == ["Ben", "Anna", "Carl"]


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (CLASS, "2 of 5 learners completed the lab"),
        ({"Zoë": progress(8, TEN)}, "1 of 1 learner completed the lab"),
    ],
    ids=["class of five", "class of one"],
)
def test_the_totals_say_how_many_completed_the_lab(results: ClassProgress, said: str) -> None:
    assert class_progress.totals(results) == said


@pytest.mark.parametrize(("name", "shown"), [("Zoë", "03 Jun 10:05"), ("ben", ""), ("Carl", "")])
def test_who_finished_has_a_time(name: str, shown: str) -> None:
    assert class_progress.finished_at(CLASS[name]) == shown


def rows() -> dict[str, dict[str, str]]:
    table = csv.DictReader(StringIO(class_progress.as_csv(CLASS, {"Carl": "Access denied."})))
    return {row["learner"]: row for row in table}


def test_the_csv_has_a_line_for_each_learner_with_each_step() -> None:
    assert list(rows()) == list(CLASS)
    assert list(rows()["ben"]) == ["learner", "done", "finished", *STEPS, "error"]
    verdicts = ["done", "not yet", *["later"] * 6]
    assert list(rows()["ben"].values()) == ["ben", "1", "", *verdicts, ""]


def test_the_csv_says_who_finished_when() -> None:
    finished = {name: row["finished"] for name, row in rows().items() if row["finished"]}
    assert finished == {"Anna": NINE, "Zoë": TEN}


def test_the_csv_says_why_an_account_could_not_be_read_and_nothing_else_of_it() -> None:
    assert set(rows()["Carl"].values()) == {"Carl", "", "Access denied."}
