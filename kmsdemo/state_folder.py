"""The folder for the state of kmsdemo, where this platform keeps such files."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def path() -> Path:
    """Return the folder: below ``XDG_STATE_HOME``, or where this platform keeps such files.

    Raises:
        OSError: This user has no home folder.
    """
    try:
        return _folder() / "kmsdemo"
    except RuntimeError as error:
        raise OSError("This user has no home folder.\nSet HOME to a folder of yours.") from error


def _folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
