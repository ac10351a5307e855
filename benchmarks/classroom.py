"""A class on one sandbox: all learners repeat the lab at the same time, with signed calls.

Usage: python -m benchmarks.classroom [LEARNERS] [SECONDS]

Each learner is a thread with its own access key and connections. It does the eight steps of the
lab and verifies each write. An error or a lost write ends the run.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import psutil

from kmsdemo.learners import hand_out
from kmsdemo.learners.hand_out import HandOut
from tests import emulators
from tests.emulators import Emulator

TABLE = {
    "TableName": "demo-kms",
    "AttributeDefinitions": [{"AttributeName": "appuser", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "appuser", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
PASSWORDS = 3


@dataclass
class Learner:
    """A learner, with the time of each call in seconds and the number of finished labs."""

    kms: Any
    dynamodb: Any
    seconds: list[float] = field(default_factory=list)
    labs: int = 0

    def work_until(self, deadline: float) -> None:
        """Repeat the lab until the deadline; the last lab ends after it."""
        while time.monotonic() < deadline:
            self.do_the_lab()
            self.labs += 1

    def do_the_lab(self) -> None:
        """Create the key and the table, encrypt, decrypt, and clean up."""
        key_id = self.call(self.kms.create_key)["KeyMetadata"]["KeyId"]
        alias = f"alias/demo-kms-{self.labs}"
        self.call(self.kms.create_alias, AliasName=alias, TargetKeyId=key_id)
        self.call(self.dynamodb.create_table, **TABLE)
        stored = {str(10001 + place): f"password {self.labs} {place}" for place in range(PASSWORDS)}
        for appuser, password in stored.items():
            blob = self.call(self.kms.encrypt, KeyId=alias, Plaintext=password)["CiphertextBlob"]
            item = {"appuser": {"S": appuser}, "userpasswd": {"B": blob}}
            self.call(self.dynamodb.put_item, TableName="demo-kms", Item=item)
        found = self.call(self.dynamodb.scan, TableName="demo-kms")["Items"]
        decrypted = {item["appuser"]["S"]: self.decrypt(item) for item in found}
        assert decrypted == stored, f"stored {stored}, found {decrypted}"
        self.call(self.kms.schedule_key_deletion, KeyId=key_id, PendingWindowInDays=7)
        self.call(self.dynamodb.delete_table, TableName="demo-kms")
        keys = self.call(self.kms.list_keys, Limit=1000)["Keys"]
        assert len(keys) == self.labs + 1, f"created {self.labs + 1} keys, found {len(keys)}"

    def decrypt(self, item: dict[str, Any]) -> str:
        """Return the decrypted password of an item."""
        blob = item["userpasswd"]["B"]
        return str(self.call(self.kms.decrypt, CiphertextBlob=blob)["Plaintext"].decode())

    def call(self, operation: Callable[..., Any], **parameters: Any) -> Any:
        """Call AWS, and record the time."""
        began = time.monotonic()
        answer = operation(**parameters)
        self.seconds.append(time.monotonic() - began)
        return answer


@click.command()
@click.argument("number", type=click.IntRange(min=1), default=200)
@click.argument("seconds", type=click.IntRange(min=1), default=60)
def main(number: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder, "names.txt")
        names.write_text("".join(f"learner {place}\n" for place in range(number)))
        with emulators.classroom(names) as sandbox:
            program = _listening(sandbox)
            before = program.memory_info().rss
            working = [learner(sandbox, one) for one in hand_out.read(names).learners]
            deadline = time.monotonic() + seconds
            with ThreadPoolExecutor(number) as threads:
                list(threads.map(lambda one: one.work_until(deadline), working))
            report(working, seconds, before, program.memory_info().rss)


def learner(sandbox: Emulator, given: HandOut) -> Learner:
    kms, dynamodb = (
        sandbox.client(service, given.access_key_id, given.secret)
        for service in ("kms", "dynamodb")
    )
    return Learner(kms, dynamodb)


def _listening(sandbox: Emulator) -> psutil.Process:
    port = int(sandbox.url.rpartition(":")[2])
    listening = (one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN)
    return psutil.Process(next(one.pid for one in listening if port in one.laddr))


def report(working: list[Learner], seconds: int, before: int, after: int) -> None:
    durations = [duration for one in working for duration in one.seconds]
    percentiles = statistics.quantiles(durations, n=100)
    labs = [one.labs for one in working]
    print(
        f"{len(working)} learners, {seconds} s: {sum(labs)} labs ({min(labs)} to {max(labs)} each)"
    )
    print(f"{len(durations)} calls, {len(durations) / seconds:.0f} per second; none failed or lost")
    shown = {"p50": percentiles[49], "p99": percentiles[98], "longest": max(durations)}
    print(", ".join(f"{name} {value * 1000:.0f} ms" for name, value in shown.items()))
    print(f"memory: {before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after")


if __name__ == "__main__":
    main()
