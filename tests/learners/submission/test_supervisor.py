"""The supervisor of a script: how it ends, and what it leaves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psutil
import pytest

from kmsdemo.learners.submission import supervisor
from tests.subprocesses import run_python

pytestmark = pytest.mark.program

MAIN = "import sys; from kmsdemo.learners.submission import supervisor; sys.exit(supervisor.main())"


def supervise(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command under the supervisor, without namespaces."""
    limits = json.dumps({"root": "", "resources": {"NOFILE": 64}})
    return run_python("-c", MAIN, limits, *command, is_measured=True)


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", 128 + 9)])
def test_it_ends_as_a_shell_says_that_the_script_did(script: str, code: int) -> None:
    assert supervise("sh", "-c", script).returncode == code


def test_a_script_that_cannot_be_started_has_a_code_and_a_line_of_its_own() -> None:
    finished = supervise("/nobody/has/this")
    assert finished.returncode == supervisor.NOT_STARTED_CODE
    assert finished.stderr == f"{supervisor.NOT_STARTED}No such file or directory\n"


def test_the_script_has_the_limits_that_it_is_given() -> None:
    assert supervise("sh", "-c", "ulimit -n").stdout == "64\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux adopts processes")
def test_what_leaves_its_session_is_ended_too() -> None:
    finished = supervise("sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & echo $!")
    assert finished.returncode == 0
    assert not psutil.pid_exists(int(finished.stdout))
