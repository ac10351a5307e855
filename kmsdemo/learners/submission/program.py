"""Runs a program within limits, and ends everything that it started."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import IO, Final

import psutil

from kmsdemo import signals
from kmsdemo.learners.submission import isolation, limits, usage
from kmsdemo.learners.submission.limits import MAX_PRINTED_BYTES, POLL_SECONDS, Budget, StopReason

_SECONDS_TO_END: Final = 10
_KILL_ATTEMPTS: Final = 20
_MARK: Final = "KMSDEMO_PROGRAM"


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of a program.

    Attributes:
        exit_code: The exit code; 128 and the number of the signal where one ended it.
        stdout: The standard output, at most 1,000,000 bytes.
        stderr: The standard error, likewise.
        stopped: Why it was stopped; ``None`` where it ended by itself.
    """

    exit_code: int
    stdout: str = field(repr=False)
    stderr: str
    stopped: StopReason | None = None


class Program:
    """A running program, with empty standard input and without a terminal.

    Args:
        command: The program and its arguments, as :func:`isolation.supervised` returns them.
        environment: All its environment variables.
        folder: Where it runs.
        budget: Its time.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        environment: Mapping[str, str],
        *,
        folder: Path,
        budget: Budget,
    ) -> None:
        self._mark = uuid.uuid4().hex
        self._budget = budget
        self._ended = Event()
        try:
            self._start(command, {**environment, _MARK: self._mark}, folder)
        except KeyboardInterrupt:  # it may run already, and nothing else would stop it
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
        Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        self._process.wait()
        self._ended.set()

    def finish(self) -> Finished:
        """Wait until it ends, or stop it; end every process that it started.

        Raises:
            NotGraded: It got too little processor time to tell anything.
        """
        stopped = None
        looked = time.monotonic()
        try:
            while not (self._ended.wait(POLL_SECONDS) or stopped):
                now = time.monotonic()
                stopped, looked = self._exceeded(now - looked), now
        finally:
            self._end()
        stdout, stderr = self._stdout.text(), self._stderr.text()
        return Finished(self._process.wait(), stdout, stderr, stopped or self._printed_too_much())

    def _exceeded(self, elapsed: float) -> StopReason | None:
        used = usage.measure(self._process.pid)
        self._budget.count(used, elapsed)
        return self._printed_too_much() or limits.exceeded(used) or self._budget.exceeded()

    def _printed_too_much(self) -> StopReason | None:
        return limits.PRINTED if self._stdout.is_full or self._stderr.is_full else None

    def _end(self) -> None:
        """Ask the supervisor to end the rest; kill what does not end, and what left its session."""
        if not self._ended.is_set():
            for name in ("SIGCONT", "SIGTERM"):
                signals.send_to_session(self._process, name)
            if not self._ended.wait(self._seconds_to_end()):
                signals.send_to_session(self._process, "SIGKILL")
        if not isolation.supervisor_finds_children():
            self._kill_marked()

    def _seconds_to_end(self) -> float:
        return _SECONDS_TO_END if signals.HAS_SESSIONS else 0

    def _kill_marked(self) -> None:
        for _ in range(_KILL_ATTEMPTS):
            is_any_loaded = _is_any_loaded()  # before the look at what is loaded by then
            left = self._marked()
            for process in left:
                with suppress(psutil.Error):
                    process.kill()
            if left:
                psutil.wait_procs(left, timeout=1)
            elif is_any_loaded:
                time.sleep(POLL_SECONDS)
            else:
                break

    def _marked(self) -> list[psutil.Process]:
        """Return the processes that inherited the mark in their environment."""
        return [
            process
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get(_MARK) == self._mark
        ]


def _is_any_loaded() -> bool:
    """Return whether a child has no environment yet, since its program is still being loaded."""
    return any(
        process.info["environ"] == {} and process.info["status"] != psutil.STATUS_ZOMBIE
        for process in psutil.process_iter(["environ", "status", "ppid"])
        if process.info["ppid"] == os.getpid()
    )


class _Reader(Thread):
    """Reads the output of a program, so that it never blocks, and keeps the first part."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._read = bytearray()
        self.start()

    @property
    def is_full(self) -> bool:
        return len(self._read) > MAX_PRINTED_BYTES

    def run(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), 65536):
                if not self.is_full:
                    self._read += chunk

    def text(self) -> str:
        """Return the output, once every process that can write to it has ended."""
        self.join(timeout=10)
        return bytes(self._read[:MAX_PRINTED_BYTES]).decode(errors="replace").replace("\r\n", "\n")
