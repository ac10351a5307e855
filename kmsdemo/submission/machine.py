"""A computer of its own for scripts, as far as they can tell: its home, its temporary files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kmsdemo import errors
from kmsdemo.ciphertext import encodings_that_show

MOST_BYTES: Final = 100_000_000
_MOST_READ = 1_000_000
# What others have installed: the scripts use it, and it is not copied.
_INSTALLED = ("node_modules", ".venv", "venv")
_LEFT_OUT = {".git", *_INSTALLED}
# Where tools look for what is installed, if it is not in the home directory that they are given.
_TOOLS = {
    "PYTHONUSERBASE": ".local",
    "PYENV_ROOT": ".pyenv",
    "NVM_DIR": ".nvm",
    "ASDF_DATA_DIR": ".asdf",
    "RBENV_ROOT": ".rbenv",
    "GOPATH": "go",
    "CARGO_HOME": ".cargo",
    "RUSTUP_HOME": ".rustup",
    "NUGET_PACKAGES": ".nuget/packages",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer of its own.

    Attributes:
        home: The home directory, empty at first.
        temporary: The folder for temporary files, empty at first.
        folder: Where the scripts run: a copy of the folder that they are in.
        original: That folder.
    """

    home: Path
    temporary: Path
    folder: Path
    original: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that say where home and temporary files are, and where tools are."""
        homes = dict.fromkeys(("HOME", "USERPROFILE"), str(self.home))
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(self.temporary))
        return {**_tools(), **homes, **temporary}

    def located(self, word: str) -> str:
        """Return a word of a command, which may be a path into the original, for this computer."""
        path = Path(word)
        if path.is_absolute() and path.is_relative_to(self.original):
            return str(self.folder / path.relative_to(self.original))
        return word

    def files_that_show(self, password: str) -> list[Path]:
        """Return the files, written since it was made, in which a password can be read."""
        began = self.home.parent.joinpath("began").stat().st_mtime_ns
        return [
            path
            for path in self._files()
            if _is_written_since(path, began) and _shows(path, password)
        ]

    def place_of(self, path: Path) -> str:
        """Say in words where a file is."""
        places = {
            self.home: "the home directory",
            self.temporary: "the folder for temporary files",
            self.folder: "the folder of the scripts",
        }
        for folder, said in places.items():
            if path.is_relative_to(folder):
                return said
        return str(path.parent)

    def _files(self) -> Iterator[Path]:
        for folder in (self.home, self.temporary, self.folder):
            yield from _all_in(folder)
        # A script need not ask where temporary files go.
        for there in {Path(tempfile.gettempdir()), Path("/tmp")}:  # noqa: S108
            with suppress(OSError):
                yield from there.glob("*")
                yield from there.glob("*/*")


@contextmanager
def machine(original: Path) -> Iterator[Machine]:
    """Make a computer for the scripts in a folder; leaving the context removes it.

    Args:
        original: The folder, which is copied and not changed.

    Raises:
        FolderTooLarge: It has over 100,000,000 bytes, so it is hardly a folder of scripts.
    """
    _check_size(original)
    with tempfile.TemporaryDirectory(prefix="kms-lab-", ignore_cleanup_errors=True) as root:
        home, temporary, folder = (Path(root, name) for name in ("home", "tmp", "work"))
        home.mkdir()
        temporary.mkdir()
        shutil.copytree(original, folder, symlinks=True, ignore=_only_at_the_top_of(original))
        for installed in (original / name for name in _INSTALLED):
            if installed.is_dir():
                folder.joinpath(installed.name).symlink_to(installed)
        Path(root, "began").touch()
        yield Machine(home, temporary, folder, original)


def _check_size(folder: Path) -> None:
    size = 0
    for path in _all_in(folder):
        size += path.lstat().st_size
        if size > MOST_BYTES:
            raise errors.FolderTooLarge(str(folder), MOST_BYTES)


def _all_in(folder: Path) -> Iterator[Path]:
    left_out = _only_at_the_top_of(folder)
    for place, folders, files in os.walk(folder):
        folders[:] = set(folders) - left_out(place, folders)
        yield from (Path(place, name) for name in files)


def _only_at_the_top_of(folder: Path) -> Callable[[str, list[str]], set[str]]:
    return lambda place, names: _LEFT_OUT & set(names) if Path(place) == folder else set()


def _is_written_since(path: Path, moment_ns: int) -> bool:
    with suppress(OSError):
        return path.is_file() and path.stat().st_mtime_ns >= moment_ns
    return False


def _shows(path: Path, password: str) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return bool(encodings_that_show(password, file.read(_MOST_READ)))
    return False


def _tools() -> Mapping[str, str]:
    places = {name: Path.home() / place for name, place in _TOOLS.items()}
    return {
        name: str(place)
        for name, place in places.items()
        if name not in os.environ and place.is_dir()
    }
