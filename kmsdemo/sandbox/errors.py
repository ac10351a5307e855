"""Why a sandbox cannot be started, or reached: what happened and what to do, in a line each."""

from __future__ import annotations


class SandboxError(OSError):
    """The root of what the sandbox raises on purpose."""


class PortTaken(SandboxError):
    """Another program listens on the port."""

    def __init__(self, port: int, holder: str) -> None:
        super().__init__(
            f"Port {port} is taken by {holder}.\n"
            "Stop that program, or choose another port with --port; 0 takes a free one."
        )


class CannotListen(SandboxError):
    """The operating system refuses the address or the port."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The sandbox cannot listen on {host}, port {port}: {reason}.\n"
            "Choose an address of this machine with --host, and a port from 1024 to 65535."
        )


class NoSandboxThere(SandboxError):
    """Nothing answers at the URL, or what answers is not a sandbox."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"No sandbox could be reached: {reason}\n"
            "Start one with kmsdemo sandbox, or name its URL with --endpoint-url."
        )


class NotLetIn(SandboxError):
    """The sandbox does not know who asks: it is a class's, or the credentials are another one's."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The sandbox does not let you in: {reason}\n"
            "In a class, paste the lines of your hand-out into this terminal, and try again."
        )


class TooManyDays(SandboxError):
    """The sandbox's clock cannot be moved as far."""

    def __init__(self) -> None:
        super().__init__(
            "The sandbox lets no more than a hundred years pass, which are 36500 days.\n"
            "Give fewer with --days, or start a new sandbox."
        )
