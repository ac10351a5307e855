"""``kmsdemo grade``: full marks for good scripts in any language, and what broken ones get."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.programs.broken_scripts import BROKEN, HIDDEN, LINES, SCRIPTS, Broken
from tests.subprocesses import environment, run_in_terminal, run_python

FULL_MARKS = 17
GOOD = Broken({}, "")
PATIENTLY = ("--seconds-each=300", "--seconds=3000")
BESIDE_PYTHON = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def commands(encrypt: str, decrypt: str) -> list[str]:
    return [
        f"--encrypt={encrypt} {{password}} {{key_id}}",
        f"--decrypt={decrypt} {{appuser}} {{key_id}}",
    ]


# Without its packages, Python starts three times faster.
IN_PYTHON = commands(f"{sys.executable} -S encrypt.py", f"{sys.executable} -S decrypt.py")


def grade(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ("-m", "kmsdemo", "grade", *PATIENTLY, *options)
    return run_python(*command, folder=folder, variables=BESIDE_PYTHON)


# ------------------------------------------------------------------------------ good scripts


def tiny(folder: Path) -> list[str]:
    GOOD.write(folder)
    return IN_PYTHON


def library(_: Path) -> list[str]:
    return [
        f"--encrypt={sys.executable} -m kmsdemo encrypt --key-id {{key_id}} -- {{password}}",
        f"--decrypt={sys.executable} -m kmsdemo decrypt --key-id {{key_id}} {{appuser}}",
    ]


def bash(folder: Path) -> list[str]:
    shutil.copy(SCRIPTS / "encrypt.sh", folder)
    shutil.copy(SCRIPTS / "decrypt.sh", folder)
    return commands("./encrypt.sh", "./decrypt.sh")


def node(folder: Path) -> list[str]:
    if not shutil.which("npm"):
        pytest.skip("there is no Node.js with npm")
    packages = ["@aws-sdk/client-kms@3", "@aws-sdk/client-dynamodb@3"]
    subprocess.run(["npm", "install", "--silent", "--no-audit", *packages], cwd=folder, check=True)  # noqa: S607
    shutil.copy(SCRIPTS / "encrypt.mjs", folder)
    shutil.copy(SCRIPTS / "decrypt.mjs", folder)
    return commands("node encrypt.mjs", "node decrypt.mjs")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = metafunc.config.getoption("submissions_of_every")
    if "fault" in metafunc.fixturenames:
        metafunc.parametrize("fault", list(BROKEN)[::every])
    if "good" in metafunc.fixturenames:
        metafunc.parametrize("good", [tiny, library, bash, node][::every])


def test_good_scripts_score_full_marks(good: Callable[[Path], list[str]], tmp_path: Path) -> None:
    finished = grade(tmp_path, *good(tmp_path), "--junit=junit.xml")
    assert (finished.returncode, finished.stderr) == (0, ""), finished.stdout
    assert finished.stdout.endswith(f"{FULL_MARKS} of {FULL_MARKS}: full marks.\n")
    assert max(map(len, finished.stdout.splitlines())) <= 80
    (suite,) = ET.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == (str(FULL_MARKS), "0")


# ---------------------------------------------------------------------------- broken scripts


def test_a_fault_is_marked_down_and_nothing_else(fault: str, tmp_path: Path) -> None:
    broken = BROKEN[fault]
    broken.write(tmp_path)
    finished = grade(tmp_path, *IN_PYTHON, "--json", *broken.limits)
    if broken.leaves:
        Path(broken.leaves).unlink()
    assert (finished.returncode, finished.stderr) == (1, "")
    found = json.loads(finished.stdout)
    marks = {one["requirement"]: one for one in found["findings"] if one["verdict"] == "not yet"}
    assert marks.keys() == broken.marks.keys()
    assert all(actual in marks[name]["actual"] for name, actual in broken.marks.items()), marks
    assert any(broken.hint in one["next_step"] for one in marks.values()), marks
    assert found["score"] < found["of"] == FULL_MARKS


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
    assert finished.stdout.endswith(f"\n{FULL_MARKS - 1} of {FULL_MARKS}.\n")


@pytest.fixture(scope="module")
def of_nothing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], Any]:
    """The marks for scripts that do nothing, and their folder, with what was there before."""
    folder = tmp_path_factory.mktemp("nothing")
    (folder / "encrypt.py").write_text("open('mine', 'w').write('x')\n")
    before = sorted(folder.iterdir())
    encrypt = f"{sys.executable} -S {folder}/encrypt.py"
    return folder, before, json.loads(grade(folder, *commands(encrypt, "true"), "--json").stdout)


def test_scripts_that_do_nothing_get_no_marks(of_nothing: tuple[Path, list[Path], Any]) -> None:
    *_, found = of_nothing
    assert found["score"] == 0
    findings = {one["requirement"]: one for one in found["findings"]}
    assert findings[LINES]["actual"] == "The table is empty."
    assert findings[HIDDEN]["verdict"] == "not reached"


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
    scripts = commands(f"{sys.executable} {script}", f"{sys.executable} {elsewhere}/decrypt.py")
    found = json.loads(grade(here, *scripts, "--json").stdout)["findings"]
    (mark,) = [one for one in found if one["verdict"] == "not yet"]
    assert mark["actual"] == f"The file encrypt.py.log in {elsewhere} contains the password."


# ----------------------------------------------------------------------------- as it is used


def test_a_command_line_that_cannot_be_used_ends_with_2(tmp_path: Path) -> None:
    finished = grade(tmp_path, *commands("nobody-has-this", "true"))
    assert finished.returncode == 2
    assert "the program nobody-has-this does not exist" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_closed_pipe_ends_it(tmp_path: Path) -> None:
    script = f'{sys.executable} -m kmsdemo grade "$@" | head -3'
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
    mark = f"sleeps-{uuid.uuid4()}"  # other runs of this test may go on
    script = f"{sys.executable} -c 'import time; time.sleep(1000)' {mark}"

    def running() -> bool:
        words = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
        return any(mark in each for each in words)

    def answer(printed: str) -> str:
        return "\x03" if running() and "^C" not in printed else ""

    program = ("-m", "kmsdemo", "grade", *PATIENTLY, *commands(script, script))
    code, printed = run_in_terminal(*program, answer=answer, folder=tmp_path)
    assert code == 130, printed
    assert printed.endswith("\nInterrupted.\n")
    assert not running()
