"""A command as a process: its environment, its terminal, Ctrl-C."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest

from tests import fake_endpoint
from tests.cli.invocation import SECRET
from tests.subprocesses import TIME_LIMIT_SECONDS, environment, run_python

pytestmark = pytest.mark.usefixtures("account")


@pytest.mark.program
def test_it_obeys_the_environment_like_any_program_of_aws(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    finished = run_python("-m", "kmsdemo", "describe", "--json", variables=aws_environment)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert json.loads(finished.stdout)["key_id"] == key_id


@pytest.mark.program
def test_a_password_that_is_no_text_is_refused_without_a_stack_trace(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    finished = run_python("-m", "kmsdemo", "encrypt", "caf\udce9", variables=aws_environment)
    assert finished.returncode == 1
    assert finished.stderr.startswith("Error: The password is not valid UTF-8 text.\n")


@pytest.mark.program
def test_typing_the_password_does_not_show_it(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    status, shown = in_a_terminal(["encrypt"], [SECRET, SECRET], aws_environment)
    assert status == 0, shown
    assert "has been stored in DynamoDB" in shown
    assert SECRET not in shown


@pytest.mark.program
def test_ctrl_c_at_the_prompt_ends_with_130(
    aws_environment: Mapping[str, str], key_id: str
) -> None:
    status, shown = in_a_terminal(["encrypt"], ["\x03"], aws_environment)
    assert status == 130
    assert "Interrupted." in shown
    assert "Traceback" not in shown


@pytest.mark.program
def test_ctrl_c_during_a_call_ends_with_130() -> None:
    with fake_endpoint.endpoint(fake_endpoint.never) as (url, asked):
        command = [sys.executable, "-m", "kmsdemo", "items"]
        with subprocess.Popen(
            command,
            env=environment(AWS_ENDPOINT_URL=url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            while not asked:
                time.sleep(0.05)
            program.send_signal(signal.SIGINT)
            stdout, stderr = program.communicate(timeout=TIME_LIMIT_SECONDS)
    assert program.returncode == 130
    assert stderr == "\nInterrupted.\n"
    assert stdout == ""


def in_a_terminal(
    arguments: list[str], typed: list[str], aws_environment: Mapping[str, str]
) -> tuple[int, str]:
    """Run a command with a terminal on all its streams; type a line whenever it waits for one."""
    command = [sys.executable, "-m", "kmsdemo", *arguments]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, command, environment(**aws_environment))  # noqa: S606
    shown, to_type = "", list(typed)
    with os.fdopen(terminal, "rb+", buffering=0) as screen:
        while chunk := read(screen.fileno()):
            shown += chunk
            if to_type and shown.rstrip(" ").endswith(":"):
                line = to_type.pop(0)
                screen.write(line.encode() + b"\n" if line != "\x03" else b"\x03")
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), shown


def read(terminal: int) -> str:
    try:
        return os.read(terminal, 1000).decode()
    except OSError:  # Linux, when the program has ended
        return ""
