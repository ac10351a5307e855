"""Where AWS is. The rest of the house does not know which backend runs.

Each module here is a backend, except ``divergences`` and ``errors``. It has two functions, both
given the :class:`Options` of the run: ``announcement``, which returns what is said before anything
is done, or raises one of our errors where nothing can be done; and ``running``, a context manager
that yields a :class:`Backend`. Imports ``shared_account``, ``account``, ``sandbox`` and the
library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import Field, dataclass, field, fields
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol, cast

from kmsdemo.backends.errors import OptionOfAnotherBackend

if TYPE_CHECKING:
    from types import ModuleType

    from kmsdemo.account import Account

_NO_BACKENDS = ("divergences", "errors")
NAMES = tuple(
    sorted(module.name for module in iter_modules(__path__) if module.name not in _NO_BACKENDS)
)
DEFAULT = "moto"


def _option(backend: str, default: Any, metavar: str | None, text: str) -> Any:
    metadata = {"backend": backend, "metavar": metavar, "help": f"{backend}: {text}"}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Options:
    """What a backend can be told; the command lines of pytest and of ``kmsdemo lab`` offer it."""

    endpoint_url: str | None = _option("endpoint", None, "URL", "where it listens")
    emulator: str | None = _option(
        "endpoint", None, "NAME", "whose known differences from AWS to expect, such as ministack"
    )
    aws_account: str | None = _option(
        "aws", None, "ID", "the twelve digits of the account, which AWS must confirm"
    )
    aws_settle: float = _option(
        "aws", 3.0, "SECONDS", "how long a change to a key may take to be seen everywhere"
    )
    aws_in_ci: bool = _option("aws", False, None, "work in a real account although this is CI")

    @classmethod
    def read(cls, value_of: Callable[[str], Any]) -> Options:
        """Return options, each asked for by its name."""
        return cls(**{option.name: value_of(option.name) for option in fields(cls)})

    def as_arguments(self) -> list[str]:
        """Return what gives these options to pytest."""
        given = {flag(option.name): value for option, value in self._given()}
        return [name if value is True else f"{name}={value}" for name, value in given.items()]

    def refuse_others(self, backend: str) -> None:
        """Take care that nobody believes to be elsewhere than on this backend.

        Raises:
            OptionOfAnotherBackend: An option is given that this backend does not know.
        """
        for option, _ in self._given():
            if option.metadata["backend"] != backend:
                raise OptionOfAnotherBackend(flag(option.name), option.metadata["backend"], backend)

    def _given(self) -> Iterator[tuple[Field[Any], Any]]:
        for option in fields(self):
            value = getattr(self, option.name)
            if value != option.default:
                yield option, value


def flag(name: str) -> str:
    """Return an option's name as a command line has it: ``--endpoint-url``."""
    return f"--{name.replace('_', '-')}"


class Backend(Protocol):
    """What the fixtures ask of a backend."""

    @property
    def name(self) -> str:
        """The emulator, as the table of divergences knows it."""

    @property
    def lacks(self) -> Mapping[str, str]:
        """Tags of scenarios that cannot be run here, each with the reason."""

    @property
    def afterwards(self) -> str:
        """What becomes of what scenarios made, as the end of a sentence."""

    def account(self) -> AbstractContextManager[Account]:
        """Give a scenario an account, and afterwards remove what it made there."""

    def subprocess_environment(self) -> AbstractContextManager[Mapping[str, str]]:
        """Give other programs the variables with which they reach the account as it now is."""

    def advance(self, *, days: int) -> None:
        """Let days pass at AWS."""


def announcement(name: str, options: Options) -> str:
    """Return what is said before a run on this backend; empty where there is nothing to say.

    Args:
        name: One of :data:`NAMES`.
        options: What it is told.

    Raises:
        KmsdemoError: It cannot be run there.
    """
    options.refuse_others(name)
    return str(_module(name).announcement(options))


def running(name: str, options: Options) -> AbstractContextManager[Backend]:
    """Start the backend of this name; leaving the context stops it.

    Args:
        name: One of :data:`NAMES`.
        options: What it is told.

    Raises:
        KmsdemoError: It cannot be run there.
        LeftBehind: On leaving, where something that was made could not be removed.
    """
    return cast("AbstractContextManager[Backend]", _module(name).running(options))


def _module(name: str) -> ModuleType:
    return import_module(f"kmsdemo.backends.{name}")
