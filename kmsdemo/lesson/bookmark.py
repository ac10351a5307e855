"""Where the instructor quit: a small file in the folder for the state of programs."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in the lesson.

    Attributes:
        name: The name of the step of the lab.
        pauses: How many pauses of that step are over.
    """

    name: str
    pauses: int


def path() -> Path:
    """Return the file: below ``XDG_STATE_HOME``, or where this platform keeps such files."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return folder / "kmsdemo" / "lesson.json"


def save(bookmark: Bookmark) -> None:
    """Remember a place.

    Raises:
        OSError: The file cannot be written.
    """
    path().parent.mkdir(parents=True, exist_ok=True)
    path().write_text(json.dumps(asdict(bookmark)), encoding="utf-8")


def load() -> Bookmark | None:
    """Return the place that is remembered; ``None`` if there is none that can be read."""
    try:
        return Bookmark(**json.loads(path().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget() -> None:
    """Forget the place: the lesson came to its end."""
    path().unlink(missing_ok=True)
