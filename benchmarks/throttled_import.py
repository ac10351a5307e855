"""An import into a table that takes fewer writes a second than the threads send."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

import click
from botocore.awsrequest import AWSPreparedRequest

from benchmarks import progress
from kmsdemo import errors, keys, secrets_csv, table
from kmsdemo.account.clients import ADAPTIVE, STANDARD, connect
from kmsdemo.cipher import SharedEnvelope
from kmsdemo.cli.many_passwords import ATTEMPTS
from kmsdemo.parallel import THREADS
from kmsdemo.sandbox import mock_kms
from kmsdemo.secrets_csv import Line
from kmsdemo.vault import Vault
from tests import faults

CALLER: Final[Any] = {
    "access_key_id": "testing",
    "secret_access_key": "testing",
    "region": "us-east-1",
}


@dataclass
class Capacity:
    """The writes that a table takes each second, and how many it did not take."""

    writes_a_second: int
    throttled: int = 0
    _taken: list[float] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def take(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """Take a write, or throttle it."""
        with self._lock:
            now = time.monotonic()
            self._taken = [moment for moment in self._taken if moment > now - 1]
            if len(self._taken) < self.writes_a_second:
                self._taken.append(now)
                return None
            self.throttled += 1
        return faults.throttled(request)


def measure(mode: str, lines: int, capacity: Capacity) -> tuple[int, float]:
    """Import lines; return how many were stored before the import ended, and its seconds."""
    mock_kms.empty()
    clients = connect(**CALLER, max_attempts=ATTEMPTS, retry_mode=mode)
    table.create(clients.dynamodb)
    vault = Vault(
        clients.kms, clients.dynamodb, keys.create(clients.kms).arn, cipher=SharedEnvelope
    )
    clients.dynamodb.meta.events.register_first("before-send.dynamodb.PutItem", capacity.take)
    passwords = (Line(number, str(number), "secret") for number in range(lines))
    stored, began = 0, time.perf_counter()
    try:
        for _ in secrets_csv.import_lines(vault, passwords, threads=THREADS):
            stored += 1
    except errors.Throttled:
        pass
    return stored, time.perf_counter() - began


@click.command()
@click.option("--lines", default=200, show_default=True)
@click.option("--writes-a-second", default=5, show_default=True)
def main(lines: int, writes_a_second: int) -> None:
    """Import with the retries of botocore, and print a table in Markdown."""
    print("| retries | stored | seconds | throttled |\n|---|---:|---:|---:|")
    for mode in (STANDARD, ADAPTIVE):
        capacity = Capacity(writes_a_second)
        progress.show(f"{lines:,} lines, {mode} retries")
        with mock_kms():
            stored, seconds = measure(mode, lines, capacity)
        progress.clear()
        print(f"| {mode} | {stored:,} | {seconds:.0f} | {capacity.throttled:,} |", flush=True)


if __name__ == "__main__":
    main()
