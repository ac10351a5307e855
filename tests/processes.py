"""Runs our programs as a user does: in a process and a folder of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
TIME_LIMIT_SECONDS = 120


def environment(**more: str) -> dict[str, str]:
    """Return the environment without the options of the pytest that runs us."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**ours, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **more}


def free_port() -> int:
    """Return a port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def python(
    *arguments: str | Path,
    folder: Path = ROOT,
    stdin: str | None = None,
    more: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` to its end, with nothing or a text on standard input."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(**(more or {})),
        input=stdin or "",
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
