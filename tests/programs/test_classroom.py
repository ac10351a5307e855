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
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.vault import Vault
from tests.subprocesses import TIME_LIMIT_SECONDS, environment, run_in_terminal, run_python


@dataclass
class Classroom:
    names: Path
    learners: list[dict[str, str]]
    printed: list[str]

    @property
    def url(self) -> str:
        return self.learners[0]["AWS_ENDPOINT_URL"]

    def setup(self, learner: int) -> Vault:
        """Do what the learner does with ``kmsdemo setup``."""
        clients = self.clients(learner)
        table.create(clients.dynamodb)
        return Vault(clients.kms, clients.dynamodb, keys.create(clients.kms).key_id)

    def clients(self, learner: int) -> Clients:
        variables = self.learners[learner]
        return connect(
            access_key_id=variables["AWS_ACCESS_KEY_ID"],
            secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region=variables["AWS_REGION"],
            endpoint_url=self.url,
        )


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """A class of five."""
    yield from running(
        tmp_path_factory.mktemp("class"), "Anna", "Ben [the bear]", "Cleo", "Dan", "Eve"
    )


@pytest.fixture
def fresh_classroom(tmp_path: Path) -> Iterator[Classroom]:
    """A class of two, who have done nothing yet."""
    yield from running(tmp_path, "Anna", "Ben [the bear]")


def running(folder: Path, *learners: str) -> Iterator[Classroom]:
    names = folder / "names.txt"
    names.write_text("\n".join(learners))
    command = [sys.executable, "-m", "kmsdemo", "sandbox", "--port=0", "--class", str(names)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        printed = [sandbox.stdout.readline() for _ in range(4)]
        with (folder / "names-credentials.csv").open(newline="") as file:
            yield Classroom(names, list(csv.DictReader(file)), printed)
        sandbox.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def progress(classroom: Classroom) -> Any:
    """The progress of the class; each learner is as far as one test needs."""
    anna, ben, cleo, dan, eve = range(5)
    classroom.setup(anna).store("a secret of Anna")
    classroom.setup(ben)
    vaults = {learner: classroom.setup(learner) for learner in (cleo, dan, eve)}
    vaults[cleo].reveal(vaults[cleo].store("a secret of Cleo"))
    for theirs in vaults.values():
        keys.schedule_deletion(theirs.kms, theirs.key_id, waiting_period_days=7)
    table.delete(classroom.clients(cleo).dynamodb)
    advance = ("sandbox", "advance", "--days=8")
    moved = run_python("-m", "kmsdemo", *advance, variables=classroom.learners[dan])
    assert moved.returncode == 0, moved.stderr
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    return json.loads(finished.stdout)


def test_the_sandbox_says_how_large_its_class_is(classroom: Classroom) -> None:
    assert classroom.printed[0].startswith("The KMS sandbox of a class of 5 listens on http://127")


def test_each_learner_works_in_a_separate_account(progress: Any) -> None:
    assert progress["Anna"] == {
        "1. Create the key": "done",
        "2. Create the table": "done",
        "3. Read the two scripts": "done",
        "4. Encrypt a password": "done",
        "5. Look at the item": "done",
        "6. Decrypt the password": "not yet",
        "7. Schedule the key's deletion": "not reached",
        "8. Delete the table": "not reached",
    }
    assert progress["Ben [the bear]"]["4. Encrypt a password"] == "not yet"


def test_the_console_shows_the_class(classroom: Classroom) -> None:
    label, url = classroom.printed[3].split(": ")
    assert label == "Console"
    browser = build_opener(HTTPCookieProcessor())
    with browser.open(url.strip(), timeout=TIME_LIMIT_SECONDS) as page:
        assert "Ben [the bear]" in page.read().decode()


def test_the_console_does_not_show_the_class_to_others(classroom: Classroom) -> None:
    with pytest.raises(HTTPError) as raised:
        urlopen(f"{classroom.url}/console", timeout=TIME_LIMIT_SECONDS)
    with raised.value as refusal:
        assert refusal.code == 403


def test_a_caller_without_a_hand_out_is_rejected(classroom: Classroom) -> None:
    stranger = {**classroom.learners[0], "AWS_ACCESS_KEY_ID": "200000000001"}
    finished = run_python("-m", "kmsdemo", "setup", variables=stranger)
    assert finished.returncode == 1
    assert "The security token included in the request is invalid" in finished.stderr


def test_a_learner_moves_only_the_clock_of_their_own_account(progress: Any) -> None:
    assert progress["Eve"]["1. Create the key"] == "done"
    step = "7. Schedule the key's deletion"
    assert progress["Dan"][step] != progress["Eve"][step]


def test_a_caller_outside_the_class_moves_no_clock(classroom: Classroom) -> None:
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "sandbox", "advance", "--days=8", url)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: The sandbox rejects your credentials: ")
    assert "paste the lines of your hand-out" in finished.stderr


def test_the_table_is_updated_while_it_is_shown(fresh_classroom: Classroom) -> None:
    def answer(printed: str) -> str:
        if "✔" not in printed and "Ben [the bear]" in printed:
            fresh_classroom.setup(1)
        return "\x03" if "✔" in printed and "^C" not in printed else ""

    here = (fresh_classroom.names, f"--endpoint-url={fresh_classroom.url}")
    command = ("-m", "kmsdemo", "class", *here)
    code, printed = run_in_terminal(*command, answer=answer)
    assert code == 0
    assert "Traceback" not in printed


def test_a_pipe_gets_the_table_once(classroom: Classroom) -> None:
    url = f"--endpoint-url={classroom.url}"
    command = ("-m", "kmsdemo", "class", classroom.names, url)
    finished = run_python(*command)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "Ben [the bear]" in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80


def test_a_finished_lab_is_done_in_every_step(progress: Any) -> None:
    assert set(progress["Cleo"].values()) == {"done"}


def test_a_missing_list_is_reported_in_two_lines() -> None:
    for command in (["class", "nobody.txt"], ["sandbox", "--port=0", "--class", "nobody.txt"]):
        finished = run_python("-m", "kmsdemo", *command)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith(
            "Error: nobody.txt cannot be used: No such file or directory.\n"
        )
