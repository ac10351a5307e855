"""Two scripts, run within limits."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from kmsdemo.learners import submission as of_submission
from kmsdemo.learners.errors import CommandUnusable, NotGraded
from kmsdemo.learners.submission import NotRun, Submission, submitted, supervisor
from kmsdemo.learners.submission.limits import Budget, StopReason
from kmsdemo.learners.submission.program import Finished
from tests.subprocesses import PYTHON, TIME_LIMIT_SECONDS

ENDS = f"{PYTHON} -c '' {{password}} {{key_id}}"
HANGS = f"{PYTHON} -c 'import time; time.sleep(1000)' {{appuser}} {{key_id}}"


@pytest.fixture
def submission(tmp_path: Path) -> Iterator[Submission]:
    with submitted(ENDS, HANGS, folder=tmp_path, seconds_each=0.4, seconds=math.inf) as submission:
        yield submission


def run(submission: Submission, name: str) -> str:
    finished = submission.run(name, submission.workspace, {}, {})
    return finished.stopped.what if finished.stopped else ""


@pytest.mark.program
def test_a_script_that_was_stopped_is_not_run_again(submission: Submission) -> None:
    assert run(submission, "decrypt") == "It did not end within 0 seconds."
    with pytest.raises(NotRun, match="the decrypt script was stopped"):
        run(submission, "decrypt")
    submission.seconds_each = TIME_LIMIT_SECONDS
    assert run(submission, "encrypt") == ""


@pytest.mark.program
def test_after_the_time_limit_no_script_is_run(submission: Submission) -> None:
    submission.end = 0
    with pytest.raises(NotGraded, match="the time limit for all runs is reached"):
        run(submission, "encrypt")


@pytest.mark.program
def test_a_script_that_cannot_be_started_is_an_error(submission: Submission) -> None:
    script = submission.workspace.original / "encrypt"
    script.write_text("no program at all")
    script.chmod(0o755)
    command = f"{script} {{password}} {{key_id}}"
    with (
        submitted(
            command, HANGS, folder=script.parent, seconds_each=2, seconds=math.inf
        ) as unusable,
        pytest.raises(CommandUnusable, match="it cannot be started: Exec format error"),
    ):
        run(unusable, "encrypt")


# ------------------------------------------------------------------- without starting programs


class FakeProgram:
    """Stands in for the programs that are started, and ends as the test says."""

    def __init__(self, finished: Finished | None = None, error: str = "") -> None:
        self._finished, self._error = finished or Finished(0, "", ""), error

    def program(
        self, command: list[str], variables: Mapping[str, str], *, folder: Path, budget: Budget
    ) -> FakeProgram:
        if self._error:
            raise OSError(2, self._error)
        self.command, self.variables, self.folder, self.budget = command, variables, folder, budget
        return self

    def finish(self) -> Finished:
        return self._finished


@pytest.fixture
def unused(tmp_path: Path) -> Iterator[Submission]:
    """Two scripts that nobody has run."""
    script = tmp_path / "my.py"
    script.write_text("")
    encrypt = f"{PYTHON} {script} {{password}} {{key_id}}"
    decrypt = f"{PYTHON} my.py {{appuser}} {{key_id}}"
    with submitted(encrypt, decrypt, folder=tmp_path, seconds_each=7, seconds=60) as unused:
        yield unused


def starting(monkeypatch: pytest.MonkeyPatch, fake_program: FakeProgram) -> FakeProgram:
    monkeypatch.setattr(of_submission, "Program", fake_program.program)
    return fake_program


def test_a_script_runs_in_its_workspace_with_the_variables_of_both(
    unused: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTEST_X", "COVERAGE_X", "COV_X"):
        monkeypatch.setenv(name, "with the password")
    monkeypatch.setenv("OURS", "kept")
    fake_program = starting(monkeypatch, FakeProgram(Finished(0, "done", "")))
    workspace, values = unused.fresh_workspace, {"password": "a b", "key_id": "1"}
    finished = unused.run("encrypt", workspace, {"AWS_ENDPOINT_URL": "u", "HOME": "/h"}, values)
    assert finished.stdout == "done"
    assert fake_program.command[-4:] == [
        sys.executable,
        str(workspace.folder / "my.py"),
        "a b",
        "1",
    ]
    assert fake_program.folder == workspace.folder
    assert fake_program.budget.seconds == 7
    variables = fake_program.variables
    assert (variables["AWS_ENDPOINT_URL"], variables["HOME"], variables["OURS"]) == (
        ("u", "/h", "kept")
    )
    assert variables["TMPDIR"] == str(workspace.temporary)
    assert variables["PYTHONIOENCODING"] == "utf-8"
    assert not {"PYTEST_X", "COVERAGE_X", "COV_X"} & set(variables)


def test_a_slow_machine_is_asked_with_the_variables_of_the_script(
    unused: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program = starting(monkeypatch, FakeProgram())
    monkeypatch.setattr(of_submission.machine, "slowness", lambda variables: len(variables["X"]))
    unused.run("decrypt", unused.workspace, {"X": "123"}, {})
    assert fake_program.budget.slowness() == 3


def test_a_script_that_was_stopped_is_not_started_again(
    unused: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting(monkeypatch, FakeProgram(Finished(1, "", "", StopReason("It never ends.", "Look."))))
    assert unused.run("encrypt", unused.workspace, {}, {}).stopped
    with pytest.raises(NotRun, match="the encrypt script was stopped before"):
        unused.run("encrypt", unused.fresh_workspace, {}, {})


@pytest.mark.parametrize(
    "fake_program",
    [
        FakeProgram(Finished(126, "", f"{supervisor.NOT_STARTED}Exec format error\n")),
        FakeProgram(error="Exec format error"),
    ],
    ids=["by the supervisor", "by us"],
)
def test_a_script_that_nobody_can_start_is_named(
    unused: Submission, monkeypatch: pytest.MonkeyPatch, fake_program: FakeProgram
) -> None:
    starting(monkeypatch, fake_program)
    with pytest.raises(CommandUnusable) as raised:
        unused.run("decrypt", unused.workspace, {}, {})
    assert raised.value.command == unused.commands["decrypt"].text
    assert raised.value.reason == "it cannot be started: Exec format error"


def test_the_time_for_all_runs_begins_with_the_submission(unused: Submission) -> None:
    unused.end -= 60
    with pytest.raises(NotGraded, match="the time limit for all runs is reached"):
        unused.run("encrypt", unused.workspace, {}, {})


@pytest.mark.program
def test_files_with_the_password_are_found_and_their_places_named(unused: Submission) -> None:
    places = {
        unused.workspace.home / "a": "the home directory",
        unused.fresh_workspace.temporary / "b": "the folder for temporary files",
        unused.workspace.folder / "c": "the folder of the scripts",
        unused.workspace.original / "beside.txt": str(unused.workspace.original),
    }
    password = f"correct horse {uuid4()}"
    for path in places:
        path.write_text(password)
    found = unused.files_containing(password)
    assert {path: unused.location_of(path) for path in found} == places
