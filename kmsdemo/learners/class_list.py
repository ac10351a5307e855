"""A class list: the learners, and the account of the sandbox that each of them has."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kmsdemo.account import environment
from kmsdemo.learners.errors import ClassListUnusable

_FIRST_ACCOUNT = 200_000_000_001
_SECRET = "sandbox"  # noqa: S105, the sandbox checks none
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
    """A learner of the class.

    Attributes:
        name: As the class list has it.
        account_id: Twelve digits. The sandbox accepts them as the access key id of the account's
            root user.
    """

    name: str
    account_id: str

    def environment(self, endpoint_url: str, region: str = REGION) -> dict[str, str]:
        """Return the environment variables that give an AWS program the learner's account."""
        return {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": self.account_id,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            **environment.region_variables(region),
        }


def read(path: Path) -> list[Learner]:
    """Read a class list: one name a line; empty lines and lines that begin with ``#`` are ignored.

    The position in the list determines the account, so add new names at the end.

    Raises:
        ClassListUnusable: The file cannot be read, has no names, or has a name twice.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise ClassListUnusable(str(path), error.strerror or "it cannot be read") from error
    except UnicodeDecodeError as error:
        raise ClassListUnusable(str(path), "it is not UTF-8") from error
    names = [line for line in lines if line and not line.startswith("#")]
    if not names:
        raise ClassListUnusable(str(path), "it has no names")
    for name in names:
        if names.count(name) > 1:
            raise ClassListUnusable(str(path), f"it has the name {name} twice")
    return [Learner(name, str(_FIRST_ACCOUNT + position)) for position, name in enumerate(names)]


def write_credentials(learners: Sequence[Learner], endpoint_url: str, path: Path) -> None:
    """Write the credentials of each learner as CSV; replace only an earlier credentials file.

    Raises:
        ClassListUnusable: Another file with this name exists, or the file cannot be written.
    """
    try:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(",".join(_HEADER)):
            raise ClassListUnusable(str(path), "another file with this name exists")
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, _HEADER)
            rows.writeheader()
            for learner in learners:
                rows.writerow({"name": learner.name, **learner.environment(endpoint_url)})
    except UnicodeDecodeError as error:
        raise ClassListUnusable(str(path), "another file with this name exists") from error
    except OSError as error:
        raise ClassListUnusable(str(path), error.strerror or "it cannot be written") from error
