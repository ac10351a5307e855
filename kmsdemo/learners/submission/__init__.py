"""A learner's two scripts, in any language: runs them, isolated and within limits.

Imports ``errors`` and ``finding`` of ``learners``, and the library.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import CommandUnusable, NotGraded
from kmsdemo.learners.submission import machine, supervisor
from kmsdemo.learners.submission.command import Command
from kmsdemo.learners.submission.isolation import supervised
from kmsdemo.learners.submission.limits import Budget
from kmsdemo.learners.submission.program import Finished, Program
from kmsdemo.learners.submission.workspace import Workspace, files_containing, workspace

PLACEHOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "encrypt": ("password", "key_id"),
    "decrypt": ("appuser", "key_id"),
}

# Coverage and pytest plugins would record command lines that contain passwords.
_TEST_PREFIXES = ("COVERAGE_", "COV_", "PYTEST_")


class NotRun(Exception):
    """The script is not run, because it was stopped before."""


@dataclass(slots=True)
class Submission:
    """The two scripts, and two machines to run them on: workspaces that share nothing.

    Attributes:
        commands: The command lines of ``encrypt`` and ``decrypt``.
        workspace: Where they run.
        fresh_workspace: A second workspace, in which they have not run yet.
        seconds_each: How long one run may compute, and how long it may wait, in seconds.
        end: When all runs must have ended, as :func:`time.monotonic` counts.
    """

    commands: Mapping[str, Command]
    workspace: Workspace
    fresh_workspace: Workspace
    seconds_each: float
    end: float
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
            NotRun: The script was stopped before.
            NotGraded: The time for all runs is over, or the run got far too little of it.
            CommandUnusable: It cannot be started.
        """
        if name in self._stopped:
            raise NotRun(f"the {name} script was stopped before and is not run again")
        if time.monotonic() >= self.end:
            raise NotGraded("the time limit for all runs is reached")
        variables = {**_environment(), **workspace.environment, **environment}
        finished = self._program(name, workspace, variables, values).finish()
        if finished.stderr.startswith(supervisor.NOT_STARTED):
            reason = finished.stderr.removeprefix(supervisor.NOT_STARTED).strip()
            raise _unusable(self.commands[name], reason)
        if finished.stopped:
            self._stopped.add(name)
        return finished

    def _program(
        self,
        name: str,
        workspace: Workspace,
        variables: Mapping[str, str],
        values: Mapping[str, str],
    ) -> Program:
        command = self.commands[name]
        try:
            return Program(
                supervised(
                    [workspace.located(word) for word in command.filled(values)],
                    root=workspace.root,
                    temporary=workspace.temporary,
                    shown=[workspace.original, workspace.root],
                    writable=workspace.caches,
                ),
                variables,
                folder=workspace.folder,
                budget=Budget(self.seconds_each, partial(machine.slowness, variables)),
            )
        except OSError as error:
            raise _unusable(command, str(error.strerror)) from error

    def files_containing(self, *passwords: str) -> list[Path]:
        """Return the files that the scripts wrote and that contain a password."""
        words = [Path(word) for command in self.commands.values() for word in command.words]
        folders = {path.parent for path in words if path.is_absolute() and path.is_file()}
        beside = [path for folder in folders for path in folder.glob("*") if path.is_file()]
        return files_containing((self.workspace, self.fresh_workspace), passwords, beside)

    def location_of(self, path: Path) -> str:
        """Describe in words where a file is that they wrote."""
        is_fresh = path.is_relative_to(self.fresh_workspace.root)
        return (self.fresh_workspace if is_fresh else self.workspace).location_of(path)


@contextmanager
def submitted(
    encrypt: str, decrypt: str, *, folder: Path, seconds_each: float, seconds: float
) -> Iterator[Submission]:
    """Create two workspaces for the scripts in a folder; leaving the context removes them.

    Args:
        encrypt: The command line with ``{password}`` and ``{key_id}``.
        decrypt: The command line with ``{appuser}`` and ``{key_id}``.
        folder: The folder of the scripts. It is copied, and not changed.
        seconds_each: Seconds that one run may compute, and seconds that it may wait.
        seconds: How long all runs together may take.

    Raises:
        CommandUnusable, FolderUnusable: The scripts cannot be run.
    """
    given = {"encrypt": encrypt, "decrypt": decrypt}
    commands = {
        name: Command.read(text, *PLACEHOLDERS[name], folder=folder) for name, text in given.items()
    }
    with ExitStack() as until_the_end:
        first, fresh = (until_the_end.enter_context(workspace(folder)) for _ in range(2))
        yield Submission(commands, first, fresh, seconds_each, time.monotonic() + seconds)


def _unusable(command: Command, reason: str) -> CommandUnusable:
    return CommandUnusable(command.text, f"it cannot be started: {reason}")


def _environment() -> dict[str, str]:
    """Return the environment without the variables of test tools, and with UTF-8 for Python."""
    ours = {name: os.environ[name] for name in os.environ if not name.startswith(_TEST_PREFIXES)}
    return {**ours, "PYTHONIOENCODING": "utf-8"}
