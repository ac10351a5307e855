"""An hour of a class on one sandbox with a state file, which is killed and resumed meanwhile.

Each learner is a thread with its own access key, and pauses between calls as people do. It repeats
the lab and keeps what the sandbox answered: its keys, their states, its passwords. After each kill
(SIGKILL) it asks for all of that again. A difference, or an error that is not of a kill, ends the
run.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import click
import psutil
from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError

from benchmarks import progress
from benchmarks.classroom import TABLE
from kmsdemo.account import retries
from kmsdemo.learners import hand_out
from tests.emulators import Emulator
from tests.subprocesses import environment, free_port

PASSWORDS = 20
ROWS = 12
_MIB = 2**20


class Stopped(Exception):
    """The sandbox was killed since the last call, or the class is over."""


@dataclass
class Sandbox:
    """The sandbox of a class, with its state in a file.

    Attributes:
        names: The class list; the state file is beside it.
        port: Where it listens, after each start.
        is_up: Whether it listens.
        over: Whether the time of the class is over.
        kills: How often it was killed.
        seconds: The time of each answered call.
    """

    names: Path
    port: int = field(default_factory=free_port)
    is_up: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)
    kills: int = 0
    seconds: list[float] = field(default_factory=list)
    program: subprocess.Popen[str] | None = None

    @property
    def state(self) -> Path:
        """The state file."""
        return self.names.with_name("state")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        options = [f"--port={self.port}", f"--class={self.names}", f"--state={self.state}"]
        self.program = subprocess.Popen(
            [sys.executable, "-m", "kmsdemo", "sandbox", *options],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        if self.program.stdout is None or "listens on" not in self.program.stdout.readline():
            raise AssertionError("the sandbox does not start")
        self.is_up.set()

    def kill(self) -> None:
        """Kill it in the middle of whatever it does."""
        self.is_up.clear()
        self.kills += 1
        if self.program:
            self.program.kill()
            self.program.communicate()

    def sizes(self) -> tuple[float, float]:
        """Return its memory and the size of its file with the write-ahead log, in MiB."""
        memory = psutil.Process(self.program.pid).memory_info().rss if self.program else 0
        files = self.state.parent.glob("state*")
        return memory / _MIB, sum(file.stat().st_size for file in files) / _MIB


@contextmanager
def running(names: Path) -> Iterator[Sandbox]:
    """Run the sandbox of a class until the context ends."""
    sandbox = Sandbox(names)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.over.set()
        sandbox.kill()


@dataclass
class Learner:
    """A learner, and what the sandbox has answered.

    Attributes:
        sandbox: The sandbox.
        kms: The learner's client of AWS KMS.
        dynamodb: The learner's client of DynamoDB.
        pause: The seconds between two calls, on average.
        states: The state of each key; ``None`` while a call that changes it is not answered.
        passwords: The password of each item of the table.
        unanswered: The calls that a kill cut off.
        checked: The keys and passwords that were asked for after a kill.
        kills: How many kills it knows of.
    """

    sandbox: Sandbox
    kms: Any
    dynamodb: Any
    pause: float
    states: dict[str, str | None] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    checked: int = 0
    kills: int = 0

    def work(self) -> None:
        """Repeat the lab until the class is over; after a kill, check and begin again."""
        while not self.sandbox.over.is_set():
            with suppress(Stopped):
                if self.kills != self.sandbox.kills:
                    self._go_on_after_a_kill()
                self._do_the_lab()

    def _go_on_after_a_kill(self) -> None:
        if self.sandbox.is_up.wait(timeout=1):
            self.kills = self.sandbox.kills
            self._check()
            self._clean_up()

    def _check(self) -> None:
        """Ask for everything that was answered before the kill."""
        for key_id, state in self.states.items():
            found = self._call(self.kms.describe_key, KeyId=key_id)["KeyMetadata"]["KeyState"]
            assert state in (found, None), f"key {key_id} was {state}, and is {found}"
            self.states[key_id] = found
        for appuser, password in self.passwords.items():
            assert self._revealed(appuser) == password, f"another password of user {appuser}"
        self.checked += len(self.states) + len(self.passwords)

    def _revealed(self, appuser: str) -> str:
        asked = {"TableName": "demo-kms", "Key": {"appuser": {"S": appuser}}}
        item = self._call(self.dynamodb.get_item, **asked)["Item"]
        blob = item["userpasswd"]["B"]
        return str(self._call(self.kms.decrypt, CiphertextBlob=blob)["Plaintext"].decode())

    def _do_the_lab(self) -> None:
        """Create the key and the table, encrypt, decrypt, and clean up."""
        key_id = self._call(self.kms.create_key)["KeyMetadata"]["KeyId"]
        self.states[key_id] = "Enabled"
        self._call(self.kms.create_alias, AliasName=f"alias/demo-kms-{key_id}", TargetKeyId=key_id)
        self._call(self.dynamodb.create_table, **TABLE)
        for number in range(PASSWORDS):
            self._store(key_id, str(10001 + number), f"password {number} of {key_id}")
        for appuser, password in self.passwords.items():
            assert self._revealed(appuser) == password, f"another password of user {appuser}"
        self._clean_up()

    def _store(self, key_id: str, appuser: str, password: str) -> None:
        blob = self._call(self.kms.encrypt, KeyId=key_id, Plaintext=password)["CiphertextBlob"]
        item = {"appuser": {"S": appuser}, "userpasswd": {"B": blob}}
        self._call(self.dynamodb.put_item, TableName="demo-kms", Item=item)
        self.passwords[appuser] = password

    def _clean_up(self) -> None:
        """Delete the table, if there is one, and schedule the deletion of all keys."""
        self.passwords.clear()
        if self._call(self.dynamodb.list_tables)["TableNames"]:
            self._call(self.dynamodb.delete_table, TableName="demo-kms")
        for key_id in [one for one, state in self.states.items() if state != "PendingDeletion"]:
            self.states[key_id] = None
            self._call(self.kms.schedule_key_deletion, KeyId=key_id)
            self.states[key_id] = "PendingDeletion"

    def _call(self, operation: Callable[..., Any], **parameters: Any) -> Any:
        """Call AWS, record the time, and pause."""
        if self.kills != self.sandbox.kills or self.sandbox.over.is_set():
            raise Stopped
        began = time.monotonic()
        try:
            answer = operation(**parameters)
        except (NoConnection, HTTPClientError) as error:
            if self.kills == self.sandbox.kills:
                raise
            self.unanswered += 1
            raise Stopped from error
        self.sandbox.seconds.append(time.monotonic() - began)
        self.sandbox.over.wait(random.uniform(0, 2 * self.pause))
        return answer


@click.command()
@click.option("--minutes", default=60.0, show_default=True)
@click.option("--learners", default=100, show_default=True)
@click.option("--kills", default=3, show_default=True)
@click.option("--pause", default=1.0, show_default=True, help="Seconds between two calls.")
def main(minutes: float, learners: int, kills: int, pause: float) -> None:
    """Let a class work on one sandbox, and kill it a few times."""
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder, "names.txt")
        names.write_text("".join(f"learner {number}\n" for number in range(learners)))
        with running(names) as sandbox:
            working = [_learner(sandbox, one, pause) for one in hand_out.read(names).learners]
            with ThreadPoolExecutor(learners) as threads:
                works = [threads.submit(one.work) for one in working]
                try:
                    _watch(sandbox, works, minutes * 60, kills)
                finally:
                    sandbox.over.set()
            for work in works:
                work.result()
            _report(sandbox, working, minutes)


def _learner(sandbox: Sandbox, given: hand_out.HandOut, pause: float) -> Learner:
    emulator = Emulator("sandbox", f"http://127.0.0.1:{sandbox.port}")
    key = (given.access_key_id, given.secret)
    kms, dynamodb = emulator.new_client("kms", *key), emulator.new_client("dynamodb", *key)
    for client in (kms, dynamodb):
        retries.adjust(client.meta.events, max_attempts=1)
    return Learner(sandbox, kms, dynamodb, pause)


def _watch(sandbox: Sandbox, works: list[Future[None]], seconds: float, kills: int) -> None:
    """Print a row now and then, and kill the sandbox between; stop at the first failure."""
    rows = _rows(sandbox, seconds / ROWS)
    moments: list[tuple[float, Callable[[], str]]] = [
        (seconds * number / ROWS, partial(next, rows)) for number in range(ROWS + 1)
    ]
    moments += [
        (seconds * number / (kills + 1), partial(_kill, sandbox)) for number in range(1, kills + 1)
    ]
    began = time.monotonic()
    for moment, act in sorted(moments, key=lambda one: one[0]):
        progress.show(f"minute {moment / 60:.0f} of {seconds / 60:.0f}")
        if wait(works, max(began + moment - time.monotonic(), 0), FIRST_EXCEPTION).done:
            return
        progress.clear()
        print(f"{moment / 60:8.1f}{act()}", flush=True)


def _kill(sandbox: Sandbox) -> str:
    sandbox.kill()
    began = time.monotonic()
    sandbox.start()
    return f"  killed; it listens again after {time.monotonic() - began:.1f} s"


def _rows(sandbox: Sandbox, seconds: float) -> Iterator[str]:
    """Yield the figures of the calls since the last row, which was some seconds ago."""
    print("  minute     calls  a second        p50        p99     memory       file")
    shown = 0
    while True:
        durations = sandbox.seconds[shown:]
        shown += len(durations)
        p50, p99 = _percentiles(durations)
        memory, file = sandbox.sizes()
        yield (
            f"{shown:10,}{len(durations) / seconds:10.0f}{p50:8.0f} ms{p99:8.0f} ms"
            f"{memory:7.0f} MiB{file:7.1f} MiB"
        )


def _percentiles(durations: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile, in milliseconds."""
    if len(durations) <= 1:
        return 0, 0
    percentiles = statistics.quantiles(durations, n=100)
    return percentiles[49] * 1000, percentiles[98] * 1000


def _report(sandbox: Sandbox, working: list[Learner], minutes: float) -> None:
    keys = sum(len(one.states) for one in working)
    p50, p99 = _percentiles(sandbox.seconds)
    print(f"{len(working)} learners, {minutes:g} minutes: {len(sandbox.seconds):,} calls, ", end="")
    print(f"{len(sandbox.seconds) / minutes / 60:.0f} a second, {keys:,} keys; none failed")
    print(f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {max(sandbox.seconds):.1f} s")
    cut_off = sum(one.unanswered for one in working)
    checked = sum(one.checked for one in working)
    print(f"killed {sandbox.kills} times, which cut off {cut_off} calls; asked for again: ", end="")
    print(f"{checked:,} keys and passwords; lost: none")


if __name__ == "__main__":
    main()
