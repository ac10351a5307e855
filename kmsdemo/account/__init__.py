"""Access to an AWS account: boto3 clients of a caller, and the ``AWS_…`` environment variables.

Imports the library only.
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
        key_ids: Returns the ids of the keys that the scenario created.
        suffix: The end of every resource name, which makes it unique in a shared account.
    """

    clients: Clients
    key_ids: Callable[[], Iterable[str]]
    suffix: str = ""

    def resource_name(self, name: str) -> str:
        """Return the name of a table, an alias or an IAM user in this account, with the suffix."""
        return f"{name}{self.suffix}"
