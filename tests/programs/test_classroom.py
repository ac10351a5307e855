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
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest

from tests.processes import environment, in_terminal, python


@dataclass
class Classroom:
    names: Path
    learners: list[dict[str, str]]
    printed: list[str]

    @property
    def url(self) -> str:
        return self.learners[0]["AWS_ENDPOINT_URL"]

    def work(self, learner: int, *command: str) -> None:
        finished = python("-m", "kmsdemo", *command, more=self.learners[learner])
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


def test_each_learner_works_in_an_account_of_ones_own(classroom: Classroom) -> None:
    assert classroom.printed[0].startswith("The KMS sandbox of a class of 2 listens on http://127")
    classroom.work(0, "setup")
    classroom.work(0, "encrypt", "a secret of Anna")
    classroom.work(1, "setup")
    url = f"--endpoint-url={classroom.url}"
    finished = python("-m", "kmsdemo", "class", classroom.names, url, "--json")
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
    before, url = classroom.printed[3].split(": ")
    assert before == "To look at what is in it"
    with build_opener(HTTPCookieProcessor()).open(url.strip(), timeout=10) as page:
        assert "Ben [the bear]" in page.read().decode()


def test_the_console_does_not_show_the_class_to_others(classroom: Classroom) -> None:
    with pytest.raises(HTTPError) as raised:
        urlopen(f"{classroom.url}/console", timeout=10)
    with raised.value as refusal:
        assert refusal.code == 403


def test_only_who_was_handed_something_out_is_let_in(classroom: Classroom) -> None:
    stranger = {**classroom.learners[0], "AWS_ACCESS_KEY_ID": "200000000001"}
    finished = python("-m", "kmsdemo", "setup", more=stranger)
    assert finished.returncode == 1
    assert "The security token included in the request is invalid" in finished.stderr


def test_a_learner_lets_days_pass_in_ones_own_account_only(classroom: Classroom) -> None:
    for learner in (0, 1):
        classroom.work(learner, "setup")
        classroom.work(learner, "schedule-deletion", "--days=7")
    classroom.work(0, "sandbox", "advance", "--days=8")
    url = f"--endpoint-url={classroom.url}"
    finished = python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    progress = json.loads(finished.stdout)
    assert progress["Ben [the bear]"]["1. Create the key"] == "done"
    step = "7. Schedule the key's deletion"
    assert progress["Anna"][step] != progress["Ben [the bear]"][step]


def test_days_pass_for_nobody_who_is_not_of_the_class(classroom: Classroom) -> None:
    url = f"--endpoint-url={classroom.url}"
    finished = python("-m", "kmsdemo", "sandbox", "advance", "--days=8", url)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: The sandbox does not let you in: ")
    assert "paste the lines of your hand-out" in finished.stderr


def test_the_table_changes_as_they_go_on(classroom: Classroom) -> None:
    def answer(printed: str) -> str:
        if "✔" not in printed and "Ben [the bear]" in printed:
            classroom.work(1, "setup")
        return "\x03" if "✔" in printed and "^C" not in printed else ""

    command = ("-m", "kmsdemo", "class", classroom.names, f"--endpoint-url={classroom.url}")
    code, printed = in_terminal(*command, answer=answer)
    assert code == 0
    assert "Traceback" not in printed


def test_a_pipe_gets_the_table_once(classroom: Classroom) -> None:
    url = f"--endpoint-url={classroom.url}"
    finished = python("-m", "kmsdemo", "class", classroom.names, url)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "Ben [the bear]" in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80


def test_who_has_finished_has_done_it_all(classroom: Classroom) -> None:
    classroom.work(0, "setup")
    classroom.work(0, "schedule-deletion", "--days=7")
    classroom.work(0, "cleanup", "--yes")
    url = f"--endpoint-url={classroom.url}"
    finished = python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    assert set(json.loads(finished.stdout)["Anna"].values()) == {"done"}


def test_a_list_that_is_not_there_is_said_in_two_lines() -> None:
    for command in (["class", "nobody.txt"], ["sandbox", "--port=0", "--class", "nobody.txt"]):
        finished = python("-m", "kmsdemo", *command)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith("Error: nobody.txt does not serve: it cannot be read.\n")
