"""Two scripts, run within limits."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmsdemo.learners.errors import CommandUnusable, NotGraded
from kmsdemo.learners.submission import NotRun, Submission, submitted
from tests.subprocesses import TIME_LIMIT_SECONDS

pytestmark = pytest.mark.program

ENDS = f"{sys.executable} -c '' {{password}} {{key_id}}"
HANGS = f"{sys.executable} -c 'import time; time.sleep(1000)' {{appuser}} {{key_id}}"


@pytest.fixture
def submission(tmp_path: Path) -> Iterator[Submission]:
    with submitted(ENDS, HANGS, folder=tmp_path, seconds_each=0.4, seconds=math.inf) as submission:
        yield submission


def run(submission: Submission, name: str) -> str:
    finished = submission.run(name, submission.workspace, {}, {})
    return finished.stopped.what if finished.stopped else ""


def test_a_script_that_was_stopped_is_not_run_again(submission: Submission) -> None:
    assert run(submission, "decrypt") == "It did not end within 0 seconds."
    with pytest.raises(NotRun, match="the decrypt script was stopped"):
        run(submission, "decrypt")
    submission.seconds_each = TIME_LIMIT_SECONDS
    assert run(submission, "encrypt") == ""


def test_after_the_time_limit_no_script_is_run(submission: Submission) -> None:
    submission.end = 0
    with pytest.raises(NotGraded, match="the time limit for all runs is reached"):
        run(submission, "encrypt")


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
