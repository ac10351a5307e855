"""Where the instructor quit: a small file in the folder for the state of programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from kmsdemo import state_folder


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
    """Return the file, in the folder for the state of kmsdemo."""
    return state_folder.path() / "lesson.json"


def save(bookmark: Bookmark) -> None:
    """Save a place.

    Raises:
        OSError: The file cannot be written.
    """
    path().parent.mkdir(parents=True, exist_ok=True)
    path().write_text(json.dumps(asdict(bookmark)), encoding="utf-8")


def load() -> Bookmark | None:
    """Return the saved place; ``None`` if there is none that can be read."""
    try:
        place = Bookmark(**json.loads(path().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    is_place = isinstance(place.name, str) and isinstance(place.pauses, int)
    return place if is_place else None


def forget() -> None:
    """Delete the saved place: the lesson is over."""
    path().unlink(missing_ok=True)
