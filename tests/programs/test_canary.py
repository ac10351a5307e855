"""Where a password is after each command: only where the lab shows it.

The commands are those that ``kmsdemo`` has; a new one fails here until it says how it is called.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.learners import credentials
from tests import fake_endpoint
from tests.cli.commands import NAMES
from tests.subprocesses import PYTHON, ROOT, environment, free_port, run_python

pytestmark = pytest.mark.thorough

CANARY = "canary 7f3d9a1c 🐤"
IMPORTED = "90210"
ENCRYPTS = (
    "import sys, boto3; boto3.client('kms').encrypt(KeyId=sys.argv[2], Plaintext=sys.argv[1])"
)
NEXT_KEY = """
import boto3
kms = boto3.client("kms")
key_id = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/next", TargetKeyId=key_id)
"""

TRAIL = """
import boto3
for page in boto3.client("cloudtrail").get_paginator("lookup_events").paginate():
    print(page)
"""
CONSOLE = """
import hashlib, hmac, os
from urllib.request import HTTPCookieProcessor, build_opener
secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
token = hmac.new(secret, b"kmsdemo console", hashlib.sha256).hexdigest()
page = f"{os.environ['AWS_ENDPOINT_URL']}/console?token={token}"
print(build_opener(HTTPCookieProcessor()).open(page).read().decode())
"""


class Call(NamedTuple):
    """A command, or none for Python, its further arguments, standard input and exit code."""

    command: str
    arguments: tuple[str, ...] = ()
    stdin: str = ""
    code: int = 0


CALLS = [
    Call("setup", ("--json",)),
    Call("encrypt", ("-",), CANARY),
    Call("encrypt", ("-", "--json"), CANARY),
    Call("import", ("-",), f"appuser,password\n{IMPORTED},{CANARY}\n"),
    Call("describe"),
    Call("describe", ("--json",)),
    Call("items"),
    Call("items", ("--json",)),
    Call("decrypt", (IMPORTED,)),
    Call("decrypt", (IMPORTED, "--json")),
    Call("decrypt", ("00000",), code=1),
    Call("", (TRAIL,)),
    Call("", (CONSOLE,)),
    Call("export", ("exported.csv", "--yes")),
    Call("rotate-to", ("alias/next",)),
    Call("schedule-deletion", ("--key-id=alias/next",), code=1),
    Call("schedule-deletion", ("--key-id=alias/next", "--force")),
    Call("decrypt", (IMPORTED, "--key-id=alias/next"), code=1),
    Call("cancel-deletion", ("--key-id=alias/next",)),
    Call("enable", ("--key-id=alias/next",)),
    Call("check", code=1),
    Call("check", ("--json", "--junit=check.xml"), code=1),
    Call("class", ("names.txt", "--json")),
    Call("class", ("names.txt", "--csv")),
    Call("sweep", ("--yes",)),
    Call("cleanup", ("--yes",)),
    Call("sandbox advance", ("--days=1",)),
    Call("sandbox", ("--help",)),
    Call("lab", (f"--password={CANARY}", "--transcript=lesson.md")),
    Call("guide", ("--output=lab.html",)),
    Call("show", ("encrypt",)),
    Call("shell", ("--", "sh", "-c", "env; kmsdemo setup; kmsdemo encrypt -"), CANARY),
    Call(
        "grade",
        (
            f"--encrypt={PYTHON} -c 0 {{password}} {{key_id}}",
            "--decrypt=true {appuser} {key_id}",
        ),
        code=1,
    ),
]
SHOWN_BY = {"decrypt", "lab"}
"""They print a password: that is what they are for."""
SHOWN_IN = {"exported.csv", "lesson.md"}


class CallTraces(NamedTuple):
    """What a call printed, and the files in which the password can be read after it."""

    code: int
    printed: str
    files: set[str]


def home_in(folder: Path) -> dict[str, str]:
    """Make a home and a folder for temporary files; return the variables that name them."""
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    return {
        **dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), str(folder / "home")),
        "TMPDIR": str(folder / "tmp"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


@contextmanager
def sandbox(folder: Path, home: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run a class of one, with a state file; give the learner's environment."""
    (folder / "names.txt").write_text("Anna\n")
    options = [f"--port={free_port()}", "--class=names.txt", "--state=state"]
    command = [sys.executable, "-m", "kmsdemo", "sandbox", *options]
    variables = environment(**home)
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        assert b"listens on" in process.stdout.readline()
        file = credentials.file_of(folder / "names.txt")
        yield {**home, **credentials.read(file, ["Anna"])["Anna"]}
        process.terminate()
        assert not encodings_that_show(CANARY, process.stdout.read())


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> dict[Call, CallTraces]:
    """What each call left, one after another in one account, each file in one folder."""
    folder = tmp_path_factory.mktemp("canary")
    home = home_in(folder)
    with sandbox(folder, home) as variables:
        run_python("-c", NEXT_KEY, folder=folder, variables=variables)
        return {call: made(call, folder, variables) for call in CALLS}


def made(call: Call, folder: Path, variables: Mapping[str, str]) -> CallTraces:
    program = ("-m", "kmsdemo", *call.command.split()) if call.command else ("-c",)
    words = (*program, *call.arguments)
    finished = run_python(*words, folder=folder, stdin=call.stdin, variables=variables)
    return CallTraces(
        finished.returncode, finished.stdout + finished.stderr, files_that_show_it(folder)
    )


def files_that_show_it(folder: Path) -> set[str]:
    written = {path for path in folder.rglob("*") if path.is_file()}
    return {path.name for path in written if encodings_that_show(CANARY, path.read_bytes())}


def test_each_command_is_called() -> None:
    assert {call.command for call in CALLS} - {""} == set(NAMES)


def test_the_trail_and_the_console_are_read(
    after: dict[Call, CallTraces],
) -> None:
    assert "GenerateDataKey" in after[Call("", (TRAIL,))].printed
    assert IMPORTED in after[Call("", (CONSOLE,))].printed


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.command)
def test_the_password_is_only_where_it_is_shown(call: Call, after: dict[Call, CallTraces]) -> None:
    code, printed, files = after[call]
    assert code == call.code, printed
    assert files <= SHOWN_IN
    is_shown = bool(encodings_that_show(CANARY, printed.encode()))
    assert is_shown == (call.command in SHOWN_BY and not code), printed


def test_reports_of_a_run_do_not_have_it(tmp_path: Path) -> None:
    reports = ("--junitxml=junit.xml", "--cucumberjson=cucumber.json", "--guide=page.html")
    features = ("-mlab", "--story", f"--password={CANARY}", f"--rootdir={ROOT}", ROOT / "features")
    options = ("--log-level=DEBUG", "--showlocals", "-pno:cacheprovider", *reports)
    run = run_python("-m", "pytest", f"-c{ROOT}/pytest.ini", *options, *features, folder=tmp_path)
    assert run.returncode == 0, run.stdout
    assert {path.name for path in tmp_path.iterdir()} == {one.split("=")[1] for one in reports}
    assert not files_that_show_it(tmp_path)
    assert not encodings_that_show(CANARY, run.stdout.encode())


def test_the_process_list_of_a_command_does_not_have_it_nor_do_files_when_it_is_killed(
    tmp_path: Path,
) -> None:
    caller = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with fake_endpoint.endpoint(fake_endpoint.never) as (url, asked):
        where = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}
        variables = environment(**home_in(tmp_path), **caller, **where)
        command = [sys.executable, "-m", "kmsdemo", "encrypt", "-", "--key-id=alias/none"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=variables, stdin=subprocess.PIPE
        ) as process:
            assert process.stdin
            process.stdin.write(CANARY.encode())
            process.stdin.close()
            while not asked:
                time.sleep(0.05)
            running = psutil.Process(process.pid)
            every = [running, *running.children(recursive=True)]
            listed = str([(one.cmdline(), one.environ()) for one in every])
            process.kill()
    assert not encodings_that_show(CANARY, listed.encode())
    assert not files_that_show_it(tmp_path)


def test_a_lesson_that_is_killed_leaves_it_in_no_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kmsdemo", "lab", f"--password={CANARY}"]
    variables = environment(**home_in(tmp_path))
    with subprocess.Popen(
        command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout
        assert any(CANARY in line.decode() for line in process.stdout)
        process.kill()
    assert not files_that_show_it(tmp_path)
