"""A class: ``kmsdemo sandbox --class`` and ``kmsdemo class``."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.subprocesses import environment, run_in_terminal, run_python


@dataclass
class Classroom:
    names: Path
    learners: list[dict[str, str]]
    printed: list[str]

    @property
    def url(self) -> str:
        return self.learners[0]["AWS_ENDPOINT_URL"]

    def work(self, learner: int, *command: str) -> None:
        finished = run_python("-m", "kmsdemo", *command, variables=self.learners[learner])
        assert finished.returncode == 0, finished.stderr


@pytest.fixture
def classroom(tmp_path: Path) -> Iterator[Classroom]:
    """A running sandbox of a class of two."""
    names = tmp_path / "names.txt"
    names.write_text("Anna\nBen [the bear]\n")
    command = [sys.executable, "-m", "kmsdemo", "sandbox", "--port=0", "--class", str(names)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        printed = [sandbox.stdout.readline() for _ in range(4)]
        with (tmp_path / "names-credentials.csv").open(newline="") as file:
            yield Classroom(names, list(csv.DictReader(file)), printed)
        sandbox.send_signal(signal.SIGINT)


def test_each_learner_works_in_a_separate_account(classroom: Classroom) -> None:
    assert classroom.printed[0].startswith("The KMS sandbox of a class of 2 listens on http://127")
    classroom.work(0, "setup")
    classroom.work(0, "encrypt", "a secret of Anna")
    classroom.work(1, "setup")
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    progress = json.loads(finished.stdout)
    assert progress["Anna"] == {
        "1. Create the key": "done",
        "2. Create the table": "done",
        "4. Encrypt a password": "done",
        "5. Verify the ciphertext": "done",
        "7. Schedule the key's deletion": "not yet",
        "8. Delete the table": "not reached",
    }
    assert progress["Ben [the bear]"]["4. Encrypt a password"] == "not yet"


def test_the_console_shows_the_class(classroom: Classroom) -> None:
    assert classroom.printed[3] == f"Console: {classroom.url}/console\n"
    with urlopen(f"{classroom.url}/console", timeout=10) as page:
        assert "Ben [the bear]" in page.read().decode()


def test_the_table_is_updated_while_it_is_shown(classroom: Classroom) -> None:
    def answer(printed: str) -> str:
        if "✔" not in printed and "Ben [the bear]" in printed:
            classroom.work(1, "setup")
        return "\x03" if "✔" in printed and "^C" not in printed else ""

    command = ("-m", "kmsdemo", "class", classroom.names, f"--endpoint-url={classroom.url}")
    code, printed = run_in_terminal(*command, answer=answer)
    assert code == 0
    assert "Traceback" not in printed


def test_a_pipe_gets_the_table_once(classroom: Classroom) -> None:
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "Ben [the bear]" in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80


def test_a_finished_lab_is_done_in_every_step(classroom: Classroom) -> None:
    classroom.work(0, "setup")
    classroom.work(0, "schedule-deletion", "--days=7")
    classroom.work(0, "cleanup", "--yes")
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    assert set(json.loads(finished.stdout)["Anna"].values()) == {"done"}


def test_a_missing_list_is_reported_in_two_lines() -> None:
    for command in (["class", "nobody.txt"], ["sandbox", "--port=0", "--class", "nobody.txt"]):
        finished = run_python("-m", "kmsdemo", *command)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith(
            "Error: nobody.txt cannot be used: No such file or directory.\n"
        )
