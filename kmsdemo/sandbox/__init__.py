"""An AWS KMS in this process: moto, with the key states, policies and words of AWS.

:data:`mock_kms` brings it into tests; ``http`` serves it. Imports nothing of kmsdemo but itself.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, overload

from kmsdemo.sandbox.moto_check import UnknownMoto, check_moto

check_moto()  # before the imports that would fail without a word of explanation

from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.config import DefaultConfig  # noqa: E402
from moto.core.models import MockAWS  # noqa: E402

from kmsdemo.sandbox import clock  # noqa: E402
from kmsdemo.sandbox.kms import deletion  # noqa: E402
from kmsdemo.sandbox.moto_hook import HOOK  # noqa: E402

__all__ = ["MockKms", "UnknownMoto", "mock_kms"]

# A function, an async function or a class.
_Test = TypeVar("_Test", bound=Callable[..., Any])


# pytest passes them the test method, if they take it.
_FIXTURES_OF_PYTEST = ("setup_method", "teardown_method")


class MockKms(MockAWS):
    """One use of the sandbox: a context manager, and a decorator."""

    def __init__(self, config: DefaultConfig | None = None) -> None:
        super().__init__(config)
        # moto counts by class how often it was started: a start of our class would not count.
        self._moto = MockAWS(config)

    def start(self, reset: bool = True) -> None:
        """Start the sandbox and, if nobody has, moto: with empty accounts, at the real time."""
        is_new = HOOK.install()
        if is_new and reset:  # moto resets once for a test and its setup method
            _begin_again()
        self._moto.start(reset=reset)

    def stop(self, remove_data: bool = True) -> None:
        """Stop the sandbox and, if nobody else uses it, moto."""
        self._moto.stop(remove_data=remove_data)
        HOOK.remove()

    def __enter__(self) -> MockKms:
        self.start()
        return self

    def __call__(self, func: Any, reset: bool = True, remove_data: bool = True) -> Any:
        """Decorate a function, an async function or a class."""
        if inspect.iscoroutinefunction(func):
            return self._decorate_async(func, reset, remove_data)
        if getattr(func, "__name__", "") in _FIXTURES_OF_PYTEST:
            func = _with_optional_argument(func)
        return super().__call__(func, reset, remove_data)

    def _decorate_async(self, func: Any, reset: bool, remove_data: bool) -> Any:
        """Decorate an async function: moto's own decorator stops before its first line runs."""

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
        """Empty all accounts and set the clock to the real time, without a new start."""
        BackendDict.reset()
        _begin_again()

    @staticmethod
    def advance(*, days: float) -> None:
        """Let days pass; keys whose waiting period is over are gone for good.

        Args:
            days: How many, 0 or more; parts of days count.

        Raises:
            ValueError: The days are no number, negative, or lead past the year 9000.
        """
        clock.move(days)
        deletion.purge()


def _with_optional_argument(func: Any) -> Any:
    """Let a function ignore an argument more than it takes: pytest cannot see what moto wraps."""

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


def _begin_again() -> None:
    clock.reset()
    deletion.forget()
