"""An AWS KMS in this process: moto, with the key states, policies and words of AWS.

:class:`mock_kms` brings it into tests; ``http`` serves it. Imports nothing of kmsdemo but itself.
"""

from __future__ import annotations

from kmsdemo.sandbox.moto_check import UnknownMoto, check_moto

check_moto()  # before the imports that would fail without a word of explanation

from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.config import DefaultConfig  # noqa: E402
from moto.core.models import MockAWS  # noqa: E402

from kmsdemo.sandbox import clock  # noqa: E402
from kmsdemo.sandbox.kms import deletion  # noqa: E402
from kmsdemo.sandbox.moto_hook import HOOK  # noqa: E402

__all__ = ["UnknownMoto", "mock_kms"]


class mock_kms(MockAWS):  # noqa: N801, it is used like mock_aws
    """moto's ``mock_aws``, with AWS KMS as AWS documents it.

    A context manager, and a decorator for functions and test classes::

        with mock_kms() as sandbox:
            ...
            sandbox.advance(days=30)
    """

    def __init__(self, config: DefaultConfig | None = None) -> None:
        super().__init__(config)
        # moto counts by class how often it was started: a start of our class would not count.
        self._moto = MockAWS(config)

    def start(self, reset: bool = True) -> None:
        """Start the sandbox and, if nobody has, moto: with empty accounts, at the real time."""
        if HOOK.install():
            _begin_again()
        self._moto.start(reset=reset)

    def stop(self, remove_data: bool = True) -> None:
        """Stop the sandbox and, if nobody else uses it, moto."""
        self._moto.stop(remove_data=remove_data)
        HOOK.remove()

    def __enter__(self) -> mock_kms:
        self.start()
        return self

    @staticmethod
    def empty() -> None:
        """Empty all accounts and set the clock to the real time, without a new start."""
        BackendDict.reset()
        _begin_again()

    @staticmethod
    def advance(*, days: float, account: str | None = None) -> None:
        """Let days pass; keys whose waiting period is over are gone for good.

        Args:
            days: How many, 0 or more; parts of days count.
            account: Where they pass, twelve digits; by default everywhere.

        Raises:
            ValueError: The days are negative, or more than a hundred years in all.
        """
        clock.move(days, account)
        deletion.look_again()


def _begin_again() -> None:
    clock.reset()
    deletion.forget()
