"""The features compared with the same in behave, and with plain tests that make the same calls.

Usage: python -m benchmarks.suite [RUNS]; behave is in the dependency group ``benchmark``.

Records the calls of every in-process scenario once, then runs the three in turn, each in its own
process, and prints the median CPU and wall time of each, their ratios, and where a run of the
features spends its time.
"""

from __future__ import annotations

import contextlib
import cProfile
import io
import os
import pstats
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from benchmarks import progress

ROOT = Path(__file__).parent.parent
# Without the scenario that waits for retries of an unreachable endpoint, and that whose ciphertext
# is made without a call to AWS, with the public key.
FEATURES = [
    *("features", "-m", "not program", "-k"),
    "not endpoint_does_not_answer and not anybody_encrypts",
]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
PARTS = {
    "all calls to AWS": ("botocore/client.py", "_make_api_call"),
    "pytest-bdd finding the step of a sentence": ("pytest_bdd/scenario.py", "get_step_function"),
}


IN_BEHAVE = {
    "environment.py": "from benchmarks.behave_steps import *\n",
    "steps/ours.py": "from benchmarks import behave_steps\n\nbehave_steps.load()\n",
}


class Times(NamedTuple):
    """How long one process takes, in seconds."""

    wall: float
    processor: float


@click.command()
@click.argument("runs", type=click.IntRange(min=1), default=5)
def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recorded = folder / "calls.pickle"
        run_pytest(*FEATURES, "-p", "benchmarks.recording", f"--record={recorded}")
        ENVIRONMENT["RECORDED"] = str(recorded)
        write_for_behave(folder)
        ways: dict[str, Callable[[], Times]] = {
            "features": lambda: run_pytest(*FEATURES),
            "in behave": lambda: run_behave(folder),
            "plain tests": lambda: run_pytest("benchmarks/plain_tests.py"),
        }
        taken: dict[str, list[Times]] = {way: [] for way in ways}
        for run in range(1, runs + 1):
            for way, start in ways.items():
                progress.show(f"run {run} of {runs}: {way}")
                taken[way].append(start())
    progress.clear()
    report(taken)
    profile()


def write_for_behave(folder: Path) -> None:
    """Write the feature files, and the modules that lead behave to our steps, into a folder."""
    (folder / "steps").mkdir()
    for name, text in IN_BEHAVE.items():
        (folder / name).write_text(text, encoding="utf-8")
    for feature in (ROOT / "features").glob("*.feature"):
        shutil.copy(feature, folder)


def run_pytest(*arguments: str) -> Times:
    return times_of("pytest", "-q", "-pno:cacheprovider", *arguments)


def run_behave(folder: Path) -> Times:
    return times_of("behave", "--tags=not @program", "--format=null", str(folder))


def times_of(*module: str) -> Times:
    """Run a module of Python, and return how long it takes."""
    began, before = time.perf_counter(), processor_seconds()
    finished = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        sys.exit(finished.stdout + finished.stderr)
    return Times(time.perf_counter() - began, processor_seconds() - before)


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(taken: dict[str, list[Times]]) -> None:
    print(f"| medians of {len(taken['features'])} | wall | CPU | CPU, of the plain tests' |")
    print("|---|---:|---:|---:|")
    plain = taken["plain tests"]
    for name, times in taken.items():
        wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(
            one.processor / other.processor for one, other in zip(times, plain, strict=True)
        )
        print(f"| {name} | {wall:.1f} s | {processor:.1f} s | {ratio:.2f} × |")


def profile() -> None:
    """Print where one run of the features spends its time, measured by cProfile."""
    import pytest  # noqa: PLC0415, only the profiled run needs it in this process

    os.chdir(ROOT)
    profiler = cProfile.Profile()
    progress.show("one more run, under the profiler")
    with contextlib.redirect_stdout(io.StringIO()):
        profiler.runcall(pytest.main, ["-q", "-pno:cacheprovider", "--no-summary", *FEATURES])
    progress.clear()
    rows = pstats.Stats(profiler).stats.items()  # type: ignore[attr-defined]
    whole = sum(own for _, (_, _, own, _, _) in rows)
    print(f"\nOf {whole:.1f} s of one run under the profiler:")
    for name, (module, function) in PARTS.items():
        spent = sum(
            total
            for (file, _, called), (_, _, _, total, _) in rows
            if file.endswith(module) and called == function
        )
        print(f"  {spent:5.1f} s  {name}")


if __name__ == "__main__":
    main()
