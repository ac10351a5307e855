"""``kmsdemo import`` of more and more lines: its memory and its time.

Each import is a process of its own, over HTTP, into an empty table of a new sandbox.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import click

from benchmarks import kill_and_resume, progress
from tests import emulators

SMALL, FULL = (1_000, 3_000, 10_000), (10_000, 30_000, 100_000)
# Linux counts as the memory of a program that of the one which starts it, so a small one does.
MEASURED = """
import json, resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measure(lines: int) -> tuple[float, float, float]:
    """Return the seconds and the CPU seconds of an import, and its largest memory in MiB."""
    with emulators.sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        account = kill_and_resume.account(sandbox, lines, Path(folder))
        began = time.perf_counter()
        under = [sys.executable, "-I", "-S", "-c", MEASURED]
        printed, _ = account.start("import", str(account.file), under=under).communicate()
        seconds = time.perf_counter() - began
    code, processor, memory = json.loads(printed)
    assert code == 0
    return seconds, processor, memory


@click.command()
@click.option("--full", is_flag=True, help="10,000, 30,000 and 100,000 lines.")
def main(full: bool) -> None:
    """Import, and print a table in Markdown."""
    print("| lines | seconds | ms of CPU a line | largest memory |\n|---:|---:|---:|---:|")
    for lines in FULL if full else SMALL:
        progress.show(f"{lines:,} lines")
        seconds, processor, memory = measure(lines)
        progress.clear()
        each = processor * 1000 / lines
        print(f"| {lines:,} | {seconds:.0f} | {each:.2f} | {memory:.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
