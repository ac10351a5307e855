"""The sandbox's clocks: the real time, and the days that each account let pass."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import Final

MOST_DAYS: Final = 36_500
"""How far a clock can be moved, in days, about a hundred years: dates end with the year 9999."""

_passed_for_all = timedelta()
_passed: defaultdict[str, timedelta] = defaultdict(timedelta)


def now(account: str = "") -> datetime:
    """Return the time of an account, in UTC; without one, that of accounts that let none pass."""
    return real() + passed(account)


def real() -> datetime:
    """Return the real time, in UTC."""
    return datetime.now(timezone.utc)


def passed(account: str = "") -> timedelta:
    """Return how far an account's clock is ahead of the real time."""
    return _passed_for_all + _passed.get(account, timedelta())


def move(days: float, account: str | None = None) -> None:
    """Move the clock of an account forward, or those of all.

    Args:
        days: How many, 0 or more; parts of days count.
        account: Twelve digits.

    Raises:
        ValueError: The days are negative, since keys that are gone do not come back, or too many.
    """
    global _passed_for_all  # noqa: PLW0603, moto's state is as global
    furthest = passed(account) if account else max(map(passed, (*_passed, "")))
    if not 0 <= days <= MOST_DAYS - furthest.total_seconds() / 86_400:
        raise ValueError(f"The clock only moves forward, and {MOST_DAYS} days at most.")
    if account:
        _passed[account] += timedelta(days=days)
    else:
        _passed_for_all += timedelta(days=days)


def reset() -> None:
    """Set all clocks to the real time."""
    global _passed_for_all  # noqa: PLW0603
    _passed_for_all = timedelta()
    _passed.clear()
