"""The CPU time of whole commands: ``kmsdemo encrypt`` beside the lab's script, and ``--help``.

Usage: python -m benchmarks.command_time [ROUNDS]

The commands take turns; the sandbox that they use is another process, and is not counted.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

import click

from benchmarks import progress
from kmsdemo import keys, table
from tests import emulators
from tests.subprocesses import ROOT, environment


def cpu_seconds(command: list[str], variables: dict[str, str]) -> float:
    """Return the CPU time of a command, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *command], env=environment(**variables), check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@click.command()
@click.argument("rounds", type=click.IntRange(min=1), default=15)
def main(rounds: int) -> None:
    with emulators.sandbox() as sandbox:
        key_id = keys.create(sandbox.client("kms")).key_id
        table.create(sandbox.client("dynamodb"))
        variables = {
            "AWS_ENDPOINT_URL": sandbox.url,
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        script = str(ROOT / "examples" / "encrypt-passwd.py")
        commands = {
            "encrypt-passwd.py": [script, "secret", key_id],
            "kmsdemo encrypt": ["-m", "kmsdemo", "encrypt", "secret", "--key-id", key_id],
            "kmsdemo --help": ["-m", "kmsdemo", "--help"],
            "python -c pass": ["-c", "pass"],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for round_ in range(-1, rounds):  # the first compiles the modules
            progress.show(f"round {round_ + 1} of {rounds}")
            for name, command in commands.items():
                seconds = cpu_seconds(command, variables)
                if round_ >= 0:
                    taken[name].append(seconds)
    progress.clear()
    report(taken)


def report(taken: dict[str, list[float]]) -> None:
    script = taken["encrypt-passwd.py"]
    print("| command | CPU, median | of the script's |\n|---|---:|---:|")
    for name, seconds in taken.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, script, strict=True))
        print(f"| {name} | {statistics.median(seconds) * 1000:.0f} ms | {ratio:.2f} |")


if __name__ == "__main__":
    main()
