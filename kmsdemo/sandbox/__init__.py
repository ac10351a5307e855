"""The sandbox: an emulator of AWS KMS in this process, built on moto.

:data:`mock_kms` is for tests; ``http`` is the server. Imports nothing else of kmsdemo. Of
the modules directly here, ``moto_hook`` imports the folders; the folders import the others.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, overload

from kmsdemo.sandbox.moto_check import UnknownMoto, check_moto

check_moto()  # before the imports, which fail without an explanation

from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.config import DefaultConfig  # noqa: E402
from moto.core.models import MockAWS  # noqa: E402

from kmsdemo.sandbox import clock  # noqa: E402
from kmsdemo.sandbox.kms import deletion  # noqa: E402
from kmsdemo.sandbox.moto_hook import HOOK  # noqa: E402
from kmsdemo.sandbox.trail import history  # noqa: E402

__all__ = ["MockKms", "UnknownMoto", "mock_kms"]

# A function, an async function or a class.
_Test = TypeVar("_Test", bound=Callable[..., Any])


# pytest calls them with the test method if they have a parameter for it.
_PYTEST_METHODS = ("setup_method", "teardown_method")


class MockKms(MockAWS):
    """The sandbox as a context manager and a decorator."""

    def __init__(self, config: DefaultConfig | None = None) -> None:
        super().__init__(config)
        # moto counts its starts for each class, so that only MockAWS itself counts.
        self._moto = MockAWS(config)

    def start(self, reset: bool = True) -> None:
        """Start the sandbox with empty accounts and the real time, and moto unless it runs.

        Args:
            reset: Whether to empty the accounts and set the clock to the real time.
        """
        is_new = HOOK.install()
        if is_new and reset:  # moto resets once for a test and its setup method
            _forget()
        self._moto.start(reset=reset)

    def stop(self, remove_data: bool = True) -> None:
        """Stop the sandbox; stop moto unless other mocks use it.

        Args:
            remove_data: Whether to empty the accounts.
        """
        self._moto.stop(remove_data=remove_data)
        HOOK.remove()

    def __enter__(self) -> MockKms:
        self.start()
        return self

    def __call__(self, func: Any, reset: bool = True, remove_data: bool = True) -> Any:
        """Decorate a function, an async function or a class."""
        if inspect.iscoroutinefunction(func):
            return self._decorate_async(func, reset, remove_data)
        if getattr(func, "__name__", "") in _PYTEST_METHODS:
            func = _with_optional_argument(func)
        return super().__call__(func, reset, remove_data)

    def _decorate_async(self, func: Any, reset: bool, remove_data: bool) -> Any:
        """Decorate an async function: moto's own decorator stops moto before the function runs."""

        @functools.wraps(func)
        async def decorated(*args: Any, **kwargs: Any) -> Any:
            self.start(reset=reset)
            try:
                return await func(*args, **kwargs)
            finally:
                self.stop(remove_data=remove_data)

        return decorated

    @staticmethod
    def empty() -> None:
        """Empty all accounts and set the clock to the real time, without a restart."""
        BackendDict.reset()
        _forget()

    @staticmethod
    def advance(*, days: float, account: str | None = None) -> None:
        """Move the clock forward, and delete the keys whose waiting period ends.

        Args:
            days: The number of days, 0 or more; fractions count.
            account: The account whose clock moves, twelve digits; by default the clocks of all.

        Raises:
            ValueError: The days are negative or not a number, or the clock would be more than
                36,500 days ahead of the real time.
        """
        clock.move(days, account)
        deletion.purge_all()


def _with_optional_argument(func: Any) -> Any:
    """Let a function ignore surplus arguments: pytest cannot inspect what moto wraps."""

    @functools.wraps(func)
    def called(*args: Any) -> Any:
        return func(*args[: func.__code__.co_argcount])

    return called


class _MockKmsFunction:
    """``mock_kms``, with or without parentheses, as moto's ``mock_aws``."""

    empty = staticmethod(MockKms.empty)
    advance = staticmethod(MockKms.advance)

    @overload
    def __call__(self, func: _Test) -> _Test: ...

    @overload
    def __call__(self, func: None = None, config: DefaultConfig | None = None) -> MockKms: ...

    def __call__(self, func: Any = None, config: DefaultConfig | None = None) -> Any:
        mocked = MockKms(config)
        return mocked if func is None else mocked(func)


mock_kms = _MockKmsFunction()
"""moto's ``mock_aws``, with AWS KMS as AWS documents it.

A context manager, and a decorator for functions, async functions and test classes::

    @mock_kms
    def test_a_key(): ...


    with mock_kms() as sandbox:
        ...
        sandbox.advance(days=30)
"""


def _forget() -> None:
    HOOK.empty()
    clock.reset()
    deletion.forget()
    history.forget()
