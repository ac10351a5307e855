"""The sandbox's clock: the real one, and the days that were let pass."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_passed = timedelta()
# No date of AWS's is further ahead of the clock than the 999 years to the end of datetime.
_LAST = datetime(9000, 1, 1, tzinfo=timezone.utc)


def now() -> datetime:
    """Return the sandbox's time, in UTC."""
    return datetime.now(timezone.utc) + _passed


def move(days: float) -> None:
    """Move the clock forward.

    Raises:
        ValueError: The days are no number, negative (keys that are gone do not come back), or
            lead past the year 9000.
    """
    global _passed  # noqa: PLW0603, moto's state is as global, and there is one clock for it
    if days < 0:
        raise ValueError("The clock only moves forward.")
    if not days <= (_LAST - now()).days:  # not a number is less than none
        raise ValueError("The clock ends with the year 9000.")
    _passed += timedelta(days=days)


def reset() -> None:
    """Set the clock to the real time."""
    global _passed  # noqa: PLW0603
    _passed = timedelta()
