"""``kmsdemo sandbox --state``: a class goes on after a crash, or after lunch."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.errors import KmsdemoError
from kmsdemo.vault import Vault
from tests.subprocesses import TIME_LIMIT_SECONDS, environment, free_port

PASSWORD = "correct horse battery staple"


@contextmanager
def running(names: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run the sandbox of a class, with its state in a file, until it is killed."""
    command = ["sandbox", f"--port={port}", f"--class={names}", f"--state={names.parent / 'state'}"]
    with subprocess.Popen(
        [sys.executable, "-m", "kmsdemo", *command],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as sandbox:
        try:
            assert sandbox.stdout is not None
            assert "listens on" in sandbox.stdout.readline()
            yield sandbox
        finally:
            sandbox.kill()


def anna(names: Path) -> Clients:
    with (names.parent / "names-credentials.csv").open(newline="") as file:
        variables = next(row for row in csv.DictReader(file) if row["name"] == "Anna")
    return connect(
        access_key_id=variables["AWS_ACCESS_KEY_ID"],
        secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region=variables["AWS_REGION"],
        endpoint_url=variables["AWS_ENDPOINT_URL"],
    )


def credentials_of(clients: Clients) -> Any:
    found = clients.session.get_credentials()
    return found and found.get_frozen_credentials()


def test_what_was_answered_is_there_after_a_kill_in_the_middle(tmp_path: Path) -> None:
    names, port = tmp_path / "names.txt", free_port()
    names.write_text("Anna\nBen\n")
    answered: list[str] = []
    enough = Event()
    with running(names, port) as sandbox:
        before = anna(names)
        table.create(before.dynamodb)
        vault = Vault(before.kms, before.dynamodb, keys.create(before.kms).key_id)

        def store_until_nobody_answers() -> None:
            with suppress(KmsdemoError):
                while True:
                    answered.append(vault.store(PASSWORD))
                    if len(answered) == 60:
                        enough.set()

        writer = Thread(target=store_until_nobody_answers)
        writer.start()
        assert enough.wait(TIME_LIMIT_SECONDS)
        sandbox.kill()
        writer.join()
    with running(names, port):
        after = anna(names)
        assert credentials_of(after) == credentials_of(before)
        vault = Vault(after.kms, after.dynamodb, vault.key_id)
        assert {vault.reveal(appuser) for appuser in answered} == {PASSWORD}
