"""An isolated place to run scripts: a copy of their folder, an empty home, a temporary folder."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Final

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.learners.errors import FolderUnusable
from kmsdemo.learners.submission import isolation

MAX_BYTES: Final = 100_000_000
# Installed packages and the history are linked instead of copied.
_INSTALLED = ("node_modules", "venv", ".venv", "env", ".git", ".tox")
_PROFILE = re.compile(r"profile\w*\W{1,6}([\w.-]+)", re.IGNORECASE)
_PROFILE_VARIABLE = re.compile(r"AWS_(?:DEFAULT_)?PROFILE")
_MAX_SCRIPT_BYTES = 1_000_000
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
_AWS_FILES = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
_DEFAULT = "default"
# The tools among them that a run writes to.
_CACHES = ("GOPATH", "GOCACHE", "GRADLE_USER_HOME", "UV_CACHE_DIR", "CARGO_HOME", "NUGET_PACKAGES")


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
    def root(self) -> Path:
        """The folder that contains all of them."""
        return self.home.parent

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for the home, the temporary folder and the installed tools."""
        homes = dict.fromkeys(("HOME", "USERPROFILE"), str(self.home))
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(self.temporary))
        return {**_tools(), **homes, **temporary}

    @property
    def caches(self) -> list[Path]:
        """The folders that compilers and package managers of the user write to."""
        return [Path(place) for name, place in _tools().items() if name in _CACHES]

    def configure_aws(self, access_key_id: str, secret_access_key: str) -> dict[str, str]:
        """Write AWS configuration with each profile that a script names.

        A script that takes the name of its profile from a variable gets one that is there; others
        get no such variable, since some SDKs warn that it hides the access key beside it.

        Returns:
            The environment variables that lead to it.
        """
        texts = list(self._texts())
        settings = (
            f"aws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}\n"
            "region = us-east-1\n"
        )
        names = sorted({_DEFAULT, *_found(_PROFILE, texts)})
        folder = self.home / ".aws"
        folder.mkdir(exist_ok=True)
        for file in _AWS_FILES.values():
            prefix = "profile " if file == "config" else ""
            sections = (f"[{'' if name == _DEFAULT else prefix}{name}]\n" for name in names)
            text = "\n".join(section + settings for section in sections)
            (folder / file).write_text(text, encoding="utf-8")
        files = {name: str(folder / file) for name, file in _AWS_FILES.items()}
        return {**files, **dict.fromkeys(_found(_PROFILE_VARIABLE, texts), _DEFAULT)}

    def with_copies(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Copy the AWS configuration that variables name: scripts see no temporary folder of ours.

        Returns:
            The variables, with the paths of the copies.
        """
        folder = self.home / ".aws"
        folder.mkdir(exist_ok=True)
        copied = {}
        for name, file in _AWS_FILES.items():
            with suppress(OSError, KeyError):
                copied[name] = str(shutil.copy(variables[name], folder / file))
        return {**variables, **copied}

    def _texts(self) -> Iterator[str]:
        """Yield the text of each script, and of what else may be one."""
        for path in _all_in(self.folder):
            with suppress(OSError, UnicodeDecodeError):
                if path.stat().st_size <= _MAX_SCRIPT_BYTES:
                    yield path.read_text(encoding="utf-8")

    def located(self, word: str) -> str:
        """Return an argument; a path into the original folder becomes one into the copy."""
        path = Path(word)
        if path.is_absolute() and path.is_relative_to(self.original):
            return str(self.folder / path.relative_to(self.original))
        return word

    @property
    def began_ns(self) -> int:
        """When it was created, by the clock of the file system."""
        return (self.root / "began").stat().st_ctime_ns

    @property
    def places(self) -> Iterator[Path]:
        """The folders that a script which runs in it can write to."""
        yield from (self.home, self.temporary, self.folder, *self.caches)
        yield from isolation.temporary_folders()
        if not isolation.has_namespaces():
            yield self.original

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


def files_containing(
    workspaces: Iterable[Workspace], passwords: Collection[str], beside: Iterable[Path]
) -> list[Path]:
    """Return the files written since workspaces were created that contain a password.

    When a file was written is told by the date that no program can set, that of the last change
    of its inode. A place that several workspaces can write to is searched once: the caches of
    compilers and package managers have a hundred thousand files.

    Args:
        workspaces: The workspaces, the oldest one first.
        passwords: The passwords.
        beside: Files and folders to search as well.
    """
    began: dict[Path, int] = {}
    for one in workspaces:
        for place in chain(one.places, beside):
            began.setdefault(place, one.began_ns)
    return [
        path
        for place, moment in began.items()
        for path in _written_since(place, moment)
        if _contains(path, passwords)
    ]


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
        _begin(Path(root))
        yield Workspace(home, temporary, folder, original)


def _begin(root: Path) -> None:
    """Record the time, and wait until the clock of the file system is past it."""
    began, later = root / "began", root / "later"
    began.touch()
    while True:
        later.touch()
        if later.stat().st_ctime_ns > began.stat().st_ctime_ns:
            return


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
    return path.is_dir() and (path.name in _INSTALLED or (path / "pyvenv.cfg").exists())


def _all_in(path: Path) -> Iterator[Path]:
    """Yield a file, or all files in a folder; do not follow links."""
    if not path.is_dir():
        yield path
    for place, _, files in os.walk(path):
        yield from (Path(place, name) for name in files)


def _written_since(place: Path, moment_ns: int) -> Iterator[Path]:
    for one in _entries(place) if place.is_dir() else [place]:
        with suppress(OSError):
            if one.is_file() and one.stat().st_ctime_ns > moment_ns:
                yield Path(one)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield all files in a folder as the system lists them, which costs the least for each."""
    folders = [os.fspath(folder)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    yield entry


def _contains(path: Path, passwords: Collection[str]) -> bool:
    with suppress(OSError), path.open("rb") as file:
        content = file.read(isolation.MAX_FILE_BYTES)
        return any(encodings_that_show(password, content) for password in passwords)
    return False


def _found(pattern: re.Pattern[str], texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in pattern.findall(text)}


def _tools() -> Mapping[str, str]:
    places = {name: Path.home() / place for name, place in _TOOLS.items()}
    return {
        name: str(place)
        for name, place in places.items()
        if name not in os.environ and place.is_dir()
    }
