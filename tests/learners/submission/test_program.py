"""A program that runs does no harm, whatever it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kmsdemo.learners.submission.program import MAX_BYTES, Finished, Program
from tests.subprocesses import TIME_LIMIT_SECONDS, run_python

pytestmark = pytest.mark.program

SLEEPS = "; time.sleep(1000)"
LEAVES_A_CHILD = """
import os, sys, time
if not os.fork():
    os.setsid()
    if not os.fork():
        with open("child", "w") as file:
            file.write(str(os.getpid()))
        time.sleep(1000)
    os._exit(0)
os.wait()
while not os.path.exists("child") or not open("child").read():
    time.sleep(0.01)
print("done")
"""


RUNS_CAT = """
import os
from pathlib import Path
from kmsdemo.learners.submission.program import Program

print(repr(Program(["cat"], os.environ, folder=Path.cwd(), seconds=300).finish().stdout))
"""
HIDES_A_CHILD = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "1000"], env={})
with open("child", "w") as file:
    file.write(str(child.pid))
time.sleep(1000)
"""


def start(script: str, folder: Path) -> Program:
    command = [sys.executable, "-c", script]
    return Program(command, os.environ, folder=folder, seconds=TIME_LIMIT_SECONDS)


def run(script: str, folder: Path) -> Finished:
    return start(script, folder).finish()


def run_out_of_time(script: str, folder: Path, *, when: Path) -> Finished:
    """Run a script whose time is over once a file has content."""
    program = start(script, folder)
    while not when.exists() or not when.read_text():
        time.sleep(0.01)
    program.end = 0
    return program.finish()


def is_gone(process_id: int) -> bool:
    """Say whether it is; where nobody asks for its exit code, its entry stays."""
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_result_has_the_exit_code_and_the_output(tmp_path: Path) -> None:
    script = "import sys; print('é'); print('wrong', file=sys.stderr); sys.exit(3)"
    assert run(script, tmp_path) == Finished(3, "é\n", "wrong\n")


def test_a_program_cannot_ask_for_input(tmp_path: Path) -> None:
    finished = run("import sys; print(repr(sys.stdin.read())); open('/dev/tty')", tmp_path)
    assert finished.stdout == "''\n"
    assert "/dev/tty" in finished.stderr


def test_a_program_does_not_read_the_terminal() -> None:
    finished = run_python("-c", RUNS_CAT, stdin="yes\n")
    assert (finished.stdout, finished.returncode) == ("''\n", 0)


def test_a_program_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    script = "import time; print('begun', flush=True); open('begun', 'w').write('x')" + SLEEPS
    finished = run_out_of_time(script, tmp_path, when=tmp_path / "begun")
    assert finished.stopped
    assert finished.stopped.what == "It did not end within 300 seconds."
    assert finished.stdout == "begun\n"


def test_a_program_that_ignores_signals_is_stopped(tmp_path: Path) -> None:
    ignore = "import signal, time; signal.signal(15, signal.SIG_IGN); open('deaf', 'w').write('x')"
    assert run_out_of_time(ignore + SLEEPS, tmp_path, when=tmp_path / "deaf").stopped


def test_the_first_part_of_a_flood_is_kept(tmp_path: Path) -> None:
    finished = run("while True: print('y' * 1000)", tmp_path)
    assert finished.stopped
    assert len(finished.stdout) == MAX_BYTES


def test_no_process_that_it_started_stays(tmp_path: Path) -> None:
    finished = run(LEAVES_A_CHILD, tmp_path)
    assert finished.stdout == "done\n"
    assert is_gone(int((tmp_path / "child").read_text()))


def test_no_process_stays_that_left_its_session(tmp_path: Path) -> None:
    assert run_out_of_time(HIDES_A_CHILD, tmp_path, when=tmp_path / "child").stopped
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_program_that_is_interrupted_as_it_starts_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def interrupt(_: Program, process: subprocess.Popen[bytes]) -> None:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(Program, "_read", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start("import time" + SLEEPS, tmp_path)
    with started[0] as process:
        assert is_gone(process.pid)


def test_a_program_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nobody"):
        Program(["nobody-has-this"], os.environ, folder=tmp_path, seconds=1)


def test_the_output_is_not_in_the_repr() -> None:
    assert "secret" not in repr(Finished(0, "a secret", ""))
