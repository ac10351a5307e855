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

from kmsdemo import keys, table
from kmsdemo.account.clients import connect
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
        variables = self.learners[learner]
        clients = connect(
            access_key_id=variables["AWS_ACCESS_KEY_ID"],
            secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region=variables["AWS_REGION"],
            endpoint_url=self.url,
        )
        table.create(clients.dynamodb)
        return Vault(clients.kms, clients.dynamodb, keys.create(clients.kms).key_id)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """A class of four, each of whom works for one test only."""
    yield from running(tmp_path_factory.mktemp("class"), "Anna", "Ben [the bear]", "Cleo", "Dan")


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


def test_each_learner_works_in_a_separate_account(classroom: Classroom) -> None:
    assert classroom.printed[0].startswith("The KMS sandbox of a class of 4 listens on http://127")
    classroom.setup(0).store("a secret of Anna")
    classroom.setup(1)
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    progress = json.loads(finished.stdout)
    assert progress["Anna"] == {
        "1. Create the key": "done",
        "2. Create the table": "done",
        "4. Encrypt a password": "done",
        "5. Look at the item": "done",
        "7. Schedule the key's deletion": "not yet",
        "8. Delete the table": "not reached",
    }
    assert progress["Ben [the bear]"]["4. Encrypt a password"] == "not yet"


def test_the_console_shows_the_class(classroom: Classroom) -> None:
    assert classroom.printed[3] == f"Console: {classroom.url}/console\n"
    with urlopen(f"{classroom.url}/console", timeout=TIME_LIMIT_SECONDS) as page:
        assert "Ben [the bear]" in page.read().decode()


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
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "Ben [the bear]" in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80


def test_a_finished_lab_is_done_in_every_step(classroom: Classroom) -> None:
    cleos = classroom.setup(2)
    keys.schedule_deletion(cleos.kms, cleos.key_id, waiting_period_days=7)
    table.delete(cleos.dynamodb)
    url = f"--endpoint-url={classroom.url}"
    finished = run_python("-m", "kmsdemo", "class", classroom.names, url, "--json")
    assert set(json.loads(finished.stdout)["Cleo"].values()) == {"done"}


def test_a_missing_list_is_reported_in_two_lines() -> None:
    for command in (["class", "nobody.txt"], ["sandbox", "--port=0", "--class", "nobody.txt"]):
        finished = run_python("-m", "kmsdemo", *command)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith(
            "Error: nobody.txt cannot be used: No such file or directory.\n"
        )
