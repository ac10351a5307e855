"""The command line of a script, with placeholders."""

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
    def read(cls, text: str, *placeholders: str) -> Command:
        """Parse a command line.

        Args:
            text: The command line, quoted as for a POSIX shell.
            placeholders: The names that must be in it.

        Raises:
            CommandUnusable: A placeholder or a quote is missing, or the program does not exist.
        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise CommandUnusable(text, f"it cannot be parsed: {error}") from error
        for name in placeholders:
            if not any(f"{{{name}}}" in word for word in words):
                raise CommandUnusable(text, f"it does not contain {{{name}}}")
        if not shutil.which(words[0]):
            raise CommandUnusable(text, f"the program {words[0]} does not exist")
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
