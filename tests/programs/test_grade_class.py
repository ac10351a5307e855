"""``kmsdemo grade --all``: the scripts of a class, graded once, reported in each form."""

from __future__ import annotations

import csv
import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.programs.broken_scripts import BROKEN, Broken
from tests.programs.test_grade import BESIDE_PYTHON
from tests.subprocesses import run_python

NAMES = ["Anna", "Ben", "Zoë Müller"]


def grade_all(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ("-m", "kmsdemo", "grade", "--all", "class", *options)
    return run_python(*command, folder=folder, variables=BESIDE_PYTHON, is_measured=True)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A graded class: one learner stores plaintext, and one has no decrypt script."""
    folder = tmp_path_factory.mktemp("graded")
    for name, submission in zip(
        NAMES, [Broken({}, ""), BROKEN["stores_plaintext"], Broken({}, "")], strict=True
    ):
        (folder / "class" / name).mkdir(parents=True)
        submission.write(folder / "class" / name)
    (folder / "class" / NAMES[2] / "decrypt.py").unlink()
    options = ("--csv=marks.csv", "--junit=marks.xml", "--feedback=feedback")
    finished = grade_all(folder, *options)
    assert finished.returncode == 1, finished.stderr
    return folder, finished.stdout


def test_the_table_has_a_row_for_each_learner(graded: tuple[Path, str]) -> None:
    rows = [line.strip() for line in graded[1].splitlines()]
    assert any(row.startswith("Anna") and "15 of 15" in row for row in rows)
    assert any(row.startswith("Ben") and "AWS stores the password nowhere" in row for row in rows)
    assert any(row.startswith("Zoë Müller") and "There is no script" in row for row in rows)


def test_csv_has_the_scores(graded: tuple[Path, str]) -> None:
    with (graded[0] / "marks.csv").open(encoding="utf-8") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    assert list(rows) == NAMES
    assert (rows["Anna"]["lab"], rows["Anna"]["beyond"]) == ("15", "5"), rows["Anna"]


def test_junit_has_a_suite_for_each_learner(graded: tuple[Path, str]) -> None:
    suites = ET.parse(graded[0] / "marks.xml").getroot()
    assert [suite.get("failures") for suite in suites] == ["0", "1", "1"]


def test_each_learner_gets_a_page(graded: tuple[Path, str]) -> None:
    page = (graded[0] / "feedback" / "Ben.md").read_text(encoding="utf-8")
    assert page.startswith("# Ben\n")
    assert "- ✘ AWS stores the password nowhere\n" in page
    assert "  - Next: Base64, compression" in page


def test_what_is_graded_is_not_graded_again(graded: tuple[Path, str]) -> None:
    kept = graded[0] / "class" / ".kmsdemo-grades.json"
    results = json.loads(kept.read_text(encoding="utf-8"))
    results[0]["problem"] = "from the last run"
    kept.write_text(json.dumps(results), encoding="utf-8")
    finished = grade_all(graded[0], "--json", "--feedback=pages", "--feedback-as=html")
    assert json.loads(finished.stdout)[0]["problem"] == "from the last run"
    assert (graded[0] / "pages" / "Anna.html").is_file()


def test_a_folder_without_learners_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    finished = grade_all(tmp_path)
    assert finished.returncode == 2
    assert "it has no learner's folder" in finished.stderr
