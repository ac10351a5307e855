"""What a sandbox that listens has heard: the last AWS calls of each account, without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.http.dispatcher import ServedCall

MOST_KEPT: Final = 50
OBSERVER: Final = "kmsdemo-console"
"""The application id, in the user agent, of callers that are not heard."""
# What a call is about; nothing of what it carries.
_TELLING: Final = (
    "KeyId",
    "AliasName",
    "TargetKeyId",
    "PendingWindowInDays",
    "TableName",
    "UserName",
    "PolicyName",
)


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call.

    Attributes:
        moment: When, by the sandbox's clock.
        caller: The IAM user, the role's session, or ``root``.
        region: Such as ``us-east-1``.
        service: Such as ``kms``.
        operation: Such as ``ScheduleKeyDeletion``.
        about: The parameters that name something.
        error: AWS's code; empty where the call succeeded.
    """

    moment: datetime
    caller: str
    region: str
    service: str
    operation: str
    about: Mapping[str, str]
    error: str


class CallLog:
    """Keeps the last calls of each account."""

    def __init__(self) -> None:
        # By account, the newest first; a reader in another thread has a whole one, old or new.
        self._calls: dict[str, tuple[LoggedCall, ...]] = {}
        self._count: Counter[str] = Counter()

    def note(self, served: ServedCall) -> None:
        """Keep a call under the account that made it."""
        if f"app/{OBSERVER}" in served.user_agent:
            return
        call, account = served.call, served.call.account
        heard = LoggedCall(
            moment=clock.now(account),
            caller=_named(served.caller_arn),
            region=call.region,
            service=served.service,
            operation=call.operation,
            about={
                name: str(call.parameters[name]) for name in _TELLING if name in call.parameters
            },
            error=served.error,
        )
        self._calls[account] = (heard, *self._calls.get(account, ()))[:MOST_KEPT]
        self._count[account] += 1

    @property
    def accounts(self) -> list[str]:
        """The accounts that called, each twelve digits."""
        return sorted(self._count)

    def calls(self, account: str) -> Sequence[LoggedCall]:
        """Return the last calls of an account, the newest first."""
        return self._calls.get(account, ())

    def region(self, account: str) -> str:
        """Return the Region of an account's last call; the lab's where there was none."""
        calls = self.calls(account)
        return calls[0].region if calls else "us-east-1"

    def count(self, account: str) -> int:
        """Return how many calls an account has made."""
        return self._count[account]


def _named(arn: str) -> str:
    """Return what a principal is called in its account: ``ben``, ``assumed-role/ROLE/SESSION``."""
    resource = arn.rpartition(":")[2]
    return resource.rpartition("/")[2] if resource.startswith("user/") else resource


def _about(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: str(parameters[name]) for name in _TELLING if name in parameters}
