"""Writes pages to files; replaces only a page that was written here before."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from kmsdemo import private_file
from kmsdemo.lesson.guide.errors import GuideUnwritable, HandoutsUnwritable

MARK: Final = "kmsdemo guide"
"""The mark that each page has, near its beginning."""
ENDINGS: Final = (".html", ".md")
_BEGINNING: Final = 400


def check(path: Path) -> None:
    """Check that a page can be written, before the run that it shows.

    Raises:
        GuideUnwritable: The ending is unknown, the folder is missing, or another file is there.
    """
    if path.suffix not in ENDINGS:
        raise GuideUnwritable(str(path), "it ends in neither .html nor .md")
    if path.is_dir():
        raise GuideUnwritable(str(path), "it is a folder")
    if not path.parent.is_dir():
        raise GuideUnwritable(str(path), f"there is no folder {path.parent}")
    if not _may_replace(path):
        raise GuideUnwritable(str(path), "another file with this name exists")


def check_is_html(path: Path) -> None:
    """Check that the file name of a page ends in .html.

    Raises:
        GuideUnwritable: It does not.
    """
    if path.suffix != ".html":
        raise GuideUnwritable(str(path), "a report is HTML")


def write(path: Path, text: str) -> None:
    """Write a page, in the place of an earlier one.

    Raises:
        GuideUnwritable: As :func:`check`; or the file cannot be written.
    """
    check(path)
    try:
        _replace(path.resolve(), text)
    except OSError as error:
        raise GuideUnwritable(str(path), error.strerror or "it cannot be written") from error


def _replace(path: Path, text: str) -> None:
    """Write a file completely or not at all; on failure, an earlier file remains."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def check_folder(folder: Path) -> None:
    """Check that hand-outs can be written into a folder, which need not exist yet.

    Raises:
        HandoutsUnwritable: Its parent is missing, it is a file, or it has files of others.
    """
    if not folder.parent.is_dir():
        raise HandoutsUnwritable(str(folder), f"there is no folder {folder.parent}")
    if folder.exists() and not folder.is_dir():
        raise HandoutsUnwritable(str(folder), "it is a file")
    others = folder.iterdir() if folder.exists() else ()
    if other := next((path for path in sorted(others) if not _may_replace(path)), None):
        raise HandoutsUnwritable(str(folder), f"it has another file, {other.name}")


def write_folder(folder: Path, pages: Mapping[str, str]) -> None:
    """Write pages into a folder, so that only its owner can read them.

    Args:
        folder: The folder; it is created if its parent exists.
        pages: The pages, by file name.

    Raises:
        HandoutsUnwritable: As :func:`check_folder`; or a file cannot be written.
    """
    check_folder(folder)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, text in pages.items():
            private_file.write(folder / name, text)
    except OSError as error:
        raise HandoutsUnwritable(str(folder), error.strerror or "it cannot be written") from error


def _may_replace(path: Path) -> bool:
    """Return whether the file does not exist or is one of our pages."""
    if not path.exists() and not path.is_symlink():
        return True
    try:
        with path.open(encoding="utf-8") as file:
            return MARK in file.read(_BEGINNING)
    except (OSError, UnicodeDecodeError):
        return False
