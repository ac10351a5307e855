"""An AWS account to work in: the clients of a caller, and the variables that say who and where.

Imports the library, and nothing else of kmsdemo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsdemo.account.clients import Clients


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a scenario works in.

    Attributes:
        clients: The clients of the caller.
        key_ids: Returns the ids of the keys that the scenario made.
        suffix: What the lab's names end with, where others have the same names.
    """

    clients: Clients
    key_ids: Callable[[], Iterable[str]]
    suffix: str = ""

    def named(self, name: str) -> str:
        """Return what the lab's table, alias or user of this name is called here."""
        return f"{name}{self.suffix}"
