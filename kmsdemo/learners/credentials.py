"""The credentials of a class: the CSV file that ``kmsdemo sandbox --class`` writes beside the list.

Each line has a name, and the environment variables with which AWS programs use the account.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import ClassListUnusable, CredentialsUnusable

_ENCODING: Final = "utf-8-sig"  # spreadsheets write a byte order mark
_NAME: Final = "name"
_NEEDED: Final = (
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
)
_HEADER: Final = (_NAME, *_NEEDED, "AWS_REGION")

Credentials = Mapping[str, Mapping[str, str]]
"""The environment variables of each person, by name."""


def file_of(names: Path) -> Path:
    """Return the CSV file next to a class list."""
    return names.with_name(f"{names.stem}-credentials.csv")


def text(credentials: Credentials) -> str:
    """Return the CSV file as text. It contains the secrets of all learners."""
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, _HEADER, lineterminator="\n")
    table.writeheader()
    table.writerows({_NAME: name, **variables} for name, variables in credentials.items())
    return written.getvalue()


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
        lines = _lines(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", "") or "it is not CSV in UTF-8"
        raise CredentialsUnusable(str(path), reason) from error
    return {name: _variables(path, name, lines.get(name)) for name in names}


def read_earlier(path: Path) -> Credentials:
    """Return the lines that an earlier start wrote; none without the file.

    Raises:
        ClassListUnusable: It cannot be read, or others could have written it.
    """
    try:
        if not path.exists():
            return {}
        if not path.read_text(encoding=_ENCODING).startswith(",".join(_HEADER)):
            raise ClassListUnusable(str(path), "another file with this name exists")
        return _lines(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ClassListUnusable(str(path), "it cannot be read") from error


def _lines(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding=_ENCODING, newline="") as file:
        return {row.get(_NAME, ""): row for row in csv.DictReader(file)}


def _variables(path: Path, name: str, row: Mapping[str, str] | None) -> dict[str, str]:
    if row is None:
        raise CredentialsUnusable(str(path), f"it has no line for {name}")
    for column in _NEEDED:
        if not row.get(column):
            raise CredentialsUnusable(str(path), f"the line of {name} has no {column}")
    return {column: row[column] for column in row if str(column).startswith("AWS_")}
