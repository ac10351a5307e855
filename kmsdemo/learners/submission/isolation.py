"""Isolates a script from the grader and from this machine, as far as the machine allows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

from kmsdemo.learners.submission import editable_installs, supervisor

MAX_FILE_BYTES: Final = 100_000_000
MAX_OPEN_FILES: Final = 1024
_MAX_DATA_BYTES: Final = 8 * 1024**3  # of one process; what it really uses is watched
_RESOURCES: Final = {
    "FSIZE": MAX_FILE_BYTES,
    "NOFILE": MAX_OPEN_FILES,
    "DATA": _MAX_DATA_BYTES,
    "CORE": 0,
}
_NAMESPACES: Final = (
    *("unshare", "--map-root-user", "--mount", "--pid", "--mount-proc", "--ipc"),
    *("--fork", "--kill-child", "--"),
)
_TEMPORARY: Final = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108


def supervised(
    command: Sequence[str | os.PathLike[str]],
    *,
    root: Path,
    temporary: Path,
    shown: Iterable[Path] = (),
    writable: Iterable[Path] = (),
) -> list[str]:
    """Return the command that runs another one under the supervisor, in namespaces if possible.

    Args:
        command: The program and its arguments.
        root: The only folder that it can write to, where there are namespaces.
        temporary: The folder in it that takes the place of ``/tmp``, ``/var/tmp`` and ``/dev/shm``.
        shown: Paths that the command needs even if they are in one of these.
        writable: Further folders that it can write to.
    """
    words = [os.fspath(word) for word in command]
    if os.name != "posix":
        return words
    isolated = has_namespaces()
    limits = {
        "root": str(root) if isolated else "",
        "temporary": str(temporary),
        "shown": [str(path) for path in _needed(words, [root, *shown])],
        "writable": [str(path) for path in writable],
        "resources": _RESOURCES,
    }
    python = [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(limits)]
    return [*(_NAMESPACES if isolated else ()), *python, *words]


@cache
def has_namespaces() -> bool:
    """Return whether this user can create mount and PID namespaces on this machine."""
    if not shutil.which("unshare"):
        return False
    tried = [*_NAMESPACES, sys.executable, "-I", "-S", "-c", ""]
    return not subprocess.run(tried, capture_output=True, check=False).returncode  # noqa: S603


def not_enforced() -> str:
    """Return what isolation this machine lacks, in one line; empty if nothing."""
    if has_namespaces():
        return ""
    if sys.platform == "linux":
        return (
            "This machine has no user namespaces (unshare): a script can write outside of its "
            "folder, and signal other programs of yours."
        )
    return (
        "This system has no namespaces: a script can write outside of its folder, signal other "
        "programs of yours, and leave a process that hides its environment."
    )


def supervisor_finds_children() -> bool:
    """Return whether the supervisor runs here, and can see what a script started."""
    return os.name == "posix" and Path("/proc/self/task").exists()


def temporary_folders() -> Sequence[Path]:
    """Return the folders for temporary files that a script can reach besides its own."""
    return () if has_namespaces() else [Path(place) for place in _TEMPORARY if Path(place).is_dir()]


def _needed(words: Sequence[str], others: Iterable[Path]) -> list[Path]:
    """Return the folders of programs and scripts that are in a folder for temporary files.

    To a program belongs what is beside its folder, and what its Python environment has elsewhere.
    """
    environment: Mapping[str, str] = os.environ
    programs = [*environment.get("PATH", "").split(os.pathsep), sys.prefix, sys.base_prefix]
    folders = [Path(program).parent for program in programs if program]
    scripts = [Path(word).parent for word in words if Path(word).is_absolute()]
    folders += [one.parent for one in scripts if (one.parent / "pyvenv.cfg").is_file()]
    folders += [*chain.from_iterable(map(editable_installs.sources, folders)), *scripts]
    found = {Path(folder).resolve() for folder in folders if folder.is_dir()}
    inside = [path for path in found if _is_temporary(path)]
    return [*inside, *others]


def _is_temporary(path: Path) -> bool:
    return any(path != Path(place) and path.is_relative_to(place) for place in _TEMPORARY)
