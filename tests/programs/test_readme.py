"""Each command in the README does what it says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT, environment, free_port, python

README = (ROOT / "README.md").read_text(encoding="utf-8")
TESTED = re.compile(r"<!-- test: begin -->(.*?)<!-- test: end -->", re.DOTALL)
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
BY_HAND, BY_PROGRAM, OWN_SCRIPTS = (
    "\n".join(BLOCK.findall(part)) for part in TESTED.findall(README)
)
TIME_LIMIT_SECONDS = 240


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What all parts print, run one after the other in one shell, as a learner would."""
    folder = tmp_path_factory.mktemp("learner")
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / ".venv").symlink_to(sys.prefix)
    own_port = BY_HAND.replace("4566", str(free_port()))
    return shell(f"set -eux\n{own_port}\n{BY_PROGRAM}\n{OWN_SCRIPTS}", folder)


def shell(script: str, folder: Path) -> str:
    """Run a script with bash; stop whatever it left in the background."""
    printed = folder / "printed.txt"
    with (
        printed.open("w") as output,
        subprocess.Popen(
            ["bash", "-c", script],  # noqa: S607
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as bash,
    ):
        try:
            bash.wait(TIME_LIMIT_SECONDS)
        finally:
            os.killpg(bash.pid, signal.SIGKILL)
    assert bash.returncode == 0, printed.read_text()
    return printed.read_text()


def test_the_lab_by_hand_gives_the_password_back(printed: str) -> None:
    assert "Is this your decrypted password? -> my very secret password\n" in printed


def test_the_item_shows_ciphertext(printed: str) -> None:
    assert re.search(r'"userpasswd": \{\s*"B": "[\w+/=]{40,}"', printed)


def test_the_key_is_scheduled_for_deletion_by_hand(printed: str) -> None:
    assert printed.count('"DeletionDate":') == 2


def test_the_program_does_the_same(printed: str) -> None:
    assert printed.count("-> my very secret password\n") == 2
    assert "The table demo-kms is deleted.\n" in printed


def test_the_two_scripts_get_full_marks(printed: str) -> None:
    assert "17 of 17: full marks.\n" in printed


def test_the_sandbox_loses_the_password_for_good(printed: str) -> None:
    lost = printed.partition("In the sandbox it is now")[2]
    assert "\nNot decrypted: An error occurred (NotFoundException)" in lost
    assert "\nIt is lost for good.\n" in lost


def test_the_example_for_other_projects_passes(tmp_path: Path) -> None:
    (example,) = re.findall(r"<!-- python: begin -->\s+```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "test_example.py").write_text(f"import boto3\nimport pytest\n{example}")
    finished = python("-m", "pytest", "-q", "-pno:cacheprovider", tmp_path, folder=tmp_path)
    assert finished.returncode == 0, finished.stdout
    assert "1 passed" in finished.stdout


def test_every_command_of_the_program_is_in_the_readme() -> None:
    from kmsdemo.cli import main  # noqa: PLC0415

    assert [name for name in main.commands if f"kmsdemo {name}" not in README] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = re.findall(r"^python3 .*tox$", README, re.MULTILINE)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
