"""A class: who is in it, and which account of the sandbox is whose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import ClassListUnusable

INSTRUCTOR: Final = "instructor"
"""The name of whoever teaches, whom no list has."""
_INSTRUCTOR_ACCOUNT = 200_000_000_000


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody in the class.

    Attributes:
        name: As the class list has it.
        account_id: Twelve digits: the account whose root it is.
    """

    name: str
    account_id: str


def instructor() -> Learner:
    """Return whoever teaches, who has an account too."""
    return Learner(INSTRUCTOR, str(_INSTRUCTOR_ACCOUNT))


def read(path: Path) -> list[Learner]:
    """Read a class list: a name a line; empty lines and those that begin with ``#`` are left out.

    The place in the list says which account it is, so that new names go to the end.

    Raises:
        ClassListUnusable: There is no such file, no name in it, a name twice, or the instructor's.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ClassListUnusable(str(path), "it cannot be read") from error
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise ClassListUnusable(str(path), "there is no name in it")
    if INSTRUCTOR in names:
        raise ClassListUnusable(str(path), f"{INSTRUCTOR} is who teaches")
    for name in names:
        if names.count(name) > 1:
            raise ClassListUnusable(str(path), f"{name} is in it twice")
    first = _INSTRUCTOR_ACCOUNT + 1
    return [Learner(name, str(first + place)) for place, name in enumerate(names)]
