"""The root of the tree: what happened and what to do, in a line each."""

from __future__ import annotations

from typing import ClassVar


class KmsdemoError(Exception):
    """The root of the tree: everything that this library raises on purpose."""

    _what: ClassVar[str]
    _next_step: ClassVar[str]

    @property
    def what(self) -> str:
        """What happened, and to which key or table: one line."""
        return self._what.format(**vars(self))

    @property
    def next_step(self) -> str:
        """What to do about it: one line."""
        return self._next_step.format(**vars(self))

    def __str__(self) -> str:
        return f"{self.what}\n{self.next_step}"


class WrongUsage(KmsdemoError):
    """Nothing was done, because what was asked for cannot be meant."""
