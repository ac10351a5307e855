"""Runs a program with limits on time, output and processes, and stops all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO, Final

import psutil

MAX_BYTES: Final = 1_000_000
MAX_PROCESSES: Final = 64
_POLL_SECONDS = 0.1
_KILL_ATTEMPTS = 20
_MARK = "KMSDEMO_PROGRAM"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a program was stopped.

    Attributes:
        what: What it did.
        next_step: What to do about it.
    """

    what: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of a program.

    Attributes:
        exit_code: The exit code; negative where a signal ended the program.
        stdout: The standard output, at most 1,000,000 bytes.
        stderr: The standard error, likewise.
        stopped: Why it was stopped; ``None`` where it ended by itself.
    """

    exit_code: int
    stdout: str = field(repr=False)
    stderr: str
    stopped: Stop | None = None


class Program:
    """A running program, with empty standard input and without a terminal.

    Args:
        command: The program and its arguments.
        environment: All its environment variables.
        folder: Where it runs.
        seconds: Its time limit.

    Attributes:
        end: When it is stopped, on the clock of :func:`time.monotonic`.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        environment: Mapping[str, str],
        *,
        folder: Path,
        seconds: float,
    ) -> None:
        self._mark = uuid.uuid4().hex
        self._seconds = seconds
        self.end = time.monotonic() + seconds
        try:
            self._start(command, {**environment, _MARK: self._mark}, folder)
        except KeyboardInterrupt:  # it may run already, and nobody has it
            self._kill_marked()
            raise

    def _start(
        self,
        command: Sequence[str | os.PathLike[str]],
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603, it is the user's own program
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._read(self._process)

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout  # noqa: S101, both are pipes
        assert process.stderr  # noqa: S101
        self._stdout, self._stderr = _Reader(process.stdout), _Reader(process.stderr)

    def finish(self) -> Finished:
        """Wait until it ends, or stop it; stop every process that it started."""
        stopped = None
        try:
            while not (self._has_ended() or stopped):
                stopped = self._exceeded_limit()
        finally:
            self._kill()
        stdout, stderr = self._stdout.text(), self._stderr.text()
        return Finished(self._process.wait(), stdout, stderr, stopped or self._exceeded_output())

    def _has_ended(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_POLL_SECONDS)
            return True
        return False

    def _exceeded_limit(self) -> Stop | None:
        if time.monotonic() > self.end:
            return Stop(
                f"It did not end within {self._seconds:.0f} seconds.",
                "Do not ask for input, and look for a loop or a request that never ends.",
            )
        if len(self._children()) > MAX_PROCESSES:
            return Stop(
                f"It started more than {MAX_PROCESSES} processes.",
                "Look for a loop that starts processes; a script needs hardly any.",
            )
        return self._exceeded_output()

    def _exceeded_output(self) -> Stop | None:
        if self._stdout.is_full or self._stderr.is_full:
            return Stop(
                f"It printed more than {MAX_BYTES:,} bytes.",
                "Look for a loop that never stops printing.",
            )
        return None

    def _children(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid).children(recursive=True)
        return []

    def _kill(self) -> None:
        """Kill its session in one call, faster than it can fork; then processes that left it."""
        if self._process.poll() is None and hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._kill_marked()

    def _kill_marked(self) -> None:
        for _ in range(_KILL_ATTEMPTS):
            left = self._marked()
            for process in left:
                with suppress(psutil.Error):
                    process.kill()
            if not left:
                break
            psutil.wait_procs(left, timeout=1)

    def _marked(self) -> list[psutil.Process]:
        """Return the processes that inherited the mark in their environment."""
        return [
            process
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get(_MARK) == self._mark
        ]


class _Reader(Thread):
    """Reads the output of a program, so that it never blocks, and keeps the first part."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._read = bytearray()
        self.start()

    @property
    def is_full(self) -> bool:
        return len(self._read) > MAX_BYTES

    def run(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), 65536):
                if not self.is_full:
                    self._read += chunk

    def text(self) -> str:
        """Return the output, once every process that can write to it has ended."""
        self.join(timeout=10)
        return bytes(self._read[:MAX_BYTES]).decode(errors="replace").replace("\r\n", "\n")
