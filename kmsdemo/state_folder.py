"""The folder for the state of kmsdemo, where this platform keeps such files."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def path() -> Path:
    """Return the folder: below ``XDG_STATE_HOME``, or where this platform keeps such files."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return folder / "kmsdemo"
