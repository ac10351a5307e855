"""The credentials of a class, as ``kmsdemo sandbox --class`` writes them beside the class list."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import CredentialsUnusable

_NAME: Final = "name"
_NEEDED: Final = (
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
)


def read(path: Path, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the environment variables of each learner, by name, in the order of the names.

    Args:
        path: The CSV file: a column ``name``, and one for each variable, which begin with
            ``AWS_``; other columns are ignored.
        names: The class.

    Raises:
        CredentialsUnusable: It cannot be read, or a learner or one of their values is missing.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", "") or "it is no CSV in UTF-8"
        raise CredentialsUnusable(str(path), reason) from error
    lines = {row.get(_NAME): row for row in rows}
    return {name: _variables(path, name, lines.get(name)) for name in names}


def _variables(path: Path, name: str, row: Mapping[str, str] | None) -> dict[str, str]:
    if row is None:
        raise CredentialsUnusable(str(path), f"it has no line for {name}")
    for column in _NEEDED:
        if not row.get(column):
            raise CredentialsUnusable(str(path), f"the line of {name} has no {column}")
    return {column: row[column] for column in row if str(column).startswith("AWS_")}
