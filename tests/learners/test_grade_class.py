"""The submissions of a class: how each is graded, and what a later run does not grade again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kmsdemo.learners.errors import ClassUnusable
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.grade_class import RESULTS, Graded, grade_class, submissions
from tests.subprocesses import PYTHON

FOUND = Finding("Lines", "They print the lines of the lab", "done")
OTHER = Finding("Beyond", "It names the key", "not yet", "No", part="beyond")
USAGE_ERROR = "Error: The command x cannot be used: it does not exist.\nGive it as you run it.\n"


class Grader:
    """What ``kmsdemo grade`` answers, and how it was called."""

    def __init__(self) -> None:
        self.code = 0
        self.stdout = json.dumps({"findings": [asdict(FOUND)]})
        self.stderr = ""
        self.commands: dict[str, list[str]] = {}

    def run(self, command: list[str], *, cwd: Path, **how: Any) -> subprocess.CompletedProcess[str]:
        assert how == {
            "capture_output": True,
            "encoding": "utf-8",
            "errors": "replace",
            "check": False,
        }
        self.commands[cwd.name] = command
        return subprocess.CompletedProcess(command, self.code, self.stdout, self.stderr)


@pytest.fixture
def grader(monkeypatch: pytest.MonkeyPatch) -> Grader:
    grader = Grader()
    monkeypatch.setattr(subprocess, "run", grader.run)
    return grader


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class of two."""
    for name in ("Ben", "Anna"):
        (tmp_path / name).mkdir()
        for script in ("encrypt-passwd.py", "decrypt-passwd.py"):
            (tmp_path / name / script).write_text("")
    return tmp_path


def grade(folder: Path, *options: str) -> list[Graded]:
    return grade_class(folder, None, None, options)


def test_each_folder_is_a_learner_in_the_order_of_their_names(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "names.txt").write_text("")
    assert [path.name for path in submissions(folder)] == ["Anna", "Ben"]


def test_a_name_that_is_not_utf_8_is_kept(folder: Path, grader: Grader) -> None:
    (folder / "Ben").rename(folder / "Zo\udceb")
    results = grade(folder)
    grader.commands.clear()
    assert grade(folder) == results
    assert grader.commands == {}


def test_a_folder_without_learners_is_named(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("")
    with pytest.raises(ClassUnusable, match="has no learner's folder") as raised:
        submissions(tmp_path)
    assert raised.value.folder == str(tmp_path)


def test_each_is_graded_by_a_program_in_their_folder(folder: Path, grader: Grader) -> None:
    seen: list[Graded] = []
    results = grade_class(folder, None, None, ["--seconds=9"], seen.append)
    assert [(one.name, one.findings, one.problem) for one in results] == [
        ("Anna", (FOUND,), ""),
        ("Ben", (FOUND,), ""),
    ]
    assert seen == results
    assert grader.commands["Anna"] == [
        *(sys.executable, "-m", "kmsdemo", "grade", "--json"),
        f"--encrypt={PYTHON} encrypt-passwd.py {{password}} {{key_id}}",
        f"--decrypt={PYTHON} decrypt-passwd.py {{appuser}} {{key_id}}",
        "--seconds=9",
    ]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (["encrypt-passwd.js"], "node encrypt-passwd.js {password} {key_id}"),
        (["encrypt_passwd.rb"], "ruby encrypt_passwd.rb {password} {key_id}"),
        (["encrypt.go"], "go run encrypt.go {password} {key_id}"),
        (["encrypt.sh", "encrypt-passwd.php"], "php encrypt-passwd.php {password} {key_id}"),
        (["encrypt.md", "encrypt.pl"], "perl encrypt.pl {password} {key_id}"),
        (["encrypt it.sh", "encrypt.mjs"], "node encrypt.mjs {password} {key_id}"),
    ],
)
def test_a_script_is_found_by_its_name_and_run_by_its_language(
    folder: Path, grader: Grader, files: list[str], command: str
) -> None:
    (folder / "Anna" / "encrypt-passwd.py").unlink()
    for file in files:
        (folder / "Anna" / file).write_text("")
    grade(folder)
    assert f"--encrypt={command}" in grader.commands["Anna"]


def test_a_command_that_is_given_is_that_of_each(folder: Path, grader: Grader) -> None:
    (folder / "Anna" / "encrypt-passwd.py").unlink()
    grade_class(folder, "mine {password} {key_id}", None, [])
    assert "--encrypt=mine {password} {key_id}" in grader.commands["Anna"]
    assert (
        f"--decrypt={PYTHON} decrypt-passwd.py {{appuser}} {{key_id}}" in (grader.commands["Anna"])
    )


def test_a_script_that_is_missing_is_named(folder: Path, grader: Grader) -> None:
    (folder / "Anna" / "decrypt-passwd.py").rename(folder / "Anna" / "decrypt.txt")
    anna, ben = grade(folder)
    assert anna.name == "Anna"
    assert (anna.findings, anna.problem) == ((), "There is no script decrypt-passwd.*.")
    assert anna.digest
    assert ben.findings == (FOUND,)


@pytest.mark.parametrize("code", [0, 1])
def test_what_is_not_met_is_a_result_too(folder: Path, grader: Grader, code: int) -> None:
    grader.code, grader.stdout = code, json.dumps({"findings": [asdict(FOUND), asdict(OTHER)]})
    anna, _ = grade(folder)
    assert anna.findings == (FOUND, OTHER)
    assert anna.is_passed(strict=False)
    assert not anna.is_passed(strict=True)


def test_a_command_that_cannot_be_used_is_the_problem_of_the_learner(
    folder: Path, grader: Grader
) -> None:
    grader.code, grader.stdout, grader.stderr = 2, "", USAGE_ERROR
    anna, _ = grade(folder)
    assert anna.problem == USAGE_ERROR.removeprefix("Error: ").strip()
    assert anna.digest
    assert not anna.is_passed(strict=False)


@pytest.mark.parametrize(
    ("code", "stderr", "problem"),
    [(3, "Error: Not graded: too busy.\n", "Not graded: too busy."), (0, "", "The grader ended")],
)
def test_what_is_not_graded_is_graded_again(
    folder: Path, grader: Grader, code: int, stderr: str, problem: str
) -> None:
    grader.code, grader.stdout, grader.stderr = code, "", stderr
    results = grade(folder)
    assert [one.problem[: len(problem)] for one in results] == [problem, problem]
    assert [one.digest for one in results] == ["", ""]
    grader.commands.clear()
    grade(folder)
    assert sorted(grader.commands) == ["Anna", "Ben"]


@pytest.mark.parametrize("installed", ["node_modules", "venv", ".venv", ".git", "__pycache__"])
def test_what_is_graded_is_not_graded_again(folder: Path, grader: Grader, installed: str) -> None:
    first = grade(folder)
    grader.commands.clear()
    (folder / "Anna" / installed).mkdir()
    (folder / "Anna" / installed / "sdk.js").write_text("")
    assert grade(folder) == first
    assert grader.commands == {}


@pytest.mark.parametrize("name", ["encrypt-passwd.py", "new.txt", "lib/shared.py"])
def test_a_submission_that_has_changed_is_graded_again(
    folder: Path, grader: Grader, name: str
) -> None:
    grade(folder)
    grader.commands.clear()
    (folder / "Ben" / "lib").mkdir()
    (folder / "Ben" / name).write_text("changed")
    grade(folder)
    assert list(grader.commands) == ["Ben"]


def test_another_command_is_another_way_of_grading(folder: Path, grader: Grader) -> None:
    for encrypt, decrypt in ((None, "d"), ("e", "d"), ("e", None)):
        grader.commands.clear()
        grade_class(folder, encrypt, decrypt, [])
        assert sorted(grader.commands) == ["Anna", "Ben"]


def test_another_limit_is_another_way_of_grading(folder: Path, grader: Grader) -> None:
    grade(folder, "--seconds-each=10")
    grader.commands.clear()
    grade(folder, "--seconds-each=20")
    assert sorted(grader.commands) == ["Anna", "Ben"]


@pytest.mark.parametrize("text", ["", "{", '[{"name": "Anna"}]', "[1]"])
def test_results_of_another_version_are_no_results(folder: Path, grader: Grader, text: str) -> None:
    (folder / RESULTS).write_text(text)
    assert [one.findings for one in grade(folder)] == [(FOUND,), (FOUND,)]


def test_the_results_of_who_left_the_class_are_kept(folder: Path, grader: Grader) -> None:
    grade(folder)
    for script in (folder / "Anna").iterdir():
        script.unlink()
    (folder / "Anna").rmdir()
    grade(folder)
    kept = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    assert [one["name"] for one in kept] == ["Anna", "Ben"]


def test_a_folder_that_finds_no_space_is_named(
    folder: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ClassUnusable, match="No space left on device") as raised:
        grade(folder)
    assert raised.value.folder == str(folder)
