"""A load test: many clients use one sandbox; no call fails and no password is lost.

Usage: python -m benchmarks.load [CLIENTS] [SECONDS]

Each client is a thread with its own connections. It stores passwords and reveals them again. All
clients draw from the same few thousand user numbers, so that numbers collide. At the end, the table
must have each stored password exactly once.
"""

from __future__ import annotations

import secrets
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import click

from kmsdemo import keys, table
from kmsdemo.vault import Vault, items
from tests import emulators
from tests.emulators import Emulator

NUMBERS = range(10001, 30001)


@dataclass
class Client:
    """One client: the passwords it stored, and the duration of each round, in seconds."""

    vault: Vault
    stored: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def work_until(self, deadline: float) -> None:
        """Store and reveal passwords until the deadline; an error ends the run."""
        while time.monotonic() < deadline:
            password = secrets.token_hex(8)
            began = time.monotonic()
            appuser = self.vault.store(password)
            if self.vault.reveal(appuser) != password:
                raise AssertionError(f"user {appuser} got another password than was stored")
            self.seconds.append(time.monotonic() - began)
            self.stored[appuser] = password


@click.command()
@click.argument("number", type=click.IntRange(min=1), default=50)
@click.argument("seconds", type=click.IntRange(min=1), default=60)
def main(number: int, seconds: int) -> None:
    with emulators.sandbox() as sandbox:
        key_id = keys.create(sandbox.client("kms")).key_id
        table.create(sandbox.client("dynamodb"))
        working = [Client(vault(sandbox, key_id)) for _ in range(number)]
        deadline = time.monotonic() + seconds
        with ThreadPoolExecutor(number) as threads:
            list(threads.map(lambda client: client.work_until(deadline), working))
        found = {item.appuser for item in items(sandbox.client("dynamodb"))}
    report(working, found, seconds)


def vault(sandbox: Emulator, key_id: str) -> Vault:
    """Return the vault of one client."""
    kms, dynamodb = sandbox.client("kms"), sandbox.client("dynamodb")
    return Vault(kms, dynamodb, key_id, draw=lambda: str(secrets.choice(NUMBERS)))


def report(working: list[Client], found: set[str], seconds: int) -> None:
    stored = [appuser for client in working for appuser in client.stored]
    durations = sorted(duration for client in working for duration in client.seconds)
    print(f"{len(working)} clients, {seconds} s: {len(stored)} passwords stored and revealed")
    print(
        f"each took {statistics.median(durations):.2f} s (median), {durations[-1]:.2f} s (longest)"
    )
    lost, unexpected = set(stored) - found, found - set(stored)
    twice = len(stored) - len(set(stored))
    print(f"lost: {len(lost)}, stored twice: {twice}, unexpected items: {len(unexpected)}")
    sys.exit(bool(lost or twice or unexpected))


if __name__ == "__main__":
    main()
