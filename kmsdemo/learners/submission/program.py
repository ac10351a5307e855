"""Runs a program to its end, whatever it does: it cannot hang, flood, ask, or stay behind."""

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

MOST_BYTES: Final = 1_000_000
MOST_PROCESSES: Final = 64
_SECONDS_BETWEEN_LOOKS = 0.1
_SWEEPS = 20
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
    """What a program left behind.

    Attributes:
        exit_code: Its exit code; negative where a signal ended it.
        stdout: What it printed, at most 1,000,000 bytes of it.
        stderr: What it printed to standard error, likewise.
        stopped: Why it was stopped; ``None`` where it ended by itself.
    """

    exit_code: int
    stdout: str = field(repr=False)
    stderr: str
    stopped: Stop | None = None


class Program:
    """A program that runs, with nothing on its standard input and no terminal.

    Args:
        command: Its words.
        environment: All its variables.
        folder: Where it runs.
        seconds: When it is stopped at the latest.

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
        self._end = time.monotonic() + seconds
        self._process = subprocess.Popen(  # noqa: S603, it is the user's own program
            command,
            cwd=folder,
            env={**environment, _MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout  # noqa: S101, both are pipes
        assert self._process.stderr  # noqa: S101
        self._stdout, self._stderr = _Reader(self._process.stdout), _Reader(self._process.stderr)

    def finish(self) -> Finished:
        """Wait for its end, or stop it, and whatever it has started."""
        stopped = None
        try:
            while not (self._has_ended() or stopped):
                stopped = self._too_much()
        finally:
            self._kill()
        stdout, stderr = self._stdout.text(), self._stderr.text()
        return Finished(self._process.wait(), stdout, stderr, stopped or self._flood())

    def _has_ended(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_SECONDS_BETWEEN_LOOKS)
            return True
        return False

    def _too_much(self) -> Stop | None:
        if time.monotonic() > self._end:
            return Stop(
                f"It did not end within {self._seconds:.0f} seconds.",
                "Let it wait for nobody: no question, no endless loop, nothing that hangs.",
            )
        if len(self._children()) > MOST_PROCESSES:
            return Stop(
                f"It started more than {MOST_PROCESSES} processes.",
                "Let it start no processes without end; a script needs hardly any.",
            )
        return self._flood()

    def _flood(self) -> Stop | None:
        if self._stdout.is_flooded or self._stderr.is_flooded:
            return Stop(
                f"It printed more than {MOST_BYTES:,} bytes.",
                "Look for a loop that prints without end.",
            )
        return None

    def _children(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._process.pid).children(recursive=True)
        return []

    def _kill(self) -> None:
        """Kill its session at once, which a fork cannot outrun; then those who left it."""
        if self._process.poll() is None and hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        for _ in range(_SWEEPS):
            left = self._marked()
            for process in left:
                with suppress(psutil.Error):
                    process.kill()
            if not left:
                break
            psutil.wait_procs(left, timeout=1)

    def _marked(self) -> list[psutil.Process]:
        """Return the processes that carry our mark, which is inherited."""
        return [
            process
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get(_MARK) == self._mark
        ]


class _Reader(Thread):
    """Takes what a program prints, so that it never waits for us, and keeps the first of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._read = bytearray()
        self.start()

    @property
    def is_flooded(self) -> bool:
        return len(self._read) > MOST_BYTES

    def run(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), 65536):
                if not self.is_flooded:
                    self._read += chunk

    def text(self) -> str:
        """Return what there is, once all that could print is gone."""
        self.join(timeout=1)
        return bytes(self._read[:MOST_BYTES]).decode(errors="replace").replace("\r\n", "\n")
