"""Two scripts that somebody wrote, in any language: run, and stopped where they do harm."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import CommandUnusable
from kmsdemo.learners.submission.command import Command
from kmsdemo.learners.submission.machine import Machine, machine
from kmsdemo.learners.submission.program import Finished, Program

PLACEHOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "encrypt": ("password", "key_id"),
    "decrypt": ("appuser", "key_id"),
}


# What measures the tests would write down how scripts are called, passwords and all.
_OF_TESTS = ("COVERAGE_", "COV_", "PYTEST_")
_OVER = "the time for all scripts is over"


class NotRun(Exception):
    """The script is not run: it had to be stopped before, or no time is left."""


@dataclass(slots=True)
class Submission:
    """The two scripts, and two computers to run them on.

    Attributes:
        commands: How ``encrypt`` and ``decrypt`` are called.
        machine: Where they run.
        another_machine: Where nothing of theirs was before.
        seconds_each: How long one run may take.
        end: When all must be over, on the clock of :func:`time.monotonic`.
        gives_passwords_back: Whether they did the first time; ``None`` before.
    """

    commands: Mapping[str, Command]
    machine: Machine
    another_machine: Machine
    seconds_each: float
    end: float
    gives_passwords_back: bool | None = None
    _stopped: set[str] = field(default_factory=set)

    def run(
        self,
        name: str,
        machine: Machine,
        environment: Mapping[str, str],
        values: Mapping[str, str],
    ) -> Finished:
        """Run a script to its end.

        Args:
            name: ``encrypt`` or ``decrypt``.
            machine: Where.
            environment: The variables with which it reaches AWS.
            values: What its placeholders stand for; words without a value are left out.

        Raises:
            NotRun: It is not run any more.
            CommandUnusable: It cannot be started.
        """
        if name in self._stopped:
            raise NotRun(f"the {name} script had to be stopped, and is not run again")
        if (left := self.end - time.monotonic()) <= 0:
            raise NotRun(_OVER)
        command = self.commands[name]
        try:
            program = Program(
                [machine.located(word) for word in command.filled(values)],
                {**_without_tests(), **machine.environment, **environment},
                folder=machine.folder,
                seconds=min(self.seconds_each, left),
            )
        except OSError as error:
            reason = f"it cannot be started: {error.strerror}"
            raise CommandUnusable(command.text, reason) from error
        finished = program.finish()
        if finished.stopped and time.monotonic() >= self.end:
            raise NotRun(_OVER)
        if finished.stopped:
            self._stopped.add(name)
        return finished

    def files_that_show(self, password: str) -> list[Path]:
        """Return the files, written by the scripts where they ran, that show a password."""
        words = [Path(word) for command in self.commands.values() for word in command.words]
        folders = {path.parent for path in words if path.is_absolute() and path.is_file()}
        return self.machine.files_that_show(password, folders)

    def remember(self, *, gives_passwords_back: bool) -> None:
        """Note whether the password came back, if it is the first time."""
        if self.gives_passwords_back is None:
            self.gives_passwords_back = gives_passwords_back


@contextmanager
def submitted(
    encrypt: str, decrypt: str, *, folder: Path, seconds_each: float, seconds: float
) -> Iterator[Submission]:
    """Make two computers for the scripts in a folder; leaving the context removes them.

    Args:
        encrypt: The command line with ``{password}`` and ``{key_id}``.
        decrypt: The command line with ``{appuser}`` and ``{key_id}``.
        folder: Where the scripts are. It is copied, and not changed.
        seconds_each: How long one run may take.
        seconds: How long all runs together may take.

    Raises:
        CommandUnusable, FolderUnusable: They cannot be run.
    """
    given = {"encrypt": encrypt, "decrypt": decrypt}
    commands = {name: Command.read(text, *PLACEHOLDERS[name]) for name, text in given.items()}
    with ExitStack() as until_the_end:
        one, another = (until_the_end.enter_context(machine(folder)) for _ in range(2))
        yield Submission(commands, one, another, seconds_each, time.monotonic() + seconds)


def _without_tests() -> dict[str, str]:
    """Return the user's variables, but for those of the tests, and with UTF-8 for Python."""
    ours = {name: os.environ[name] for name in os.environ if not name.startswith(_OF_TESTS)}
    return {**ours, "PYTHONIOENCODING": "utf-8"}
