"""Other programs, run for real against the scenario's account."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

TIME_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program left behind: its exit code and what it printed."""

    exit_code: int
    stdout: str = field(repr=False)
    stderr: str


def run_together(
    environment: Mapping[str, str], *commands: Sequence[str | os.PathLike[str]]
) -> list[Finished]:
    """Run programs at the same time and return how each of them ended, in their order."""
    programs = [_start(command, environment) for command in commands]
    return [_finish(program) for program in programs]


def _start(
    command: Sequence[str | os.PathLike[str]], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env={**os.environ, **environment, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _finish(program: subprocess.Popen[str]) -> Finished:
    with program:
        try:
            stdout, stderr = program.communicate(timeout=TIME_LIMIT_SECONDS)
        finally:
            program.kill()
    return Finished(program.returncode, stdout, stderr)
