"""The call log: the last AWS calls of each account, without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.http.dispatcher import ServedCall

MAX_CALLS: Final = 50
"""How many calls are kept, of each account."""
OBSERVER: Final = "kmsdemo-console"
"""The application id, in the user agent, of callers that are not logged."""
# These parameters name resources; others may contain secrets.
_LOGGED_PARAMETERS: Final = (
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
        moment: The time, by the account's clock.
        caller: The IAM user, the session, or ``root``.
        region: Such as ``us-east-1``.
        service: Such as ``kms``.
        operation: Such as ``ScheduleKeyDeletion``.
        about: The parameters that name resources.
        error: AWS's error code; empty if the call succeeded.
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
        # By account, newest first; tuples, because threads read them without a lock.
        self._calls: dict[str, tuple[LoggedCall, ...]] = {}
        self._count: Counter[str] = Counter()

    def record(self, served: ServedCall) -> None:
        """Add a call to the log of the caller's account."""
        if f"app/{OBSERVER}" in served.user_agent:
            return
        call, account = served.call, served.call.account
        logged = LoggedCall(
            moment=clock.now(account),
            caller=_caller_name(served.caller_arn),
            region=call.region,
            service=served.service,
            operation=call.operation,
            about=_resources(call.parameters),
            error=served.error,
        )
        self._calls[account] = (logged, *self._calls.get(account, ()))[:MAX_CALLS]
        self._count[account] += 1

    @property
    def accounts(self) -> list[str]:
        """The accounts that have made calls, each twelve digits."""
        return sorted(self._count)

    def calls(self, account: str) -> Sequence[LoggedCall]:
        """Return the last calls of an account, newest first."""
        return self._calls.get(account, ())

    def region(self, account: str) -> str:
        """Return the Region of an account's last call; ``us-east-1`` before the first."""
        calls = self.calls(account)
        return calls[0].region if calls else "us-east-1"

    def count(self, account: str) -> int:
        """Return how many calls an account has made."""
        return self._count[account]


def _caller_name(arn: str) -> str:
    """Return the name of a principal in its account: ``ben``, ``assumed-role/ROLE/SESSION``."""
    resource = arn.rpartition(":")[2]
    return resource.rpartition("/")[2] if resource.startswith("user/") else resource


def _resources(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: str(parameters[name]) for name in _LOGGED_PARAMETERS if name in parameters}
