"""The record of a run: a file on this machine with the keys and tables that the run created.

Tags can be written by anybody who may tag a key; this file only by the user of this machine.
"""

from __future__ import annotations

from pathlib import Path

from kmsdemo import state_folder


class Record:
    """The keys and tables of one run, oldest first, in memory and in its file.

    Args:
        run_id: The id of the run.

    Attributes:
        key_ids: The ids of the keys.
        table_names: The names of the tables.
    """

    def __init__(self, run_id: str) -> None:
        self.key_ids: list[str] = []
        self.table_names: list[str] = []
        self._path = _path(run_id)

    def add_key(self, key_id: str) -> None:
        """Record a key."""
        self.key_ids.append(key_id)
        self._write(f"key {key_id}")

    def add_table(self, name: str) -> None:
        """Record a table."""
        self.table_names.append(name)
        self._write(f"table {name}")

    def delete(self) -> None:
        """Delete the file: the run has removed what it created."""
        self._path.unlink(missing_ok=True)

    def _write(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def read(run_id: str) -> set[str] | None:
    """Return what a run recorded, such as ``key KEY_ID``; ``None`` without a record here.

    Args:
        run_id: 8 hexadecimal digits.
    """
    try:
        return set(_path(run_id).read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return None


def _path(run_id: str) -> Path:
    return state_folder.path() / "runs" / run_id
