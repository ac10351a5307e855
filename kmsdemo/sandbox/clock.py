"""The clocks of the sandbox: each account can move its own ahead of the real time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

MAX_DAYS: Final = 36_500
"""How far a clock can be moved, in days: about a hundred years, since dates end with year 9999."""

HEADER: Final = "x-kmsdemo-time"
"""The header of a response with the time of the account, in ISO 8601. ``Date`` has the real time:
some AWS SDKs sign by it."""

_common_offset = timedelta()
_offsets: defaultdict[str, timedelta] = defaultdict(timedelta)

subscribers: Final[list[Callable[[], None]]] = []
"""The functions that are called when a clock has moved."""


def now(account: str = "") -> datetime:
    """Return the time of an account, in UTC; by default that of a new account."""
    return real_time() + offset(account)


def real_time() -> datetime:
    """Return the real time, in UTC."""
    return datetime.now(timezone.utc)


def offset(account: str = "") -> timedelta:
    """Return how far an account's clock is ahead of the real time; by default a new account's."""
    return _common_offset + _offsets.get(account, timedelta())


def move(days: float, account: str | None = None) -> None:
    """Move the clock of an account forward, or the clocks of all accounts.

    Args:
        days: The number of days, 0 or more; fractions count.
        account: Twelve digits; by default all accounts.

    Raises:
        ValueError: The days are negative, since deleted keys do not come back, or too many.
    """
    global _common_offset  # noqa: PLW0603, moto's state is global as well
    furthest = offset(account) if account else max(map(offset, (*_offsets, "")))
    if not 0 <= days <= MAX_DAYS - furthest.total_seconds() / 86_400:
        raise ValueError(f"The clock only moves forward, and {MAX_DAYS} days at most.")
    if account:
        _offsets[account] += timedelta(days=days)
    else:
        _common_offset += timedelta(days=days)
    for subscriber in subscribers:
        subscriber()


def offsets() -> dict[str, timedelta]:
    """Return how far clocks were moved, by account; those of all accounts under an empty name."""
    return {"": _common_offset, **_offsets}


def restore(offsets: Mapping[str, timedelta]) -> None:
    """Set the clocks as :func:`offsets` returned them."""
    global _common_offset  # noqa: PLW0603
    reset()
    _offsets.update(offsets)
    _common_offset = _offsets.pop("", timedelta())


def reset() -> None:
    """Set all clocks to the real time."""
    global _common_offset  # noqa: PLW0603
    _common_offset = timedelta()
    _offsets.clear()
