"""Runs a script of the lab in this process; a pytest plugin keeps its command and output.

Its AWS calls are those of this process: the trace records them, and they need no endpoint.
"""

from __future__ import annotations

import io
import runpy
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CompletedCommand:
    """A command that a step typed, and what the terminal showed.

    Attributes:
        command: The program and its arguments.
        stdout: What it printed to standard output.
        stderr: What it printed to standard error.
        exit_code: 0 on success.
    """

    command: tuple[str, ...]
    stdout: str = field(repr=False)
    stderr: str = field(default="", repr=False)
    exit_code: int = 0


# Of the current or most recent step.
commands: list[CompletedCommand] = []


def pytest_bdd_before_step() -> None:
    commands.clear()


def run(
    path: Path, *arguments: str, session: boto3.Session, environment: Mapping[str, str]
) -> CompletedCommand:
    """Run a Python script as ``python3 PATH ARGUMENTS`` does, in this process.

    Args:
        path: The script.
        arguments: Its arguments.
        session: The default session of boto3 in the script.
        environment: Further environment variables.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", [str(path), *arguments]),
        patch.object(boto3, "DEFAULT_SESSION", session),
        patch.dict("os.environ", environment),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        exit_code = _run(path)
    command = ("python3", path.name, *arguments)
    result = CompletedCommand(command, stdout.getvalue(), stderr.getvalue(), exit_code)
    commands.append(result)
    return result


def cat(*paths: Path) -> CompletedCommand:
    """Show files as ``cat PATHS`` does."""
    command = ("cat", *(path.name for path in paths))
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    commands.append(CompletedCommand(command, text))
    return commands[-1]


def record(*command: str) -> None:
    """Keep the command that a person types to do what the step did."""
    commands.append(CompletedCommand(command, ""))


def _run(path: Path) -> int:
    """Return the exit code; print to standard error what Python prints at the end of a script."""
    try:
        runpy.run_path(str(path), run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except Exception:
        traceback.print_exc()
        return 1
    return 0
