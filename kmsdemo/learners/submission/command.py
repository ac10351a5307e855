"""How a script is called: a command line with placeholders."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from kmsdemo.learners.errors import CommandUnusable


@dataclass(frozen=True, slots=True)
class Command:
    """A command line with placeholders, such as ``node encrypt.js {password} {key_id}``.

    It runs without a shell: each placeholder is filled in as it is, and needs no quotes.

    Attributes:
        text: The command line as it was given.
        words: The same, word by word.
        placeholders: The names that stand in braces.
    """

    text: str
    words: tuple[str, ...]
    placeholders: tuple[str, ...]

    @classmethod
    def read(cls, text: str, *placeholders: str) -> Command:
        """Return the command that a text is.

        Args:
            text: The command line, quoted as for a POSIX shell.
            placeholders: The names that must be in it.

        Raises:
            CommandUnusable: A placeholder or a quote is missing, or there is no such program.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise CommandUnusable(text, f"it cannot be read: {error}") from error
        for name in placeholders:
            if not any(f"{{{name}}}" in word for word in words):
                raise CommandUnusable(text, f"{{{name}}} is not in it")
        if not shutil.which(words[0]):
            raise CommandUnusable(text, f"there is no program {words[0]} to execute")
        return cls(text, tuple(words), placeholders)

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """Return the words of a call; those with a placeholder that has no value are left out."""
        return [
            self._placeholder.sub(lambda found: values[found[1]], word)
            for word in self.words
            if all(name in values for name in self._placeholder.findall(word))
        ]

    @property
    def _placeholder(self) -> re.Pattern[str]:
        return re.compile("{(" + "|".join(map(re.escape, self.placeholders)) + ")}")
