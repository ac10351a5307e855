"""A class: who is in it, and which account of the sandbox is whose."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kmsdemo.account import environment
from kmsdemo.learners.errors import ClassListUnusable

_FIRST_ACCOUNT = 200_000_000_001
_SECRET = "sandbox"  # noqa: S105, the sandbox asks for none
_HEADER = (
    "name",
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
)
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody in the class.

    Attributes:
        name: As the class list has it.
        account_id: Twelve digits: the account, and the access key id that the sandbox takes for
            its root.
    """

    name: str
    account_id: str

    def environment(self, endpoint_url: str, region: str = REGION) -> dict[str, str]:
        """Return the variables with which any AWS program works in the learner's account."""
        return {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": self.account_id,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            **environment.of_region(region),
        }


def read(path: Path) -> list[Learner]:
    """Read a class list: a name a line; empty lines and those that begin with ``#`` are left out.

    The place in the list says which account it is, so that new names go to the end.

    Raises:
        ClassListUnusable: There is no such file, no name in it, or a name twice.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ClassListUnusable(str(path), "it cannot be read") from error
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise ClassListUnusable(str(path), "there is no name in it")
    for name in names:
        if names.count(name) > 1:
            raise ClassListUnusable(str(path), f"{name} is in it twice")
    return [Learner(name, str(_FIRST_ACCOUNT + place)) for place, name in enumerate(names)]


def hand_out(learners: Sequence[Learner], endpoint_url: str, path: Path) -> None:
    """Write each learner's credentials as CSV; an earlier hand-out is replaced, no other file.

    Raises:
        ClassListUnusable: Something else is there, or nothing can be written.
    """
    try:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(",".join(_HEADER)):
            raise ClassListUnusable(str(path), "another file of this name is there")
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, _HEADER)
            rows.writeheader()
            for learner in learners:
                rows.writerow({"name": learner.name, **learner.environment(endpoint_url)})
    except OSError as error:
        raise ClassListUnusable(str(path), "it cannot be written") from error
