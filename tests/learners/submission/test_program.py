"""A program that runs does no harm, whatever it does."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from kmsdemo.learners.submission import isolation
from kmsdemo.learners.submission.isolation import supervised
from kmsdemo.learners.submission.limits import MAX_PRINTED_BYTES, Budget
from kmsdemo.learners.submission.program import Finished, Program
from tests.subprocesses import ROOT, TIME_LIMIT_SECONDS, environment, run_python

pytestmark = pytest.mark.program

SLEEPS = "; time.sleep(1000)"
LEAVES_A_CHILD = """
import subprocess, sys
subprocess.Popen(
    ["setsid", "env", "-i", sys.executable, "-c", "import time; time.sleep(1000)", "MARK"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
print("done")
"""
RUNS_CAT = """
import os
from pathlib import Path
from kmsdemo.learners.submission.limits import Budget
from kmsdemo.learners.submission.program import Program

print(repr(Program(["cat"], os.environ, folder=Path.cwd(), budget=Budget(300)).finish().stdout))
"""
STOPS_ITS_PARENT = """
import os, signal, time
os.kill(os.getppid(), signal.SIGSTOP)
time.sleep(1)
print("done")
"""
WRITES_TO_ITS_PARENT = """
import os
for process in (os.getppid(), 1):
    for number in (1, 2):
        try:
            with open(f"/proc/{process}/fd/{number}", "w") as output:
                output.write("forged")
        except OSError:
            pass
"""


@pytest.fixture(params=["in namespaces", "under the supervisor alone"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in both ways in which scripts are kept from this machine."""
    if request.param == "under the supervisor alone":
        monkeypatch.setattr(isolation, "has_namespaces", lambda: False)
    elif not isolation.has_namespaces():
        pytest.skip("this machine lets this user make no namespaces")


def start(script: str, folder: Path, seconds: float = TIME_LIMIT_SECONDS) -> Program:
    folder.joinpath("tmp").mkdir(exist_ok=True)
    command = supervised(
        [sys.executable, "-c", script], root=folder, temporary=folder / "tmp", shown=[folder]
    )
    return Program(command, environment(), folder=folder, budget=Budget(seconds))


def run(script: str, folder: Path) -> Finished:
    return start(script, folder).finish()


def run_out_of_time(script: str, folder: Path, *, when: Path) -> Finished:
    """Run a script whose time is over once a file has content."""
    program = start(script, folder)
    while not when.exists() or not when.read_text():
        time.sleep(0.01)
    program._budget.waited = 2 * TIME_LIMIT_SECONDS
    return program.finish()


def with_mark(mark: str) -> list[int]:
    """Return the processes whose command line has a mark."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if mark in (process.info["cmdline"] or [])
    ]


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
    assert finished.stopped.what == f"It did not end within {TIME_LIMIT_SECONDS} seconds."
    assert finished.stdout == "begun\n"


def test_a_program_that_ignores_signals_is_stopped(tmp_path: Path) -> None:
    ignore = "import signal, time; signal.signal(15, signal.SIG_IGN); open('deaf', 'w').write('x')"
    assert run_out_of_time(ignore + SLEEPS, tmp_path, when=tmp_path / "deaf").stopped


def test_the_first_part_of_a_flood_is_kept(tmp_path: Path) -> None:
    finished = run("while True: print('y' * 1000)", tmp_path)
    assert finished.stopped
    assert len(finished.stdout) == MAX_PRINTED_BYTES


@pytest.fixture
def editable(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A Python whose environment has an editable package, and the source of the package.

    Both are in a folder for temporary files, which is hidden from a script.
    """
    with TemporaryDirectory(dir="/tmp") as folder:
        source, python = Path(folder, "source"), Path(folder, "venv", "bin", "python")
        source.mkdir()
        (source / "editable_package.py").write_text("print('imported')")
        venv.create(Path(folder, "venv"), symlinks=True)
        (packages,) = Path(folder, "venv").glob("lib/python3*/site-packages")
        (packages / "editable.pth").write_text(f"{source}\n")
        yield python, source


def run_with(python: Path, script: str, folder: Path) -> Finished:
    folder.joinpath("tmp").mkdir()
    command = supervised(
        [python, "-c", script], root=folder, temporary=folder / "tmp", shown=[folder]
    )
    budget = Budget(TIME_LIMIT_SECONDS)
    return Program(command, environment(), folder=folder, budget=budget).finish()


def test_a_python_imports_its_editable_packages(
    editable: tuple[Path, Path], tmp_path: Path
) -> None:
    python, _ = editable
    finished = run_with(python, "import editable_package", tmp_path)
    assert (finished.stdout, finished.stderr) == ("imported\n", "")


@pytest.mark.parametrize("way", ["in namespaces"], indirect=True)  # else it can, and that is said
def test_a_script_cannot_change_an_editable_package(
    editable: tuple[Path, Path], tmp_path: Path
) -> None:
    python, source = editable
    finished = run_with(python, f"open({str(source / 'kept')!r}, 'w')", tmp_path)
    assert "Read-only file system" in finished.stderr


def test_no_process_that_it_started_stays(tmp_path: Path) -> None:
    mark = f"stays-{uuid.uuid4()}"
    finished = run(LEAVES_A_CHILD.replace("MARK", mark), tmp_path)
    assert finished.stdout == "done\n"
    assert with_mark(mark) == []


def test_no_process_stays_of_one_that_is_stopped(tmp_path: Path) -> None:
    mark = f"stays-{uuid.uuid4()}"
    then_sleeps = "open('left', 'w').write('x'); import time; time.sleep(1000)"
    script = LEAVES_A_CHILD.replace("MARK", mark) + then_sleeps
    assert run_out_of_time(script, tmp_path, when=tmp_path / "left").stopped
    assert with_mark(mark) == []


def test_a_program_that_stops_its_parent_does_not_stop_the_grader(tmp_path: Path) -> None:
    finished = start(STOPS_ITS_PARENT, tmp_path, seconds=3).finish()
    assert finished.stdout == "done\n"


def test_a_program_cannot_write_to_the_output_of_the_grader(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.learners.submission.test_program import WRITES_TO_ITS_PARENT, run
run(WRITES_TO_ITS_PARENT, Path({str(tmp_path)!r}))
"""
    finished = run_python("-c", script)
    assert "forged" not in finished.stdout + finished.stderr
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("looks_without_environment", [0, 1, 2, 3])
def test_a_program_that_is_interrupted_as_it_starts_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks_without_environment: int
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    looks = [True] * looks_without_environment

    def environment_as_it_is_loaded(process: psutil.Process) -> dict[str, str]:
        is_loaded = [process.pid] == [one.pid for one in started] and bool(looks) and looks.pop()
        return {} if is_loaded else environ(process)

    def interrupt(_: Program, process: subprocess.Popen[bytes]) -> None:
        started.append(process)
        raise KeyboardInterrupt

    environ = psutil.Process.environ
    monkeypatch.setattr(psutil.Process, "environ", environment_as_it_is_loaded)
    monkeypatch.setattr(Program, "_read", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start("import time" + SLEEPS, tmp_path)
    with started[0] as process:
        assert is_gone(process.pid)


def test_a_program_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nobody"):
        Program(["nobody-has-this"], environment(), folder=tmp_path, budget=Budget(1))


def test_the_output_is_not_in_the_repr() -> None:
    assert "secret" not in repr(Finished(0, "a secret", ""))
