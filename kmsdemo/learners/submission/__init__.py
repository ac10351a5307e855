"""A learner's two scripts, in any language: runs them, with limits on time and resources."""

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
from kmsdemo.learners.submission.program import Finished, Program
from kmsdemo.learners.submission.workspace import Workspace, workspace

PLACEHOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "encrypt": ("password", "key_id"),
    "decrypt": ("appuser", "key_id"),
}


# Coverage and pytest plugins would record command lines that contain passwords.
_TEST_PREFIXES = ("COVERAGE_", "COV_", "PYTEST_")
_TIME_IS_OVER = "the time limit for all runs is reached"


class NotRun(Exception):
    """The script is not run: it was stopped before, or no time is left."""


@dataclass(slots=True)
class Submission:
    """The two scripts, and two workspaces to run them in.

    Attributes:
        commands: The command lines of ``encrypt`` and ``decrypt``.
        workspace: Where they run.
        fresh_workspace: A second workspace, in which they have not run yet.
        seconds_each: The time limit for one run, in seconds.
        end: When all runs must have ended, as :func:`time.monotonic` counts.
        returns_passwords: Whether they did in the first run; ``None`` before.
    """

    commands: Mapping[str, Command]
    workspace: Workspace
    fresh_workspace: Workspace
    seconds_each: float
    end: float
    returns_passwords: bool | None = None
    _stopped: set[str] = field(default_factory=set)

    def run(
        self,
        name: str,
        workspace: Workspace,
        environment: Mapping[str, str],
        values: Mapping[str, str],
    ) -> Finished:
        """Run a script to its end.

        Args:
            name: ``encrypt`` or ``decrypt``.
            workspace: Where it runs.
            environment: The environment variables that it needs to reach AWS.
            values: The values of its placeholders; arguments without a value are left out.

        Raises:
            NotRun: The script was stopped before, or no time is left.
            CommandUnusable: It cannot be started.
        """
        if name in self._stopped:
            raise NotRun(f"the {name} script was stopped before and is not run again")
        if (left := self.end - time.monotonic()) <= 0:
            raise NotRun(_TIME_IS_OVER)
        command = self.commands[name]
        try:
            program = Program(
                [workspace.located(word) for word in command.filled(values)],
                {**_environment(), **workspace.environment, **environment},
                folder=workspace.folder,
                seconds=min(self.seconds_each, left),
            )
        except OSError as error:
            reason = f"it cannot be started: {error.strerror}"
            raise CommandUnusable(command.text, reason) from error
        finished = program.finish()
        if finished.stopped and time.monotonic() >= self.end:
            raise NotRun(_TIME_IS_OVER)
        if finished.stopped:
            self._stopped.add(name)
        return finished

    def files_containing(self, password: str) -> list[Path]:
        """Return the files that the scripts wrote and that contain the password."""
        words = [Path(word) for command in self.commands.values() for word in command.words]
        folders = {path.parent for path in words if path.is_absolute() and path.is_file()}
        return self.workspace.files_containing(password, folders)

    def remember(self, *, returns_passwords: bool) -> None:
        """Remember whether the first run returned the password."""
        if self.returns_passwords is None:
            self.returns_passwords = returns_passwords


@contextmanager
def submitted(
    encrypt: str, decrypt: str, *, folder: Path, seconds_each: float, seconds: float
) -> Iterator[Submission]:
    """Create two workspaces for the scripts in a folder; leaving the context removes them.

    Args:
        encrypt: The command line with ``{password}`` and ``{key_id}``.
        decrypt: The command line with ``{appuser}`` and ``{key_id}``.
        folder: The folder of the scripts. It is copied, and not changed.
        seconds_each: The time limit for one run.
        seconds: The time limit for all runs together.

    Raises:
        CommandUnusable, FolderUnusable: The scripts cannot be run.
    """
    given = {"encrypt": encrypt, "decrypt": decrypt}
    commands = {name: Command.read(text, *PLACEHOLDERS[name]) for name, text in given.items()}
    with ExitStack() as until_the_end:
        first, fresh = (until_the_end.enter_context(workspace(folder)) for _ in range(2))
        yield Submission(commands, first, fresh, seconds_each, time.monotonic() + seconds)


def _environment() -> dict[str, str]:
    """Return the environment without the variables of test tools, and with UTF-8 for Python."""
    ours = {name: os.environ[name] for name in os.environ if not name.startswith(_TEST_PREFIXES)}
    return {**ours, "PYTHONIOENCODING": "utf-8"}
