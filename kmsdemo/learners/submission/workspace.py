"""An isolated place to run scripts: a copy of their folder, an empty home, a temporary folder."""

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

MAX_BYTES: Final = 100_000_000
_MAX_READ_BYTES = 1_000_000
# Installed packages are linked instead of copied, like folders whose name begins with a dot.
_INSTALLED = ("node_modules", "venv")
# Where tools look for installed packages, relative to the real home directory.
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
class Workspace:
    """An isolated place to run scripts.

    Attributes:
        home: The home directory, empty at first.
        temporary: The folder for temporary files, empty at first.
        folder: Where the scripts run: a copy of the folder that they are in.
        original: The folder that is copied.
    """

    home: Path
    temporary: Path
    folder: Path
    original: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for the home, the temporary folder and the installed tools."""
        homes = dict.fromkeys(("HOME", "USERPROFILE"), str(self.home))
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(self.temporary))
        return {**_tools(), **homes, **temporary}

    def located(self, word: str) -> str:
        """Return an argument; a path into the original folder becomes one into the copy."""
        path = Path(word)
        if path.is_absolute() and path.is_relative_to(self.original):
            return str(self.folder / path.relative_to(self.original))
        return word

    def files_containing(self, password: str, beside: Iterable[Path] = ()) -> list[Path]:
        """Return the files written since the workspace was created that contain the password.

        Args:
            password: The password.
            beside: Folders to search as well.
        """
        began = self.home.parent.joinpath("began").stat().st_mtime_ns
        return [
            path
            for path in chain(self._files(), *(folder.glob("*") for folder in beside))
            if _is_written_since(path, began) and _contains(path, password)
        ]

    def location_of(self, path: Path) -> str:
        """Describe in words where a file is."""
        places = {
            self.home: "the home directory",
            self.temporary: "the folder for temporary files",
            self.folder: "the folder of the scripts",
        }
        for folder, words in places.items():
            if path.is_relative_to(folder):
                return words
        return str(path.parent)

    def _files(self) -> Iterator[Path]:
        for folder in (self.home, self.temporary, self.folder):
            yield from _all_in(folder)
        # A script can ignore the variables for temporary files.
        for temporary in {Path(tempfile.gettempdir()), Path("/tmp")}:  # noqa: S108
            with suppress(OSError):
                yield from temporary.glob("*")
                yield from temporary.glob("*/*")


@contextmanager
def workspace(original: Path) -> Iterator[Workspace]:
    """Create a workspace for the scripts in a folder; leaving the context removes it.

    Args:
        original: The folder, which is copied and not changed.

    Raises:
        FolderUnusable: The folder cannot be copied, or has more than 100,000,000 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="kms-lab-", ignore_cleanup_errors=True) as root:
        home, temporary, folder = (Path(root, name) for name in ("home", "tmp", "work"))
        for place in (home, temporary, folder):
            place.mkdir()
        try:
            _copy(original, folder)
        except (OSError, shutil.Error) as error:
            raise FolderUnusable(str(original), str(error)) from error
        Path(root, "began").touch()
        yield Workspace(home, temporary, folder, original)


def _copy(original: Path, folder: Path) -> None:
    everything = set(original.iterdir())
    installed = set(filter(_is_installed, everything))
    ours = everything - installed
    sizes = (path.lstat().st_size for one in ours for path in _all_in(one))
    if any(size > MAX_BYTES for size in accumulate(sizes)):
        raise FolderUnusable(str(original), f"it has more than {MAX_BYTES:,} bytes")
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
    """Yield a file, or all files in a folder; do not follow links."""
    if not path.is_dir():
        yield path
    for place, _, files in os.walk(path):
        yield from (Path(place, name) for name in files)


def _is_written_since(path: Path, moment_ns: int) -> bool:
    with suppress(OSError):
        return path.is_file() and path.stat().st_mtime_ns >= moment_ns
    return False


def _contains(path: Path, password: str) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return bool(encodings_that_show(password, file.read(_MAX_READ_BYTES)))
    return False


def _tools() -> Mapping[str, str]:
    places = {name: Path.home() / place for name, place in _TOOLS.items()}
    return {
        name: str(place)
        for name, place in places.items()
        if name not in os.environ and place.is_dir()
    }
