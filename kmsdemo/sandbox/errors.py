"""Errors of starting, reaching and controlling a sandbox: what happened, and what to do next."""

from __future__ import annotations

from pathlib import Path


class SandboxError(OSError):
    """The base class of the errors of the sandbox."""


class PortTaken(SandboxError):
    """Another program uses the port."""

    def __init__(self, port: int, holder: str) -> None:
        super().__init__(
            f"Port {port} is taken by {holder}.\n"
            "Stop that program, or choose another port with --port; 0 chooses a free one."
        )


class CannotListen(SandboxError):
    """The operating system does not let the sandbox listen on the address or the port."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The sandbox cannot listen on {host}, port {port}: {reason}.\n"
            "Choose an address of this machine with --host, and a port from 1024 to 65535."
        )


class OriginInvalid(SandboxError):
    """The text is not an origin of web pages, so no page can have it."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"{origin!r} is not an origin.\n"
            "Give scheme, host and port only, such as http://localhost:3000."
        )


class NoSandboxThere(SandboxError):
    """No sandbox answers at the URL."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The sandbox cannot be reached: {reason}\n"
            "Start one with kmsdemo sandbox, or set its URL with --endpoint-url."
        )


class DaysRefused(SandboxError):
    """The sandbox cannot move its clock by this number of days."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The sandbox did not move its clock. {reason}\n"
            "The clock only moves forward. To set it to the real time, restart the sandbox."
        )


class AccessRejected(SandboxError):
    """The sandbox rejects the credentials."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The sandbox rejects your credentials: {reason}\n"
            "In a class, paste the lines of your hand-out into this terminal, and try again."
        )


class StateUnusable(SandboxError):
    """The sandbox cannot use the file with its state."""

    @classmethod
    def unreadable(cls, path: Path, reason: str) -> StateUnusable:
        """The file cannot be read or written."""
        return cls(
            f"The state in {path} cannot be used: {reason}.\n"
            "Choose a file of your own in a folder that you can write to."
        )

    @classmethod
    def in_use(cls, path: Path) -> StateUnusable:
        """Another sandbox keeps its state there."""
        return cls(
            f"Another sandbox keeps its state in {path}.\n"
            "Stop that sandbox, or choose another file with --state."
        )

    @classmethod
    def foreign(cls, path: Path) -> StateUnusable:
        """The file is a database of another program."""
        return cls(
            f"{path} is a database of another program; nothing in it was changed.\n"
            "Choose another file with --state."
        )

    @classmethod
    def of_other_version(cls, path: Path, which: str) -> StateUnusable:
        """The file was written by another version."""
        return cls(
            f"The state in {path} was written with another {which}.\n"
            "Use that version, or choose another file with --state to start over."
        )

    @classmethod
    def of_other_learner(cls, path: Path, account: str, before: str, now: str) -> StateUnusable:
        """The class list gives the account of one learner to another one."""
        return cls(
            f"In {path}, account {account} belongs to {before}; the class list gives it to {now}.\n"
            "Keep the order of the list and add names at its end, or choose another file."
        )

    @classmethod
    def damaged(cls, path: Path, reason: str) -> StateUnusable:
        """The file is damaged."""
        return cls(
            f"The state in {path} is damaged: {reason}.\n"
            "Restore a copy of the file, or choose another one with --state to start over."
        )
