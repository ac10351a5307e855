"""Core dumps: files with the memory of a process, its passwords and, of a sandbox, its keys."""

from __future__ import annotations

import sys


def switch_off() -> None:
    """Let this process, and those that it starts, leave no core dump; they can allow it again.

    Linux: core(5). A program that takes core dumps, such as systemd-coredump, learns of the limit.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415, Windows has none

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
