"""``kmsdemo grade --all``: how it reports the grades of a class, and how it ends."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from kmsdemo.learners import grade_class
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.grade_class import Graded

LAB = Finding("Lines", "They print the lines of the lab", "done")
BEYOND = Finding("Beyond", "It names the key", "done", part="beyond")
NOT_BEYOND = Finding("Beyond", "It names the key", "not yet", "It does not", part="beyond")
NOT_LAB = Finding("Lines", "They encrypt", "not yet", "The password is stored", "Encrypt it")
LATER = Finding("Lines", "They decrypt", "not reached", "nothing is encrypted")

ALL = Graded("Anna", "digest", (LAB, BEYOND))
NOT_ALL = Graded("Ben", "digest", (LAB, LATER, NOT_LAB, NOT_BEYOND))
ONLY_LAB = Graded("Cleo", "digest", (LAB, NOT_BEYOND))
NO_SCRIPT = Graded("Dora", "digest", problem="There is no script decrypt-passwd.*.\nWrite it.")
TOO_BUSY = Graded("Emil", "", problem="Not graded: this machine is too busy.")
EVERYBODY = [ALL, NOT_ALL, ONLY_LAB, NO_SCRIPT]

GradeAll = Callable[..., Result]


@pytest.fixture
def grade_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GradeAll:
    """Run the command where the grades of the class are known."""
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "class" / "Anna").mkdir(parents=True)

    def run(results: Sequence[Graded], *options: str) -> Result:
        monkeypatch.setattr(grade_class, "grade_class", lambda *_: results)
        return CliRunner().invoke(main, ["grade", f"--all={tmp_path / 'class'}", *options])

    return run


def test_the_table_has_the_marks_of_each_and_what_is_missing_first(grade_all: GradeAll) -> None:
    lines = [line.strip() for line in grade_all(EVERYBODY).stdout.splitlines()]
    rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines if line]
    assert rows[0] == ["learner", "the lab", "beyond it"]
    assert rows[2:] == [
        ["Anna", "1 of 1", "1 of 1"],
        ["Ben", "1 of 3", "0 of 1", "They encrypt"],
        ["Cleo", "1 of 1", "0 of 1", "It names the key"],
        ["Dora", "-", "-", "There is no script decrypt-passwd.*."],
    ]


@pytest.mark.parametrize(
    ("results", "options", "code"),
    [
        ([ALL, ONLY_LAB], [], 0),
        ([ALL, ONLY_LAB], ["--strict"], 1),
        ([ALL], ["--strict"], 0),
        ([ALL, NOT_ALL], [], 1),
        ([ALL, NO_SCRIPT], [], 1),
        ([NOT_ALL, TOO_BUSY], [], 3),
    ],
)
def test_it_ends_with_what_the_class_has_reached(
    grade_all: GradeAll, results: list[Graded], options: list[str], code: int
) -> None:
    assert grade_all(results, *options).exit_code == code


def test_the_csv_has_numbers_to_calculate_with(grade_all: GradeAll, tmp_path: Path) -> None:
    grade_all(EVERYBODY, f"--csv={tmp_path / 'marks.csv'}")
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["learner", "lab", "lab_of", "beyond", "beyond_of", "problem"],
        ["Anna", "1", "1", "1", "1", ""],
        ["Ben", "1", "3", "0", "1", ""],
        ["Cleo", "1", "1", "0", "1", ""],
        ["Dora", "0", "0", "0", "0", NO_SCRIPT.problem],
    ]


def test_a_name_that_is_not_utf_8_is_written_escaped(grade_all: GradeAll, tmp_path: Path) -> None:
    csv_file, junit, feedback = (tmp_path / name for name in ("m.csv", "m.xml", "feedback"))
    options = (f"--csv={csv_file}", f"--junit={junit}", f"--feedback={feedback}")
    result = grade_all([Graded("Zo\udceb", "digest", (LAB,))], *options)
    assert result.exit_code == 0, result.output
    (page,) = feedback.iterdir()
    for file in (csv_file, junit, page):
        assert r"Zo\udceb" in file.read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("option", ["--csv", "--junit"])
def test_a_report_that_finds_no_space_is_named(grade_all: GradeAll, option: str) -> None:
    result = grade_all(EVERYBODY, f"{option}=/dev/full")
    assert result.exit_code == 2
    assert "Error: /dev/full cannot be written: No space left on device." in result.stderr


@pytest.mark.parametrize(("options", "failures"), [([], 0), (["--strict"], 1)])
def test_junit_has_a_suite_for_each(
    grade_all: GradeAll, tmp_path: Path, options: list[str], failures: int
) -> None:
    report = tmp_path / "marks.xml"
    grade_all(EVERYBODY, f"--junit={report}", *options)
    suites = {suite.get("name"): suite for suite in ET.parse(report).getroot()}
    assert list(suites) == ["Anna", "Ben", "Cleo", "Dora"]
    assert suites["Cleo"].get("failures") == str(failures)


def test_junit_counts_who_cannot_be_graded_as_a_failure(
    grade_all: GradeAll, tmp_path: Path
) -> None:
    report = tmp_path / "marks.xml"
    grade_all([NO_SCRIPT], f"--junit={report}")
    (case,) = ET.parse(report).getroot().iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("The two scripts", "They can be graded")
    (failure,) = case.iter("failure")
    assert str(failure.get("message")).startswith("There is no script decrypt-passwd.*.")


@pytest.mark.parametrize(
    ("options", "page", "shown"),
    [
        ([], "Ben.md", "- ✘ They encrypt\n  - Found: The password is stored\n"),
        (
            ["--feedback-as=html"],
            "Ben.html",
            "<dt>Found</dt><dd>The password is stored</dd>\n<dt>Next</dt><dd>Encrypt it</dd>",
        ),
    ],
)
def test_each_gets_a_page_with_what_was_found(
    grade_all: GradeAll, tmp_path: Path, options: list[str], page: str, shown: str
) -> None:
    folder = tmp_path / "feedback"
    grade_all(EVERYBODY, f"--feedback={folder}", *options)
    assert len(list(folder.iterdir())) == len(EVERYBODY)
    assert shown in (folder / page).read_text(encoding="utf-8")


def test_json_has_the_marks_and_the_findings(grade_all: GradeAll) -> None:
    anna, _, _, dora = json.loads(grade_all(EVERYBODY, "--json").stdout)
    assert (anna["name"], anna["marks"]["lab"]) == ("Anna", {"done": 1, "of": 1})
    assert [finding["requirement"] for finding in anna["findings"]] == [
        "They print the lines of the lab",
        "It names the key",
    ]
    assert dora["problem"] == NO_SCRIPT.problem


@pytest.mark.parametrize(("options", "is_shown"), [([], True), (["--json"], False)])
def test_on_a_terminal_a_bar_says_how_far_it_is_beside_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], is_shown: bool
) -> None:
    def grade(*arguments: Any) -> list[Graded]:
        for result in (ALL, NOT_ALL):
            arguments[-1](result)
        return [ALL]

    for name in ("Anna", "Ben"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(grade_class, "grade_class", grade)
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = CliRunner().invoke(main, ["grade", f"--all={tmp_path}", *options])
    assert ("Grading" in result.stderr, "100%" in result.stderr) == (is_shown, is_shown)
    assert "Grading" not in result.stdout


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        ([], ["--seconds-each=10"]),
        (["--seconds-each=3", "--seconds=60"], ["--seconds-each=3", "--seconds=60"]),
    ],
)
def test_each_learner_is_graded_as_the_options_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], limits: list[str]
) -> None:
    asked: list[Any] = []

    def grade(*arguments: Any) -> list[Graded]:
        *asked[:], when_graded = arguments
        when_graded(ALL)
        return [ALL]

    (tmp_path / "Anna").mkdir()
    monkeypatch.setattr(grade_class, "grade_class", grade)
    commands = ["--encrypt=e", "--decrypt=d"]
    CliRunner().invoke(main, ["grade", f"--all={tmp_path}", *commands, *options])
    assert asked == [tmp_path, "e", "d", limits]
