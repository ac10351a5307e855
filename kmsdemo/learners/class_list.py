"""A class list: the learners, and the account of the sandbox that each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import ClassListUnusable
from kmsdemo.printable import printable

INSTRUCTOR: Final = "instructor"
"""The name that no learner has."""
_INSTRUCTOR_ACCOUNT = 200_000_000_000


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner of the class.

    Attributes:
        name: As the class list has it.
        account_id: Twelve digits: the account of the learner, who is its root user.
    """

    name: str
    account_id: str


def instructor() -> Learner:
    """Return the instructor, who has an account too."""
    return Learner(INSTRUCTOR, str(_INSTRUCTOR_ACCOUNT))


def read(path: Path) -> list[Learner]:
    """Read a class list: one name per line, without empty lines and lines that begin with ``#``.

    The position in the list determines the account, so add new names at the end.

    Raises:
        ClassListUnusable: The file cannot be read, has no names, has a name twice or with control
            characters, or has the instructor's name.
    """
    names = _names(path)
    if not names:
        raise ClassListUnusable(str(path), "it has no names")
    if INSTRUCTOR in names:
        raise ClassListUnusable(str(path), f"the name {INSTRUCTOR} is reserved")
    for name in names:
        if printable(name) != name:
            reason = f"the name {printable(name)} has a control character"
            raise ClassListUnusable(str(path), reason)
        if names.count(name) > 1:
            raise ClassListUnusable(str(path), f"it has the name {name} twice")
    first = _INSTRUCTOR_ACCOUNT + 1
    return [Learner(name, str(first + position)) for position, name in enumerate(names)]


def _names(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except OSError as error:
        raise ClassListUnusable(str(path), error.strerror or "it cannot be read") from error
    except UnicodeDecodeError as error:
        raise ClassListUnusable(str(path), "it is not UTF-8") from error
    return [line for line in lines if line and not line.startswith("#")]
