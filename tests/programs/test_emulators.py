"""Emulators are started for a run, and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml  # type: ignore[import-untyped]

from tests.subprocesses import PYTEST, PYTHON, ROOT, TIME_LIMIT_SECONDS, environment

# Stands in for LocalStack, which most environments do not have: it is healthy and has nothing.
LISTENS = """\
import os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"Keys": []}')

    do_POST = do_GET

host, port = os.environ["GATEWAY_LISTEN"].split(":")
with open(sys.argv[0] + ".pid", "w") as file:
    file.write(str(os.getpid()))
ThreadingHTTPServer((host, int(port)), Healthy).serve_forever()
"""
# A path with a space in it does not fit behind #!, so a shell reads the first lines.
STARTS = f"#!/bin/sh\n'''exec' {PYTHON} \"$0\" \"$@\"\n' '''\n"
WAITS = """
import time

def test_waits():
    print("waiting", flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def localstack(tmp_path: Path) -> Path:
    """A program that is started as LocalStack's Python is."""
    program = tmp_path / "python"
    program.write_text(f"{STARTS}{LISTENS}")
    program.chmod(0o755)
    return program


@pytest.fixture
def run(localstack: Path, tmp_path: Path) -> subprocess.Popen[str]:
    """The features' run on it, or a test that waits in their place."""
    (tmp_path / "test_waits.py").write_text(WAITS)
    (tmp_path / "temporary").mkdir()
    ours = [f"-c{ROOT / 'pytest.ini'}", "-pconftest", *PYTEST[2:], "-s"]
    return start(localstack, tmp_path, *ours, str(tmp_path / "test_waits.py"))


def start(localstack: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = ["-m", "tests.emulators", "localstack", "--python", str(localstack), *arguments]
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(TMPDIR=str(folder / "temporary")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.thorough  # as the runs on emulators are
@pytest.mark.parametrize("interruption", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_program_and_no_folder(
    run: subprocess.Popen[str], localstack: Path, interruption: signal.Signals
) -> None:
    with run:
        assert run.stdout is not None
        printed = []
        while (line := run.stdout.readline()) and not line.endswith("waiting\n"):
            printed.append(line)
        emulator = psutil.Process(int(Path(f"{localstack}.pid").read_text()))
        family = [emulator, *psutil.Process(run.pid).children(recursive=True)]
        run.send_signal(interruption)
        printed += run.communicate(timeout=TIME_LIMIT_SECONDS)[0].splitlines()
    assert run.returncode == 130, printed
    assert "Traceback" not in "\n".join(printed)
    assert not any(process.is_running() for process in family)
    assert list((localstack.parent / "temporary").iterdir()) == []


def test_an_emulator_that_does_not_start_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho port of call unknown\nexit 3\n")
    broken.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    with start(broken, tmp_path, "features") as run:
        printed, _ = run.communicate(timeout=TIME_LIMIT_SECONDS)
    assert run.returncode == 1
    assert "does not answer" in printed
    assert "port of call unknown" in printed
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_container_is_the_same_release() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    service = composed["services"]["localstack"]
    pins = (ROOT / "tests" / "emulators" / "localstack-4.14.0.txt").read_text(encoding="utf-8")
    release = service["image"].removeprefix("localstack/localstack:")
    assert f"localstack-core=={release}\n" in pins
    assert service["ports"] == ["127.0.0.1:4566:4566"]
    assert {"kms", "dynamodb", "iam"} <= set(service["environment"]["SERVICES"].split(","))
