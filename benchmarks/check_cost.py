"""The cost of checking the progress of learners who are in the middle of the lab.

Usage: python -m benchmarks.check_cost [LEARNERS]

Prints the time on the clock and on the processors of one look of the check, of ``kmsdemo check``,
and of ``kmsdemo class``; the sandbox that answers them is a program of its own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.learners import hand_out
from kmsdemo.learners.check import check_account
from kmsdemo.vault import Vault
from tests import emulators
from tests.learners import accounts

ROUNDS = 3
PASSWORDS = 3


@click.command()
@click.argument("number", type=click.IntRange(min=1), default=40)
def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder, "names.txt")
        names.write_text("".join(f"learner {place}\n" for place in range(number)))
        with emulators.classroom(names) as sandbox:
            learners = hand_out.read(names).learners
            for one in learners:
                _work(accounts.of(one, sandbox.url))
            first, *_ = learners
            look_again = accounts.of(first, sandbox.url)
            check_account(look_again)
            _report("one look", lambda: check_account(look_again))
            _report("kmsdemo check", lambda: _run(["check"], first.environment(sandbox.url)))
            command = ["class", str(names), "--csv", f"--endpoint-url={sandbox.url}"]
            _report(f"kmsdemo class, {number} learners", lambda: _run(command, {}))


def _work(clients: Clients) -> None:
    """Do the first six steps of the lab."""
    table.create(clients.dynamodb)
    vault = Vault(clients.kms, clients.dynamodb, keys.create(clients.kms).key_id)
    for place in range(PASSWORDS):
        vault.reveal(vault.store(f"password {place}"))


def _run(command: list[str], variables: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "kmsdemo", *command],
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        check=False,  # check exits with 1, as the lab is not complete
    )


def _report(what: str, call: Callable[[], object]) -> None:
    measured = [_seconds(call) for _ in range(ROUNDS)]
    clock, processors = (min(seconds) for seconds in zip(*measured, strict=True))
    print(f"{what}: {clock:.2f} s, {processors:.2f} s of a processor")


def _seconds(call: Callable[[], object]) -> tuple[float, float]:
    began, used = time.monotonic(), _used()
    call()
    return time.monotonic() - began, _used() - used


def _used() -> float:
    of = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in of)


if __name__ == "__main__":
    main()
