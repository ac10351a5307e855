"""``kmsdemo grade``: how it ends, given what is found."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kmsdemo.cli import main
from kmsdemo.learners import grade
from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.submission import isolation
from tests.cli.commands import line

FOUND = Finding("They print the lines of the lab", "The encrypt script prints them", "not yet")


def busy(*_: str, when_found: Callable[[Finding], None] = lambda _: None, **__: Any) -> None:
    when_found(FOUND)
    raise NotGraded("a run of 60 s got 0.5 s of CPU time")


@pytest.fixture
def busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is too busy after the first finding."""
    monkeypatch.setattr(grade, "grade", busy)


@pytest.fixture
def no_more_than_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts that do all that the lab asks, and nothing beyond it."""
    lab = [Finding("The lab", f"Requirement {number}", "done") for number in range(15)]
    beyond = [
        Finding("Beyond", f"More {number}", "not yet", "More", part="beyond") for number in range(6)
    ]
    monkeypatch.setattr(grade, "grade", lambda *_, **__: [*lab, *beyond])


def run(*options: str) -> Result:
    return CliRunner().invoke(main, line("grade", *options))


@pytest.mark.usefixtures("no_more_than_the_lab")
@pytest.mark.parametrize(("options", "code"), [([], 0), (["--strict"], 1)])
def test_what_is_beyond_the_lab_counts_only_if_asked(options: list[str], code: int) -> None:
    result = run(*options)
    assert result.exit_code == code
    assert result.stdout.endswith("\nThe lab: 15 of 15, complete. Beyond it: 0 of 6.\n")


@pytest.mark.usefixtures("no_more_than_the_lab")
def test_json_has_the_marks_and_each_finding() -> None:
    printed = json.loads(run("--json").stdout)
    assert (printed["lab"], printed["beyond"]) == ({"done": 15, "of": 15}, {"done": 0, "of": 6})
    assert printed["findings"][-1] == {
        "step": "Beyond",
        "requirement": "More 5",
        "verdict": "not yet",
        "actual": "More",
        "next_step": "",
        "expected": "",
        "output": "",
        "part": "beyond",
    }


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        ([], {"seconds_each": 10, "seconds": math.inf}),
        (["--seconds-each=3", "--seconds=60"], {"seconds_each": 3, "seconds": 60}),
    ],
)
def test_the_scripts_are_graded_as_the_options_say(
    monkeypatch: pytest.MonkeyPatch, options: list[str], limits: dict[str, float]
) -> None:
    asked: list[object] = []

    def note(*commands: str, **how: Any) -> list[Finding]:
        asked[:] = [commands, how]
        return []

    monkeypatch.setattr(grade, "grade", note)
    run("--json", *options)
    encrypt, decrypt = "no-such {password} {key_id}", "no-such {appuser} {key_id}"
    assert asked == [(encrypt, decrypt), limits]


@pytest.mark.usefixtures("no_more_than_the_lab")
def test_what_scripts_may_do_that_nothing_keeps_them_from_is_said_beside_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolation, "not_enforced", lambda: "Nothing limits their memory.")
    result = run("--json")
    assert result.stderr.startswith("Nothing limits their memory.\n")
    assert json.loads(result.stdout)


@pytest.mark.parametrize(
    "options",
    [
        ["--encrypt=e"],
        ["--decrypt=d"],
        ["--encrypt=e", "--decrypt=d", "--csv=marks.csv"],
        ["--encrypt=e", "--decrypt=d", "--feedback=pages"],
    ],
    ids=" ".join,
)
def test_without_both_scripts_or_a_class_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["grade", *options])
    assert result.exit_code == 2
    assert "Give --encrypt and --decrypt, or --all FOLDER" in result.stderr


@pytest.mark.usefixtures("no_more_than_the_lab")
@pytest.mark.parametrize(
    ("options", "failures", "skipped"), [([], "0", "6"), (["--strict"], "6", "0")]
)
def test_junit_counts_as_the_exit_code_does(
    tmp_path: Path, options: list[str], failures: str, skipped: str
) -> None:
    report = tmp_path / "junit.xml"
    run(f"--junit={report}", *options)
    (suite,) = ET.parse(report).getroot()
    counted = [suite.get(name) for name in ("tests", "failures", "skipped")]
    assert counted == ["21", failures, skipped]


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("options", [[], ["--json"], ["--strict"]], ids=" ".join)
def test_not_graded_is_said_and_ends_with_3(options: list[str]) -> None:
    result = run(*options)
    assert result.exit_code == 3
    assert "Not graded: this machine is too busy (a run of 60 s got 0.5 s of CPU time)." in (
        result.stderr
    )
    assert "Grade again when it is less busy, or raise --seconds." in result.stderr


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("options", [[], ["--json"]], ids=" ".join)
def test_not_graded_has_no_marks(options: list[str]) -> None:
    assert "of 15" not in run(*options).stdout
    assert '"lab"' not in run(*options).stdout


@pytest.mark.usefixtures("busy_machine")
def test_not_graded_writes_no_report(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    assert run(f"--junit={report}").exit_code == 3
    assert not report.exists() or report.read_text() == ""
