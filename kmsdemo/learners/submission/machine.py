"""A computer of its own for scripts, as far as they can tell: its home, its temporary files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Final

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.learners.errors import FolderUnusable

MOST_BYTES: Final = 100_000_000
_MOST_READ = 1_000_000
# What others have installed, like the folders with a dot: it is there, and not copied.
_INSTALLED = ("node_modules", "venv")
# Where tools look for what is installed, if it is not in the home directory that they are given.
_TOOLS = {
    "PYTHONUSERBASE": ".local",
    "PYENV_ROOT": ".pyenv",
    "NVM_DIR": ".nvm",
    "ASDF_DATA_DIR": ".asdf",
    "RBENV_ROOT": ".rbenv",
    "GOPATH": "go",
    "GOCACHE": ".cache/go-build",
    "GRADLE_USER_HOME": ".gradle",
    "UV_CACHE_DIR": ".cache/uv",
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

    def files_that_show(self, password: str, beside: Iterable[Path] = ()) -> list[Path]:
        """Return the files, written since it was made, in which a password can be read.

        Args:
            password: What must not be there.
            beside: Folders to look into, beside those of this computer.
        """
        began = self.home.parent.joinpath("began").stat().st_mtime_ns
        return [
            path
            for path in chain(self._files(), *(folder.glob("*") for folder in beside))
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
        FolderUnusable: It cannot be copied, or has more than 100,000,000 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="kms-lab-", ignore_cleanup_errors=True) as root:
        home, temporary, folder = (Path(root, name) for name in ("home", "tmp", "work"))
        for place in (home, temporary, folder):
            place.mkdir()
        try:
            _copy(original, folder)
        except (OSError, shutil.Error) as error:
            raise FolderUnusable(str(original), f"it cannot be copied: {error}") from error
        Path(root, "began").touch()
        yield Machine(home, temporary, folder, original)


def _copy(original: Path, folder: Path) -> None:
    everything = set(original.iterdir())
    installed = set(filter(_is_installed, everything))
    ours = everything - installed
    sizes = (path.lstat().st_size for one in ours for path in _all_in(one))
    if any(size > MOST_BYTES for size in accumulate(sizes)):
        raise FolderUnusable(str(original), f"it has more than {MOST_BYTES:,} bytes")
    for path in installed:
        folder.joinpath(path.name).symlink_to(path)
    for path in ours:
        if path.is_dir():
            shutil.copytree(path, folder / path.name, symlinks=True)
        else:
            shutil.copy2(path, folder / path.name, follow_symlinks=False)


def _is_installed(path: Path) -> bool:
    return path.is_dir() and (path.name.startswith(".") or path.name in _INSTALLED)


def _all_in(path: Path) -> Iterator[Path]:
    """Yield a file, or all files in a folder, where links lead nowhere."""
    if not path.is_dir():
        yield path
    for place, _, files in os.walk(path):
        yield from (Path(place, name) for name in files)


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
