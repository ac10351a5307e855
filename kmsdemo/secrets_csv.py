"""Many passwords, from a CSV file into a vault and back, one line at a time.

The file has the columns ``appuser`` and ``password``, named in its first line. A line is stored
under its own user number and never over another item; so an interrupted import can be run again: it
skips what is stored already.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import Final, TextIO
from weakref import WeakValueDictionary

from kmsdemo import errors, vault
from kmsdemo.cipher import MAX_ENVELOPE_BYTES
from kmsdemo.parallel import in_threads
from kmsdemo.vault import OF_ONE_ITEM, Item, Vault

COLUMNS: Final = ("appuser", "password")
MAX_APPUSER_BYTES: Final = 2048  # of a partition key
STORED, SKIPPED, REFUSED = "stored", "skipped", "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One password of a file.

    Attributes:
        number: The line of the file that it begins on, from 1.
        appuser: The user number.
        password: The password; ``None`` if the line has too few or too many values.
    """

    number: int
    appuser: str
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one line.

    Attributes:
        number: The line of the file.
        status: ``stored``; ``skipped``, because it is in the table already; or ``refused``.
        reason: Why it is refused.
    """

    number: int
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decrypted:
    """One item of the table.

    Attributes:
        appuser: The user number.
        password: The password; ``None`` if it cannot be decrypted.
        reason: Why it cannot.
    """

    appuser: str
    password: str | None = field(repr=False)
    reason: str = ""


def read(file: TextIO) -> Iterator[Line]:
    """Yield the lines of a CSV file, one at a time.

    Args:
        file: Opened with ``newline=""``.

    Raises:
        InvalidCsv: The file is not CSV, or has other columns.
    """
    csv.field_size_limit(2 * MAX_ENVELOPE_BYTES)
    reader = csv.reader(file, strict=True)
    begins = 1
    try:
        header = next(reader, [])
        if sorted(header) != sorted(COLUMNS):
            raise errors.InvalidCsv(1, f"its columns are not {' and '.join(COLUMNS)}.")
        begins = reader.line_num + 1
        for values in reader:
            if values:  # the line is not empty
                yield _line(begins, header, values)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise errors.InvalidCsv(begins, f"{error}.") from None


def import_lines(target: Vault, lines: Iterable[Line], *, threads: int) -> Iterator[Outcome]:
    """Store lines in threads, and yield the results, in the order of the lines.

    Of lines with the same user number, the first is stored.

    Args:
        target: The vault; it must accept the ciphers of the items that are in the table already.
        lines: As :func:`read` yields them; read a little ahead only.
        threads: How many lines are stored at once.

    Raises:
        KmsdemoError: An error that is not about one line, such as ``KeyDisabled``. Lines before
            that may be stored; run it again.
    """
    return in_threads(partial(_import_queued, target), _queued(lines), threads=threads)


def export_items(source: Vault, *, threads: int) -> Iterator[Decrypted]:
    """Decrypt all items of a table in threads, and yield them in DynamoDB's order.

    Raises:
        KmsdemoError: An error that is not about one item, such as ``KeyDisabled``.
    """
    stored = vault.items(source.dynamodb, source.table_name)
    return in_threads(partial(_decrypt, source), stored, threads=threads)


def _line(number: int, header: Sequence[str], values: Sequence[str]) -> Line:
    row = dict(zip(header, values, strict=False))
    is_complete = len(values) == len(header)
    return Line(number, row.get("appuser", ""), row["password"] if is_complete else None)


@dataclass(frozen=True, slots=True)
class _QueuedLine:
    """A line, and the line before it with the same user number, if that may still be running."""

    line: Line
    before: Event | None
    done: Event


def _queued(lines: Iterable[Line]) -> Iterator[_QueuedLine]:
    running: WeakValueDictionary[str, Event] = WeakValueDictionary()
    for line in lines:
        queued = _QueuedLine(line, running.get(line.appuser), Event())
        running[line.appuser] = queued.done
        yield queued


def _import_queued(target: Vault, queued: _QueuedLine) -> Outcome:
    if queued.before:
        queued.before.wait()  # it began earlier, so it ends
    try:
        return _import(target, queued.line)
    finally:
        queued.done.set()


def _import(target: Vault, line: Line) -> Outcome:
    if line.password is None:
        return Outcome(line.number, REFUSED, "It does not have two values.")
    if not (line.appuser.isprintable() and 1 <= len(line.appuser.encode()) <= MAX_APPUSER_BYTES):
        return Outcome(line.number, REFUSED, "Its user number is empty, too long or not printable.")
    try:
        status = STORED if target.store_for(line.appuser, line.password) else _compare(target, line)
    except OF_ONE_ITEM as error:
        return Outcome(line.number, REFUSED, error.what)
    reason = f"User {line.appuser} has another password already." if status == REFUSED else ""
    return Outcome(line.number, status, reason)


def _compare(target: Vault, line: Line) -> str:
    """Return the status of a line whose user number is taken, perhaps by an import before."""
    return SKIPPED if target.reveal(line.appuser) == line.password else REFUSED


def _decrypt(source: Vault, item: Item) -> Decrypted:
    try:
        return Decrypted(item.appuser, source.decrypt(item))
    except OF_ONE_ITEM as error:
        return Decrypted(item.appuser, None, error.what)
