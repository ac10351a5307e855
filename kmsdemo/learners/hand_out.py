"""What a class is given: an access key for each, in one file of all and in a file for each.

Whoever can read these files is whoever they name; nobody but their owner can.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kmsdemo.account import environment
from kmsdemo.learners import class_list
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.errors import ClassListUnusable

if TYPE_CHECKING:
    from kmsdemo.sandbox.access.access_keys import ClassKeys

REGION: Final = "us-east-1"
_HEADER = (
    "name",
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
)
_ONLY_THE_OWNER = 0o700
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class HandOut:
    """What somebody in the class is given.

    Attributes:
        learner: Who.
        access_key_id: Twenty characters.
        secret: Forty characters.
    """

    learner: Learner
    access_key_id: str
    secret: str = field(repr=False)

    def environment(self, endpoint_url: str, region: str = REGION) -> dict[str, str]:
        """Return the variables with which any AWS program works in the learner's account."""
        return {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            **environment.of_region(region),
        }

    @property
    def console_token(self) -> str:
        """What opens this account in the console; it does not tell the secret."""
        return hmac.new(self.secret.encode(), b"kmsdemo console", hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Classroom:
    """A class with what each is given.

    Attributes:
        instructor: May look at everything, and move all clocks.
        learners: As they are in the list.
    """

    instructor: HandOut
    learners: Sequence[HandOut]

    @property
    def keys(self) -> ClassKeys:
        """The access keys that the sandbox lets in."""
        from kmsdemo.sandbox.access.access_keys import ClassKeys  # noqa: PLC0415, moto is slow

        everybody = (self.instructor, *self.learners)
        return ClassKeys(
            accounts={one.access_key_id: one.learner.account_id for one in everybody},
            secrets={one.access_key_id: one.secret for one in everybody},
            instructor=self.instructor.access_key_id,
        )


def credentials_file(names: Path) -> Path:
    """Return the file that has everybody's credentials, beside a class list."""
    return names.with_name(f"{names.stem}-credentials.csv")


def folder(names: Path) -> Path:
    """Return the folder with a file for each, beside a class list."""
    return names.with_name(f"{names.stem}-hand-outs")


def read(names: Path) -> Classroom:
    """Return what the class of a list was given.

    Raises:
        ClassListUnusable: There is no such list, or somebody in it was given nothing yet.
    """
    learners = [class_list.instructor(), *class_list.read(names)]
    given = _given(credentials_file(names))
    for learner in learners:
        if learner.name not in given:
            path = str(credentials_file(names))
            raise ClassListUnusable(path, f"it has no credentials of {learner.name}")
    instructor, *others = (HandOut(learner, *given[learner.name]) for learner in learners)
    return Classroom(instructor, others)


def prepare(names: Path) -> Classroom:
    """Return what the class of a list is given: what they were given before, or new access keys.

    Raises:
        ClassListUnusable: There is no such list, or another file is where the credentials go.
    """
    learners = class_list.read(names)
    given = _given(credentials_file(names))
    instructor, *others = (_hand_out(one, given) for one in (class_list.instructor(), *learners))
    return Classroom(instructor, others)


def write(classroom: Classroom, names: Path, url: str) -> None:
    """Write everybody's credentials, and a file for each, readable only by their owner.

    Args:
        classroom: The class.
        names: Its list; what is written goes beside it.
        url: The sandbox's.

    Raises:
        ClassListUnusable: Nothing can be written there.
    """
    files = {credentials_file(names): _table(classroom, url)}
    for place, one in enumerate((classroom.instructor, *classroom.learners)):
        files[folder(names) / _file_name(place, one)] = _page(one, url)
    try:
        folder(names).mkdir(exist_ok=True)
        folder(names).chmod(_ONLY_THE_OWNER)
        for path, text in files.items():
            _write(path, text)
    except OSError as error:
        raise ClassListUnusable(str(credentials_file(names)), "it cannot be written") from error


def _given(path: Path) -> Mapping[str, tuple[str, str]]:
    """Return the access keys of an earlier hand-out, by name."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ",".join(_HEADER)
    except (OSError, UnicodeDecodeError) as error:
        raise ClassListUnusable(str(path), "it cannot be read") from error
    if not text.startswith(",".join(_HEADER)):
        raise ClassListUnusable(str(path), "another file of this name is there")
    rows = csv.DictReader(text.splitlines())
    return {
        row["name"]: (row["AWS_ACCESS_KEY_ID"] or "", row["AWS_SECRET_ACCESS_KEY"] or "")
        for row in rows
    }


def _hand_out(learner: Learner, given: Mapping[str, tuple[str, str]]) -> HandOut:
    """Return what somebody was given before, if it is of this account, or a new access key."""
    from kmsdemo.sandbox.access import access_keys  # noqa: PLC0415, moto is slow

    access_key_id, secret = given.get(learner.name, ("", ""))
    if secret and access_keys.account_of(access_key_id) == learner.account_id:
        return HandOut(learner, access_key_id, secret)
    key = access_keys.new(learner.account_id)
    return HandOut(learner, key.access_key_id, key.secret)


def _table(classroom: Classroom, url: str) -> str:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, _HEADER, lineterminator="\n")
    table.writeheader()
    for one in (*classroom.learners, classroom.instructor):
        table.writerow({"name": one.learner.name, **one.environment(url)})
    return text.getvalue()


def _file_name(place: int, one: HandOut) -> str:
    return f"{place:02}-{_NOT_IN_FILE_NAMES.sub('-', one.learner.name).strip('-.')}.txt"


def _page(one: HandOut, url: str) -> str:
    """Return what one of them reads, with lines to paste."""
    return _PAGE.format(
        name=one.learner.name,
        account=one.learner.account_id,
        lines=environment.to_paste(one.environment(url)),
        console=f"{url}/console?token={one.console_token}",
    )


_PAGE = """\
{name}: account {account} of the KMS sandbox

Paste into a terminal the lines of your shell:

{lines}
How far you are, in a browser: {console}

Keep this to yourself: whoever has it is you.
"""


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner reads; who reads it meanwhile has the old or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
