"""The base class of all errors: one line for what happened, one for what to do next."""

from __future__ import annotations

from typing import ClassVar

from kmsdemo.printable import printable


class KmsdemoError(Exception):
    """The base class of every error that kmsdemo raises."""

    _what: ClassVar[str]
    _next_step: ClassVar[str]

    @property
    def what(self) -> str:
        """What happened, and to which key or table, in one line."""
        return self._filled(self._what)

    @property
    def next_step(self) -> str:
        """What to do next, in one line."""
        return self._filled(self._next_step)

    def _filled(self, text: str) -> str:
        """Return a text with the fields filled in; control characters in them are escaped."""
        fields = {
            name: printable(value) if isinstance(value, str) else value
            for name, value in vars(self).items()
        }
        return text.format(**fields)

    def __str__(self) -> str:
        return f"{self.what}\n{self.next_step}"


class WrongUsage(KmsdemoError):
    """The options contradict each other or are incomplete; nothing was done."""
