"""Hand-outs: the access keys of a class, in one CSV file and in one text file for each learner.

Only the owner of the files can read them, because they contain the credentials of all learners.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kmsdemo import private_file
from kmsdemo.account import environment
from kmsdemo.learners import class_list, credentials
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.credentials import Credentials
from kmsdemo.learners.errors import ClassListUnusable

if TYPE_CHECKING:
    from kmsdemo.sandbox.access.access_keys import ClassKeys

REGION: Final = "us-east-1"
_OWNER_ONLY = 0o700
_NAME_LENGTH = 50  # characters of at most four bytes, in a file name of at most 255
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class HandOut:
    """The credentials of a learner.

    Attributes:
        learner: The learner, or the instructor.
        access_key_id: Twenty characters.
        secret: The secret access key, forty characters.
    """

    learner: Learner
    access_key_id: str
    secret: str = field(repr=False)

    def environment(self, endpoint_url: str, region: str = REGION) -> dict[str, str]:
        """Return the environment variables with which AWS programs use the learner's account."""
        return {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            **environment.region_variables(region),
        }

    @property
    def console_token(self) -> str:
        """The token that opens the account in the console; the secret cannot be derived from it."""
        return hmac.new(self.secret.encode(), b"kmsdemo console", hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Classroom:
    """The hand-outs of a class.

    Attributes:
        instructor: The instructor, who can see all accounts and move all clocks.
        learners: In the order of the class list.
    """

    instructor: HandOut
    learners: Sequence[HandOut]

    @property
    def hand_outs(self) -> Sequence[HandOut]:
        """All hand-outs, the instructor's first."""
        return (self.instructor, *self.learners)

    @property
    def keys(self) -> ClassKeys:
        """The access keys that the sandbox accepts."""
        from kmsdemo.sandbox.access.access_keys import ClassKeys  # noqa: PLC0415, moto is slow

        return ClassKeys(
            accounts={one.access_key_id: one.learner.account_id for one in self.hand_outs},
            secrets={one.access_key_id: one.secret for one in self.hand_outs},
            instructor=self.instructor.access_key_id,
        )


def folder(names: Path) -> Path:
    """Return the folder with a text file for each learner, next to a class list."""
    return names.with_name(f"{names.stem}-hand-outs")


def read(names: Path) -> Classroom:
    """Read the hand-outs of a class.

    Args:
        names: The class list.

    Raises:
        ClassListUnusable: The list cannot be used.
        CredentialsUnusable: A learner has no credentials.
    """
    learners = [class_list.instructor(), *class_list.read(names)]
    given = credentials.read(credentials.file_of(names), [one.name for one in learners])
    instructor, *others = (HandOut(one, *_access_key(given[one.name])) for one in learners)
    return Classroom(instructor, others)


def prepare(names: Path) -> Classroom:
    """Return the hand-outs of a class, with the access keys of an earlier start or new ones.

    Args:
        names: The class list.

    Raises:
        ClassListUnusable: The list cannot be used, or another file has the name of the CSV file.
    """
    learners = class_list.read(names)
    earlier = credentials.read_earlier(credentials.file_of(names))
    instructor, *others = (_hand_out(one, earlier) for one in (class_list.instructor(), *learners))
    return Classroom(instructor, others)


def write(classroom: Classroom, names: Path, url: str) -> None:
    """Write the CSV file and a text file for each learner; only their owner can read them.

    Args:
        classroom: The class.
        names: The class list; the files are written next to it.
        url: The URL of the sandbox.

    Raises:
        ClassListUnusable: The files cannot be written.
    """
    everybody = (*classroom.learners, classroom.instructor)
    table = {one.learner.name: one.environment(url) for one in everybody}
    files = {credentials.file_of(names): credentials.text(table)}
    for place, one in enumerate(classroom.hand_outs):
        files[folder(names) / _file_name(place, one)] = _page(one, url)
    try:
        folder(names).mkdir(exist_ok=True)
        folder(names).chmod(_OWNER_ONLY)
        for path, text in files.items():
            private_file.write(path, text)
    except OSError as error:
        reason = f"it cannot be written ({error.strerror})"
        raise ClassListUnusable(str(credentials.file_of(names)), reason) from error


def _access_key(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the access key id and the secret, which in a file that was edited can be missing."""
    return variables.get("AWS_ACCESS_KEY_ID") or "", variables.get("AWS_SECRET_ACCESS_KEY") or ""


def _hand_out(learner: Learner, earlier: Credentials) -> HandOut:
    """Return a learner's earlier access key, if it is of the same account, or a new one."""
    from kmsdemo.sandbox.access import access_keys  # noqa: PLC0415, moto is slow

    access_key_id, secret = _access_key(earlier.get(learner.name, {}))
    if secret and access_keys.account_of(access_key_id) == learner.account_id:
        return HandOut(learner, access_key_id, secret)
    key = access_keys.generate(learner.account_id)
    return HandOut(learner, key.access_key_id, key.secret)


def _file_name(place: int, one: HandOut) -> str:
    encoding = sys.getfilesystemencoding()  # in the C locale it may be ASCII
    name = one.learner.name.encode(encoding, errors="replace").decode(encoding)
    return f"{place:02}-{_NOT_IN_FILE_NAMES.sub('-', name).strip('-.')[:_NAME_LENGTH]}.txt"


def _page(one: HandOut, url: str) -> str:
    """Return the text of a hand-out, with lines to paste into a terminal."""
    return _PAGE.format(
        name=one.learner.name,
        account=one.learner.account_id,
        lines=environment.to_paste(one.environment(url)),
        console=f"{url}/console?token={one.console_token}",
    )


_PAGE = """\
{name}: account {account} of the KMS sandbox

Paste the lines for your shell into a terminal:

{lines}
Your progress, in a browser: {console}

Keep this file secret: anyone who has it can use your account.
"""
