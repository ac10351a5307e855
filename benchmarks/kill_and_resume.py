"""``import`` and ``rotate-to``, killed at random moments and resumed: nothing lost, nothing twice.

Each is started over HTTP on a sandbox, gets SIGKILL when a random item is done, and is started
again. At the end the table must have each password of the file exactly once, under the one key.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks import progress
from kmsdemo import dependents, keys, table, vault
from kmsdemo.cipher import CIPHERS
from kmsdemo.keys import Key
from kmsdemo.vault import Vault
from tests import emulators
from tests.emulators import Emulator
from tests.subprocesses import environment

_LOOKS_EVERY_SECONDS = 0.02


@dataclass(frozen=True)
class Account:
    """A sandbox with a key, an empty table, and a file of passwords that are to be stored.

    Attributes:
        sandbox: The sandbox.
        key: The key.
        file: The CSV file.
        passwords: The password of each user number.
    """

    sandbox: Emulator
    key: Key
    file: Path
    passwords: dict[str, str]

    @property
    def dynamodb(self) -> Any:
        """The client of DynamoDB."""
        return self.sandbox.client("dynamodb")

    def start(self, *arguments: str, under: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start ``kmsdemo ARGUMENTS --key-id KEY --json``, perhaps under another program."""
        command = [sys.executable, "-m", "kmsdemo", *arguments]
        return subprocess.Popen(
            [*under, *command, "--key-id", self.key.key_id, "--json"],
            env=environment(
                AWS_ENDPOINT_URL=self.sandbox.url,
                AWS_ACCESS_KEY_ID="123456789012",
                AWS_SECRET_ACCESS_KEY="secret",  # noqa: S106
                AWS_DEFAULT_REGION="us-east-1",
            ),
            stdout=subprocess.PIPE,
            text=True,
        )

    def key_of(self, appuser: str) -> str:
        """Return the ARN of the key that encrypted an item; empty if there is no item."""
        item = self.dynamodb.get_item(TableName="demo-kms", Key={"appuser": {"S": appuser}})
        return str(item.get("Item", {}).get("key", {}).get("S", ""))

    def revealed(self, key: Key) -> dict[str, str]:
        """Return all passwords of the table, decrypted under a key."""
        kms = self.sandbox.client("kms")
        passwords = Vault(kms, self.dynamodb, key.arn, accepts=CIPHERS.values())
        return {one.appuser: passwords.decrypt(one) for one in vault.items(self.dynamodb)}


def account(sandbox: Emulator, lines: int, folder: Path) -> Account:
    """Create the key, the table and a file with a number of passwords."""
    passwords = {f"user-{number}": f"secret {number}, é" for number in range(lines)}
    file = folder / "passwords.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("appuser", "password"), *passwords.items()])
    key = keys.create(sandbox.client("kms"))
    table.create(sandbox.client("dynamodb"))
    return Account(sandbox, key, file, passwords)


def import_killed(lab: Account, kills: int) -> tuple[int, dict[str, int]]:
    """Import the file, killed some times and resumed.

    Returns:
        How often it was killed while it ran, and what its last run printed.
    """
    every = list(lab.passwords)
    marks = sorted(random.sample(range(len(every)), kills))
    return _killed(lab, ("import", str(lab.file)), [every[mark] for mark in marks], lab.key)


def rotate_killed(lab: Account, new: Key, kills: int) -> tuple[int, dict[str, int]]:
    """Encrypt all passwords under another key, killed and resumed as :func:`import_killed`."""
    marks = random.sample(list(lab.passwords), kills)
    return _killed(lab, ("rotate-to", new.key_id), marks, new)


def _killed(
    lab: Account, command: Sequence[str], marks: list[str], key: Key
) -> tuple[int, dict[str, int]]:
    hits = sum(
        _kill_when(lab.start(*command), lambda: lab.key_of(mark) == key.arn)  # noqa: B023, at once
        for mark in marks
    )
    printed, _ = (last := lab.start(*command)).communicate()
    if last.returncode:
        raise AssertionError(f"{command[0]} ended with {last.returncode}: {printed}")
    counts: dict[str, int] = json.loads(printed)
    return hits, counts


def _kill_when(program: subprocess.Popen[str], is_done: Callable[[], bool]) -> bool:
    """Kill a program a random moment after something is done; return whether it still ran."""
    with program:
        while program.poll() is None and not is_done():
            time.sleep(_LOOKS_EVERY_SECONDS)
        time.sleep(random.uniform(0, _LOOKS_EVERY_SECONDS))
        runs = program.poll() is None
        program.kill()
    return runs


@click.command()
@click.option("--lines", default=1000, show_default=True)
@click.option("--kills", default=10, show_default=True)
@click.option("--full", is_flag=True, help="10,000 lines.")
@click.option("--seed", type=int, help="Which moments; random by default.")
def main(lines: int, kills: int, full: bool, seed: int | None) -> None:
    """Kill both, resume them, and compare the table with the file."""
    seed = random.randrange(10**6) if seed is None else seed
    random.seed(seed)
    with emulators.sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        lab = account(sandbox, 10_000 if full else lines, Path(folder))
        progress.show("import")
        _report("import", lab, lab.key, import_killed(lab, kills))
        new = keys.create(sandbox.client("kms"))
        progress.show("rotate-to")
        _report("rotate-to", lab, new, rotate_killed(lab, new, kills))
        left = dependents.of_key(sandbox.client("kms"), lab.dynamodb, lab.key, "demo-kms")
        print(f"items that depend on the old key: {sum(1 for _ in left)} (seed {seed})")


def _report(name: str, lab: Account, key: Key, result: tuple[int, dict[str, int]]) -> None:
    found = lab.revealed(key)
    right = sum(found.get(appuser) == password for appuser, password in lab.passwords.items())
    unexpected = len(found.keys() - lab.passwords.keys())
    hits, counts = result
    print(f"{name}: {len(lab.passwords):,} lines, killed {hits} times while it ran; ", end="")
    print(f"in the table and right: {right:,}, unexpected: {unexpected}; last run: {counts}")


if __name__ == "__main__":
    main()
