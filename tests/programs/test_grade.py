"""``kmsdemo grade``: what good scripts in any language get, cheats, and broken ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import psutil
import pytest

from kmsdemo.learners.submission import isolation
from tests.programs import cheats
from tests.programs.broken_scripts import BROKEN, CONTEXT, HIDDEN, LINES, NOWHERE, Broken
from tests.programs.cheats import CHEATS
from tests.programs.honest_scripts import HONEST, IN_PYTHON, commands
from tests.subprocesses import PYTHON, environment, run_in_terminal, run_python

LAB, BEYOND = 15, 6
GOOD = Broken({}, "")
BESIDE_PYTHON = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "AWS_PROFILE": "of-the-caller",  # exists nowhere, and no script must get it
}


def grade(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ("-m", "kmsdemo", "grade", *options)
    return run_python(*command, folder=folder, variables=BESIDE_PYTHON)


def judged(folder: Path, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the exit code, and the findings that are not met, by their requirement."""
    finished = grade(folder, *options, "--json")
    assert finished.stderr == ""
    findings = json.loads(finished.stdout)["findings"]
    assert len(findings) == LAB + BEYOND
    lacking = {one["requirement"]: one for one in findings if one["verdict"] == "not yet"}
    return finished.returncode, lacking


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = metafunc.config.getoption("submissions_of_every")
    names = {"fault": [*BROKEN], "honest": [*HONEST], "cheat": [*CHEATS]}
    for name, submissions in names.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, submissions[::every])


# ----------------------------------------------------------------- honest ones, and the others


def test_honest_scripts_have_what_they_have(honest: str, tmp_path: Path) -> None:
    submission = HONEST[honest]
    code, lacking = judged(tmp_path, *submission.write(tmp_path))
    assert set(lacking) == submission.lacks, lacking
    lab_is_full = all(one["part"] == "beyond" for one in lacking.values())
    assert code == (0 if lab_is_full else 1)


def test_a_cheat_is_found(cheat: str, tmp_path: Path) -> None:
    cheats.write(cheat, tmp_path)
    code, lacking = judged(tmp_path, *IN_PYTHON)
    assert code == 1
    assert CHEATS[cheat][0] in lacking, lacking


def test_a_fault_is_marked_down_and_nothing_else(fault: str, tmp_path: Path) -> None:
    broken = BROKEN[fault]
    broken.write(tmp_path)
    code, lacking = judged(tmp_path, *IN_PYTHON, *broken.limits)
    lacking.pop(CONTEXT, None)  # none of them has one
    assert lacking.keys() == broken.marks.keys()
    assert all(actual in lacking[name]["actual"] for name, actual in broken.marks.items()), lacking
    assert any(broken.hint in one["next_step"] for one in lacking.values()), lacking
    assert code == int(any(one["part"] == "lab" for one in lacking.values()))


def test_a_finding_has_what_is_expected_what_is_found_and_a_next_step(tmp_path: Path) -> None:
    BROKEN["other_words"].write(tmp_path)
    finished = grade(tmp_path, *IN_PYTHON)
    assert finished.returncode == 1
    assert (
        "  NOT YET The encrypt script prints a user number\n"
        "    Expected: A new encrypted password for user: "
    ) in finished.stdout
    assert "    Found: It prints a different line.\n    Output: A new password" in finished.stdout
    assert "    Next: Print exactly the two lines of the lab to standard" in finished.stdout
    assert finished.stdout.endswith("\nThe lab: 14 of 15. Beyond it: 5 of 6.\n")
    assert max(map(len, finished.stdout.splitlines())) <= 80


@pytest.fixture(scope="module")
def of_nothing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], Any]:
    """The marks for scripts that do nothing, and their folder, with what was there before."""
    folder = tmp_path_factory.mktemp("nothing")
    (folder / "encrypt.py").write_text("open('mine', 'w').write('x')\n")
    before = sorted(folder.iterdir())
    encrypt = f"{PYTHON} -S {folder}/encrypt.py"
    return folder, before, json.loads(grade(folder, *commands(encrypt, "true"), "--json").stdout)


def test_scripts_that_do_nothing_get_no_marks(of_nothing: tuple[Path, list[Path], Any]) -> None:
    *_, found = of_nothing
    assert (found["lab"]["done"], found["beyond"]["done"]) == (0, 0)
    findings = {one["requirement"]: one for one in found["findings"]}
    assert findings[LINES]["actual"] == "The table is empty."
    assert findings[HIDDEN]["verdict"] == "not reached"


FORGES = """
import contextlib, os, subprocess, sys, time

forged = "<testsuites><testsuite name='forged' tests='1' failures='0'/></testsuites>"
if sys.argv[1] != "again":
    with contextlib.suppress(OSError):
        subprocess.Popen([sys.executable, "-S", __file__, "again"], start_new_session=True)
while True:
    for path in ("REPORT", f"/proc/{os.getppid()}/fd/1"):
        with contextlib.suppress(OSError), open(path, "w") as file:
            file.write(forged)
    if sys.argv[1] != "again":
        sys.exit()
    time.sleep(0.01)
"""


def test_a_script_does_not_rewrite_the_report_on_itself(tmp_path: Path) -> None:
    report, script = tmp_path / "junit.xml", tmp_path / "encrypt.py"
    script.write_text(FORGES.replace("REPORT", str(report)))
    scripts = commands(f"{PYTHON} -S {script}", "true")
    finished = grade(tmp_path, *scripts, f"--junit={report}", "--json")
    assert json.loads(finished.stdout)["lab"]["done"] == 0
    (suite,) = ET.parse(report).getroot()
    assert (suite.get("name"), suite.get("tests")) == ("kmsdemo grade", str(LAB + BEYOND))
    assert suite.get("failures") != "0"
    assert finished.stderr == ""


def test_the_folder_is_not_changed(of_nothing: tuple[Path, list[Path], Any]) -> None:
    folder, before, _ = of_nothing
    assert sorted(folder.iterdir()) == before


def test_a_file_next_to_a_script_in_another_folder_is_found(tmp_path: Path) -> None:
    elsewhere, here = tmp_path / "elsewhere", tmp_path / "here"
    elsewhere.mkdir()
    here.mkdir()
    GOOD.write(elsewhere)
    script = elsewhere / "encrypt.py"
    leak = "open(__file__ + '.log', 'w').write(password)\n    appuser = store("
    script.write_text(script.read_text().replace("appuser = store(", leak))
    scripts = commands(f"{PYTHON} {script}", f"{PYTHON} {elsewhere}/decrypt.py")
    _, lacking = judged(here, *scripts)
    # Where it cannot write there, the script fails; elsewhere the file is found.
    assert lacking[LINES if isolation.has_namespaces() else NOWHERE]


# ----------------------------------------------------------------------------- as it is used


def test_a_command_line_that_cannot_be_used_ends_with_2(tmp_path: Path) -> None:
    finished = grade(tmp_path, *commands("nobody-has-this", "true"))
    assert finished.returncode == 2
    assert "the program nobody-has-this does not exist" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.thorough
def test_a_closed_pipe_ends_it(tmp_path: Path) -> None:
    script = f'{PYTHON} -m kmsdemo grade "$@" | head -3'
    finished = subprocess.run(
        ["sh", "-c", script, "sh", *commands("true", "true")],  # noqa: S607
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout.endswith("\nThey print the lines of the lab\n")
    assert finished.stderr == ""


def test_ctrl_c_stops_the_script_as_well(tmp_path: Path) -> None:
    mark = f"sleeps-{uuid.uuid4()}"  # other runs of this test may be in progress
    script = f"{PYTHON} -c 'import time; time.sleep(1000)' {mark}"

    def running() -> bool:
        words = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
        return any(mark in each for each in words)

    def answer(printed: str) -> str:
        return "\x03" if running() and "^C" not in printed else ""

    program = ("-m", "kmsdemo", "grade", *commands(script, script))
    code, printed = run_in_terminal(*program, answer=answer, folder=tmp_path)
    assert code == 130, printed
    assert printed.endswith("\nInterrupted.\n")
    assert not running()


def test_where_the_time_for_all_runs_is_over_nothing_is_graded(tmp_path: Path) -> None:
    finished = grade(tmp_path, *HONEST["2 s a run"].write(tmp_path), "--seconds=1")
    assert finished.returncode == 3
    assert "Not graded: this machine is too busy (the time limit for all runs" in finished.stderr
    assert "The lab: " not in finished.stdout
