"""``kmsdemo sandbox --state``: a class continues after a crash, or after lunch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.errors import KmsdemoError
from kmsdemo.learners import hand_out
from kmsdemo.vault import Vault
from tests.learners import accounts
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


def anna(names: Path, port: int) -> Clients:
    first, *_ = hand_out.read(names).learners
    return accounts.of(first, f"http://127.0.0.1:{port}")


def credentials_of(clients: Clients) -> Any:
    found = clients.session.get_credentials()
    return found and found.get_frozen_credentials()


def test_what_was_answered_is_there_after_a_kill_in_the_middle(tmp_path: Path) -> None:
    names, port = tmp_path / "names.txt", free_port()
    names.write_text("Anna\nBen\n")
    answered: list[str] = []
    enough = Event()
    with running(names, port) as sandbox:
        before = anna(names, port)
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
        after = anna(names, port)
        assert credentials_of(after) == credentials_of(before)
        vault = Vault(after.kms, after.dynamodb, vault.key_id)
        assert {vault.reveal(appuser) for appuser in answered} == {PASSWORD}
