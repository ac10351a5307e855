"""The overhead of Gherkin: the in-process features compared with plain tests of the same calls.

Usage: python -m benchmarks.suite [RUNS]

Records the calls of every in-process scenario once, then runs features and plain tests in turn,
each in its own process, and prints the median wall time of both, their ratio, and where a
run of the features spends its time.
"""

from __future__ import annotations

import contextlib
import cProfile
import io
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
PARTS = {
    "all calls to AWS": ("botocore/client.py", "_make_api_call"),
    "… of these, an RSA key for each KMS key": ("moto/kms/utils.py", "generate_private_key"),
    "pytest-bdd finding the step of a sentence": ("pytest_bdd/scenario.py", "get_step_function"),
    "moto starting afresh": ("moto/core/models.py", "start"),
    "moto stopping": ("moto/core/models.py", "stop"),
}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "calls.pickle"
        seconds_of(*FEATURES, "-p", "benchmarks.recording", f"--record={recorded}")
        os.environ["RECORDED"] = ENVIRONMENT["RECORDED"] = str(recorded)
        plain = ["benchmarks/plain_calls.py"]
        pairs = [pair(run, plain) for run in range(1, runs + 1)]
    progress.clear()
    report(pairs)
    profile()


def seconds_of(*arguments: str) -> float:
    """Return the wall time of one pytest process, in seconds."""
    command = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", *arguments]
    began = time.perf_counter()
    finished = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        sys.exit(finished.stdout + finished.stderr)
    return time.perf_counter() - began


def pair(run: int, plain: list[str]) -> tuple[float, float]:
    """Return the wall time of the features, and that of the plain tests after them."""
    progress.show(f"run {run}: features")
    features = seconds_of(*FEATURES)
    progress.show(f"run {run}: features {features:.2f} s, plain tests")
    return features, seconds_of(*plain)


def report(pairs: list[tuple[float, float]]) -> None:
    features, plain = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"features     {features:6.2f} s   median of {len(pairs)}")
    print(f"plain tests  {plain:6.2f} s")
    print(f"ratio        {ratio:6.2f}     median of the pairs")


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
