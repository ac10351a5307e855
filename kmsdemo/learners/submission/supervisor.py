"""Starts a script, and ends every process that it left; a program of its own, without packages.

The script's parent is this process and never the grader: what it does to its parent does not reach
the grader. In a PID namespace this is process 1, and the kernel ends all others with it. Elsewhere
on Linux it adopts what leaves its session ("PR_SET_CHILD_SUBREAPER", prctl(2)).

Usage: ``python -I -S supervisor.py LIMITS COMMAND…``; ``isolation`` makes LIMITS, which is JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_SUBREAPER = 36
_SECUREBITS, _NOROOT_LOCKED = 28, 3
_BIND, _REMOUNT, _READ_ONLY, _RECURSIVE = 4096, 32, 1, 16384
# The flags of a mount that a user namespace cannot clear, as statvfs(3) and mount(2) know them.
_KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048
_STAYS_WRITABLE = ("/dev", "/proc", "/sys")
_KILL_ATTEMPTS = 1000
NOT_STARTED = "kmsdemo cannot start it: "
NOT_STARTED_CODE = 126


def main() -> int:
    """Run the command, end what it leaves, and return its exit code."""
    limits = json.loads(sys.argv[1])
    if limits["root"]:
        _isolate_files(limits["root"], limits["temporary"], limits["shown"], limits["writable"])
    with suppress(AttributeError, OSError):  # only Linux has it
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        return _run(sys.argv[2:], limits)
    finally:
        _end_children()


def _run(command: list[str], limits: dict[str, Any]) -> int:
    try:
        process = subprocess.Popen(  # noqa: S603, it is the user's own program
            command,
            start_new_session=True,
            preexec_fn=lambda: _limit(limits),  # noqa: PLW1509
        )
    except OSError as error:
        print(f"{NOT_STARTED}{error.strerror}", file=sys.stderr)
        return NOT_STARTED_CODE
    try:
        return _exit_code(process.wait())
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # faster than it can fork


def _exit_code(code: int) -> int:
    """Return the exit code as a shell does: 128 and the number of the signal that ended it."""
    return code if code >= 0 else 128 - code


def _limit(limits: dict[str, Any]) -> None:
    """Limit the script, and leave it no capability to undo its mounts."""
    import resource  # noqa: PLC0415, Windows has none

    if limits["root"]:
        ctypes.CDLL(None).prctl(_SECUREBITS, _NOROOT_LOCKED, 0, 0, 0)
    for name, most in limits["resources"].items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def _end_children() -> None:
    """Kill the children, and theirs as they become ours, until there are none."""
    if os.getpid() == 1:
        return  # the kernel ends them
    for _ in range(_KILL_ATTEMPTS):
        if not (children := _children()):
            return
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in children:
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def _children() -> list[int]:
    try:
        tasks = Path("/proc/self/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:  # not Linux: the grader looks for them itself
        return []


def _isolate_files(root: str, temporary: str, shown: list[str], writable: list[str]) -> None:
    """Leave only the workspace writable, and put its temporary folder over those of the system.

    Args:
        root: The workspace.
        temporary: Its folder for temporary files.
        shown: What must stay visible although it is in a temporary folder.
        writable: Other folders that stay writable, such as those of compilers.
    """
    folder = Path.cwd()
    hidden = [place for place in ("/tmp", "/var/tmp", "/dev/shm") if Path(place).is_dir()]  # noqa: S108
    for place in (root, *writable):
        _mount(place, place, _BIND | _RECURSIVE)
    _make_read_only((root, *writable, *_STAYS_WRITABLE))
    for place in hidden:
        for path in shown:
            if Path(path).is_relative_to(place):
                _show(path, temporary + path.removeprefix(place))
        _mount(temporary, place, _BIND | _RECURSIVE)
    os.chdir(folder)  # the same one, in the mounts that are there now


def _show(path: str, mount_point: str) -> None:
    if not Path(mount_point).exists():
        Path(mount_point).mkdir(parents=True)
    _mount(path, mount_point, _BIND | _RECURSIVE)


def _make_read_only(writable: tuple[str, ...]) -> None:
    with Path("/proc/self/mountinfo").open(encoding="utf-8") as mounts:
        places = {line.split()[4].replace("\\040", " ") for line in mounts}
    for place in places:
        if not any(place == other or place.startswith(f"{other}/") for other in writable):
            with suppress(OSError):
                kept = os.statvfs(place).f_flag & _KEPT_FLAGS
                _mount(place, place, _BIND | _REMOUNT | _READ_ONLY | kept)


def _mount(source: str, target: str, flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), None, ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), "mount", target)


if __name__ == "__main__":
    sys.exit(main())
