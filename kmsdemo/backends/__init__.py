"""Where AWS is. A backend is a module here; the rest of the house does not know which one runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from kmsdemo.backends.clients import Clients

NAMES = ("moto",)
DEFAULT = "moto"


class Backend(Protocol):
    """What the fixtures ask of a backend."""

    @property
    def divergences(self) -> Mapping[str, str]:
        """Names of scenarios that do not go as AWS documents them, each with the reason."""

    def account(self) -> AbstractContextManager[Clients]:
        """Give a scenario an account with nothing in it, and the clients to work in it."""

    def environment(self) -> Mapping[str, str]:
        """Return the ``AWS_…`` variables with which another program reaches the same account."""

    def advance(self, *, days: int) -> None:
        """Let days pass at AWS."""


def running(name: str) -> AbstractContextManager[Backend]:
    """Start the backend of this name; leaving the context stops it.

    Args:
        name: One of :data:`NAMES`.
    """
    module = import_module(f"kmsdemo.backends.{name}")
    return cast("Callable[[], AbstractContextManager[Backend]]", module.running)()
