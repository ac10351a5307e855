"""The events of each account, in the order in which they were recorded."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.trail import records
from kmsdemo.sandbox.trail.operations import SERVICES, is_look_up
from kmsdemo.sandbox.trail.records import Record, ServedCall

MAX_EVENTS: Final = 20_000
"""How many events are kept of an account; the oldest go first."""
MAX_EVENTS_OF_ALL: Final = 100_000
"""How many are kept of all accounts, which share them: they take a quarter of a gigabyte."""
_FEWEST_EVENTS: Final = 1_000
OBSERVER: Final = "kmsdemo-console"
"""The application id, in the user agent, of programs whose look-ups are not recorded."""

_events: dict[str, deque[Record]] = {}
_count: Counter[str] = Counter()

subscribers: Final[list[Callable[[Sequence[Record]], None]]] = []
"""The functions that are called with the new events of each call."""


def record(call: ServedCall) -> None:
    """Record a call in the account of its caller, and in those that own its keys."""
    if call.service not in SERVICES or _is_observed(call):
        return
    _add(records.of_call(call))


def record_of_aws(operation: str, key_arn: str, moment: datetime) -> None:
    """Record what AWS KMS did on its own, such as the deletion of a key.

    Args:
        operation: Such as ``DeleteKey``.
        key_arn: The key.
        moment: By the account's clock.
    """
    _add([records.of_aws(operation, key_arn, moment)])


def newest_first(account: str) -> Iterator[Record]:
    """Yield the events of an account, the last one first."""
    with STATE_LOCK:  # another thread must not add to the deque meanwhile
        return iter(list(_events.get(account, ()))[::-1])


def most_events(accounts: int) -> int:
    """Return how many events are kept of each account, where there are so many of them."""
    return min(MAX_EVENTS, max(_FEWEST_EVENTS, MAX_EVENTS_OF_ALL // accounts))


def accounts() -> list[str]:
    """Return the accounts with events, each twelve digits."""
    return sorted(_events)


def count(account: str) -> int:
    """Return how many events an account has had, including dropped ones.

    The checks of the console do not count.
    """
    return _count[account]


def forget() -> None:
    """Forget all events, when the accounts are emptied."""
    with STATE_LOCK:
        _events.clear()
        _count.clear()


def restore(restored: Iterable[Record]) -> None:
    """Add the events of an earlier run of the sandbox, oldest first; subscribers are not called."""
    for event in restored:
        _keep(event)


def _add(new: Sequence[Record]) -> None:
    with STATE_LOCK:
        for event in new:
            _keep(event)
        for subscriber in subscribers:
            subscriber(new)


def _keep(event: Record) -> None:
    account = event["recipientAccountId"]
    events = _events.setdefault(account, deque())
    events.append(event)
    while len(events) > most_events(len(_events)):
        events.popleft()
    if not is_of_observer(event["userAgent"]):
        _count[account] += 1


def _is_observed(call: ServedCall) -> bool:
    """Return whether the console is reading an account."""
    return is_of_observer(call.user_agent) and is_look_up(call.service, call.operation)


def is_of_observer(user_agent: str) -> bool:
    """Return whether a call is the console's or the check's."""
    return f"app/{OBSERVER}" in user_agent
