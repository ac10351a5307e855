"""The file: an SQLite database that one sandbox has open, and that shows whether it is damaged.

SQLite's write-ahead log keeps every transaction when the process is killed, and keeps the file
consistent when the machine fails.

AWS has nothing like it. SQLite: "Write-Ahead Logging", "Pragma statements".
"""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from kmsdemo.sandbox.errors import StateUnusable

_APPLICATION_ID: Final = 0x6B6D7364
_FORMAT: Final = 1
_MAGIC: Final = b"SQLite format 3\0"
_OWNER_ONLY: Final = 0o600
_DIGEST_BYTES: Final = 16
_INDEX: Final = "CREATE INDEX IF NOT EXISTS events_of_account ON events (account, number)"
_SCHEMA: Final = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE backends (service TEXT, account TEXT, state BLOB NOT NULL, "
    "PRIMARY KEY (service, account))",
    "CREATE TABLE items (number INTEGER PRIMARY KEY, account TEXT, region TEXT, name TEXT, "
    "item BLOB NOT NULL)",
    "CREATE TABLE events (number INTEGER PRIMARY KEY, account TEXT, record BLOB NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_FORMAT}",
)


class Damaged(Exception):
    """The file has a value that no call wrote."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, and create it if it is missing; only its owner can read it.

    Args:
        path: The file.

    Raises:
        StateUnusable: It cannot be read or written, is damaged or of another version, or another
            sandbox uses it.
    """
    with explained(path):
        _create(path)
        database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        with explained(path):
            _prepare(path, database)
        yield database
    finally:
        database.close()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise ``StateUnusable`` for whatever is wrong with the file."""
    try:
        yield
    except (Damaged, sqlite3.DatabaseError) as error:
        raise _unusable(path, error) from error
    except OSError as error:
        if isinstance(error, StateUnusable):
            raise
        raise StateUnusable.unreadable(path, error.strerror or str(error)) from error


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Write all that the context writes, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def sealed(value: bytes) -> bytes:
    """Return a value with its digest before it."""
    return _digest(value) + value


def unsealed(stored: bytes) -> bytes:
    """Return a value that :func:`sealed` made.

    Raises:
        Damaged: The digest does not match.
    """
    digest, value = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
    if digest != _digest(value):
        raise Damaged("a value does not match its digest")
    return value


def unpickled(stored: bytes) -> Any:
    """Return an object that was pickled, and sealed; only the owner of a file can make it run code.

    Raises:
        Damaged: It cannot be read.
    """
    value = unsealed(stored)
    try:
        return pickle.loads(value)  # noqa: S301
    except Exception as error:  # it raises whatever the classes of the objects raise
        raise Damaged(f"an object cannot be read ({type(error).__name__})") from error


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_DIGEST_BYTES).digest()


def _create(path: Path) -> None:
    path.touch(_OWNER_ONLY)
    if not path.is_file():
        raise StateUnusable.unreadable(path, "it is not a file")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) not in (b"", _MAGIC):
            raise Damaged("it is not an SQLite database")


def _prepare(path: Path, database: sqlite3.Connection) -> None:
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    is_new = not _pragma(database, "schema_version")
    if not is_new and _pragma(database, "application_id") != _APPLICATION_ID:
        raise StateUnusable.foreign(path)
    path.chmod(_OWNER_ONLY)  # fails if it is somebody else's, whose pickles must not be loaded
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    with transaction(database):  # from here on, no other sandbox can open it
        if is_new:
            for statement in _SCHEMA:
                database.execute(statement)
            written_with = ("moto", version("moto").encode())
            database.execute("INSERT INTO facts VALUES (?, ?)", written_with)
    if _pragma(database, "quick_check") != "ok":
        raise Damaged("its structure is not valid")
    _check_versions(path, database)
    database.execute(_INDEX)  # files of older versions have none


def _check_versions(path: Path, database: sqlite3.Connection) -> None:
    if _pragma(database, "user_version") != _FORMAT:
        raise StateUnusable.of_other_version(path, "version of kmsdemo")
    (moto,) = database.execute("SELECT value FROM facts WHERE name = 'moto'").fetchone()
    if moto.decode() != version("moto"):
        raise StateUnusable.of_other_version(path, f"version of moto, {moto.decode()}")


def _pragma(database: sqlite3.Connection, name: str) -> object:
    return database.execute(f"PRAGMA {name}").fetchone()[0]


def _unusable(path: Path, error: Exception) -> StateUnusable:
    reason = str(error)
    if "locked" in reason:
        return StateUnusable.in_use(path)
    if isinstance(error, sqlite3.OperationalError):
        return StateUnusable.unreadable(path, reason)
    return StateUnusable.damaged(path, reason)
