"""The command line of a script, with placeholders."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from kmsdemo.learners.errors import CommandUnusable

_OF_A_SHELL: Final = ("|", "&", ";", "<", ">")
_SCRIPT: Final = re.compile(
    r"[\w./\\~-]*\w\.(py|js|mjs|cjs|ts|sh|bash|rb|php|pl|go|jar|java|kts?|csx?|ps1|lua|rs|swift|r)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command line with placeholders, such as ``node encrypt.js {password} {key_id}``.

    It runs without a shell, so placeholders need no quotes.

    Attributes:
        text: The command line as given.
        words: The command line, split into arguments.
        placeholders: The names in braces.
    """

    text: str
    words: tuple[str, ...]
    placeholders: tuple[str, ...]

    @classmethod
    def read(cls, text: str, *placeholders: str, folder: Path) -> Command:
        """Parse a command line.

        Args:
            text: The command line, quoted as for a POSIX shell.
            placeholders: The names that must be in it.
            folder: Where it runs.

        Raises:
            CommandUnusable: A placeholder or a quote is missing, it needs a shell, or a program or
                a script in it does not exist or cannot be executed.
        """
        try:
            words = shlex.split(text)
            # Without posix, quoted operators keep their quotes.
            tokens = list(shlex.shlex(text, punctuation_chars="".join(_OF_A_SHELL)))
        except ValueError as error:
            raise CommandUnusable(text, f"it cannot be parsed: {error}") from error
        for fault in (
            *(f"it does not contain {{{name}}}" for name in _missing(words, placeholders)),
            _shell_fault(tokens),
            _program_fault(words, folder),
            *(_script_fault(word, folder) for word in words[1:]),
        ):
            if fault:
                raise CommandUnusable(text, fault)
        return cls(text, tuple(words), placeholders)

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """Return the arguments with values; leave out those whose placeholder has no value."""
        return [
            self._placeholder.sub(lambda found: values[found[1]], word)
            for word in self.words
            if all(name in values for name in self._placeholder.findall(word))
        ]

    @property
    def _placeholder(self) -> re.Pattern[str]:
        return re.compile("{(" + "|".join(map(re.escape, self.placeholders)) + ")}")


def _missing(words: Sequence[str], placeholders: Sequence[str]) -> list[str]:
    return [name for name in placeholders if not any(f"{{{name}}}" in word for word in words)]


def _shell_fault(tokens: Sequence[str]) -> str:
    """Say which operator of a shell is in it."""
    found = [token for token in tokens if set(token) <= set(_OF_A_SHELL)]
    return f"it contains {found[0]}, which needs a shell; put it into a script" if found else ""


def _program_fault(words: Sequence[str], folder: Path) -> str:
    program = words[0]
    if os.sep not in program:
        return "" if shutil.which(program) else f"the program {program} does not exist"
    path = folder / program
    if not path.is_file():
        return f"the program {program} does not exist{_similar(path)}"
    if not os.access(path, os.X_OK):
        return f"{program} is not executable; run chmod +x {program}"
    return ""


def _script_fault(word: str, folder: Path) -> str:
    path = folder / word
    if not _SCRIPT.fullmatch(word) or path.exists():
        return ""
    return f"the file {word} does not exist{_similar(path)}"


def _similar(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    others = [other.name for other in path.parent.iterdir()]
    found = get_close_matches(path.name, others, n=1)
    return f"; did you mean {found[0]}" if found else ""
