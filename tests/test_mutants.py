"""Which mutants are tried by which tests, and what counts as killed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from tests import mutants
from tests.mutant_forks import FunctionTests
from tests.mutants import Result

GIT = shutil.which("git")
KILLED, SURVIVED, NO_TEST, TIMEOUT = 1, 0, 33, 36


def result(*exit_codes: int | None) -> Result:
    return Result("kmsdemo/keys.py", {str(at): code for at, code in enumerate(exit_codes)})


@pytest.mark.parametrize(
    ("exit_codes", "percent"),
    [
        ((KILLED, KILLED, KILLED, SURVIVED), 75),
        ((KILLED, NO_TEST), 50),
        ((KILLED, TIMEOUT), 100),
        ((KILLED, None), 100),
        ((), 0),
    ],
    ids=str,
)
def test_killed_is_what_a_test_noticed_of_what_was_tried(
    exit_codes: tuple[int | None, ...], percent: int
) -> None:
    assert result(*exit_codes).percent_killed == percent


@pytest.mark.parametrize(
    ("exit_codes", "line"),
    [
        ((KILLED, SURVIVED), "50 % (1 of 2)"),
        ((KILLED, None, None), "100 % (1 of 1), 2 not tried"),
        ((None, None), "2 mutants, none tried in this time"),
    ],
    ids=str,
)
def test_a_line_says_what_was_tried(exit_codes: tuple[int | None, ...], line: str) -> None:
    assert str(result(*exit_codes)) == f"kmsdemo/keys.py: {line}"


@pytest.mark.parametrize(
    ("exit_codes", "misses"),
    [
        ((KILLED, SURVIVED), True),
        ((KILLED,) * 17 + (SURVIVED,) * 3, False),
        ((KILLED, SURVIVED, None), False),  # no time to try all: that is not the code's fault
        ((), False),
    ],
    ids=["too many survive", "85 percent", "not all tried", "no mutants"],
)
def test_a_file_misses_the_goal_when_too_many_survive(
    exit_codes: tuple[int | None, ...], misses: bool
) -> None:
    assert result(*exit_codes).misses_the_goal is misses


@pytest.mark.parametrize(
    ("file", "tests"),
    [
        ("kmsdemo/sandbox/access/sts.py", "tests/sandbox/access"),
        ("kmsdemo/sandbox/key.py", "tests/sandbox"),
        ("kmsdemo/learners/submission/limits.py", "tests/learners/submission"),
        ("kmsdemo/errors/key.py", "tests/test_errors.py"),
        ("kmsdemo/keys.py", "tests/test_keys.py"),
    ],
)
def test_a_file_has_the_tests_of_its_folder(file: str, tests: str) -> None:
    assert tests in mutants.tests_of(file)


@dataclass(frozen=True)
class Item:
    """A test of a file."""

    name: str
    path: Path = Path("tests/test_keys.py")


SLOW, MIDDLE, QUICK, ELSEWHERE = (
    cast("pytest.Item", item)
    for item in (Item("slow"), Item("middle"), Item("quick"), Item("e", Path("tests/test_cli.py")))
)


@pytest.fixture
def tests() -> FunctionTests:
    """Four tests of a function."""
    seconds = {SLOW: 1.0, MIDDLE: 0.5, QUICK: 0.1, ELSEWHERE: 0.0}
    tests = FunctionTests(seconds)
    tests.of["kmsdemo.keys.f"] = [*seconds]
    return tests


def test_a_mutant_meets_the_quickest_tests_of_its_module_first(tests: FunctionTests) -> None:
    assert tests.in_order("kmsdemo.keys.f", 60) == [QUICK, MIDDLE, SLOW, ELSEWHERE]


def test_a_mutant_meets_those_before_that_killed_others_of_its_function(
    tests: FunctionTests,
) -> None:
    tests.has_killed("kmsdemo.keys.f", SLOW)
    tests.has_killed("kmsdemo.keys.f", ELSEWHERE)
    assert tests.in_order("kmsdemo.keys.f", 60) == [ELSEWHERE, SLOW, QUICK, MIDDLE]


@pytest.mark.parametrize(("seconds", "number"), [(60, 4), (0.6, 2), (0, 1)])
def test_a_mutant_meets_as_many_tests_as_there_is_time_for(
    tests: FunctionTests, seconds: float, number: int
) -> None:
    assert len(tests.in_order("kmsdemo.keys.f", seconds)) == number


def test_a_sample_is_always_the_same() -> None:
    several = [result(*[None] * 100)]
    chosen = mutants.sampled(several, 10)
    assert chosen == mutants.sampled(several, 10)
    assert len({*chosen}) == 10


def test_a_sample_has_as_many_of_each_folder() -> None:
    there = [
        Result(f"kmsdemo/{file}.py", {f"{file} {at}": None for at in range(20)})
        for file in ("keys", "table", "cli/check")
    ]
    chosen = mutants.sampled(there, 5)
    assert len(chosen) == 10
    assert sum(name.startswith("cli/check") for name in chosen) == 5


def test_what_survived_or_was_not_tried_is_tried_when_a_run_goes_on() -> None:
    assert result(KILLED, SURVIVED, None, NO_TEST, TIMEOUT).unkilled == ["2", "1", "3"]


def test_a_sample_has_no_more_than_there_is() -> None:
    assert sorted(mutants.sampled([result(None, KILLED)], 10)) == ["0", "1"]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with one commit on main."""
    if not GIT:
        pytest.skip("git is not installed")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    monkeypatch.delenv("GIT_DIR", raising=False)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "first.py")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=n@example.com"]
    subprocess.run([str(GIT), *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, name: str) -> None:
    (folder / name).touch()
    git(folder, "add", name)
    git(folder, "commit", "--quiet", "--message", name)


@pytest.mark.program
def test_on_a_branch_what_differs_from_main_has_changed(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--create", "branch")
    commit(clone, "second.py")
    assert mutants.changed_files() == ["second.py"]


@pytest.mark.program
def test_on_main_what_came_since_the_last_release_has_changed(clone: Path) -> None:
    git(clone, "tag", "v1")
    commit(clone, "second.py")
    commit(clone, "third.py")
    assert mutants.changed_files() == ["second.py", "third.py"]


@pytest.mark.program
def test_without_a_release_nothing_has_changed(clone: Path) -> None:
    commit(clone, "second.py")
    assert mutants.changed_files() == []


@pytest.mark.program
def test_without_history_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    assert mutants.changed_files() == []
