"""The backends: where AWS is. Everything else works on every backend.

Each module here is a backend, except ``divergences`` and ``errors``. It has two functions, both
with the :class:`Options` of the run: ``announcement`` returns the text to print before the run, or
raises an error if the run is impossible; ``running`` is a context manager that yields a
:class:`Backend`. Imports ``shared_account``, ``account``, ``sandbox`` and the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import Field, dataclass, field, fields
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol, cast

from kmsdemo.backends.errors import OptionOfAnotherBackend

if TYPE_CHECKING:
    from types import ModuleType

    from kmsdemo.account import Account
    from kmsdemo.sandbox.trail.records import ServedCall

_OTHER_MODULES = ("divergences", "errors")
NAMES = tuple(
    sorted(module.name for module in iter_modules(__path__) if module.name not in _OTHER_MODULES)
)
DEFAULT = "moto"


def _option(backend: str, default: Any, metavar: str | None, text: str) -> Any:
    metadata = {"backend": backend, "metavar": metavar, "help": f"{backend}: {text}"}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of backends, on the command lines of pytest and ``kmsdemo lab``.

    Attributes:
        endpoint_url: The URL of the backend ``endpoint``.
        emulator: The name of an emulator in the table of divergences.
        aws_account: The account id, 12 digits.
        aws_settle: How long a change to a key takes to propagate, in seconds.
        aws_in_ci: Whether a run in CI can use a real account.
    """

    endpoint_url: str | None = _option("endpoint", None, "URL", "its URL")
    emulator: str | None = _option(
        "endpoint", None, "NAME", "its name, such as ministack; expect its known differences"
    )
    aws_account: str | None = _option(
        "aws", None, "ID", "the account id (12 digits); the credentials must belong to this account"
    )
    aws_settle: float = _option(
        "aws", 3.0, "SECONDS", "how long a change to a key takes to propagate"
    )
    aws_in_ci: bool = _option("aws", False, None, "use a real account in CI")

    @classmethod
    def read(cls, value_of: Callable[[str], Any]) -> Options:
        """Return the options.

        Args:
            value_of: Returns the value of an option, given its name.
        """
        return cls(**{option.name: value_of(option.name) for option in fields(cls)})

    def as_arguments(self) -> list[str]:
        """Return the options as arguments of pytest."""
        given = {flag(option.name): value for option, value in self._given()}
        return [name if value is True else f"{name}={value}" for name, value in given.items()]

    def validate_for(self, backend: str) -> None:
        """Check that every option that is set belongs to the chosen backend.

        Args:
            backend: One of :data:`NAMES`.

        Raises:
            OptionOfAnotherBackend: An option of another backend is set.
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
    """Return the flag of an option on the command line, such as ``--endpoint-url``."""
    return f"--{name.replace('_', '-')}"


class Backend(Protocol):
    """What the fixtures need from a backend."""

    @property
    def name(self) -> str:
        """The name of the backend in the table of divergences."""

    @property
    def unsupported_tags(self) -> Mapping[str, str]:
        """Tags of the scenarios that cannot run here, each with the reason."""

    @property
    def cleanup_description(self) -> str:
        """What happens to the resources of the scenarios, as a clause such as "all are deleted"."""

    def account(self) -> AbstractContextManager[Account]:
        """Yield an account for a scenario; leaving the context removes what it created there."""

    def subprocess_environment(self) -> AbstractContextManager[Mapping[str, str]]:
        """Yield the environment variables with which other programs use the same account."""

    def watched_environment(
        self,
    ) -> AbstractContextManager[tuple[Mapping[str, str], Sequence[ServedCall]]]:
        """Yield variables for one program at a time, and the calls that it makes.

        The calls stay empty where the tag ``watched`` is unsupported.
        """

    def wrong_plaintexts(self) -> AbstractContextManager[None]:
        """Let AWS KMS answer each Decrypt with another plaintext, inside the context.

        Raises:
            NotImplementedError: The tag ``watched`` is unsupported.
        """

    def advance(self, *, days: int) -> None:
        """Move the clock of the backend forward.

        Raises:
            NotImplementedError: The backend has no clock that can be moved.
        """


def announcement(name: str, options: Options) -> str:
    """Return the text to print before a run on this backend; it can be empty.

    Args:
        name: One of :data:`NAMES`.
        options: The options of the run.

    Raises:
        KmsdemoError: The run is impossible.
    """
    options.validate_for(name)
    return str(_module(name).announcement(options))


def running(name: str, options: Options) -> AbstractContextManager[Backend]:
    """Start the backend of this name; leaving the context stops it.

    Args:
        name: One of :data:`NAMES`.
        options: The options of the run.

    Raises:
        KmsdemoError: The run is impossible.
        LeftBehind: On leaving, if something that the run created could not be removed.
    """
    return cast("AbstractContextManager[Backend]", _module(name).running(options))


def _module(name: str) -> ModuleType:
    return import_module(f"kmsdemo.backends.{name}")
