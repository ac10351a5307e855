"""The lock around moto's state: moto reads, then writes, and a call in between loses its write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

STATE_LOCK: Final = RLock()


@contextmanager
def released() -> Iterator[None]:
    """Release the lock during a long computation that does not touch moto's state."""
    try:
        STATE_LOCK.release()
    except RuntimeError:  # a direct call to moto does not hold the lock
        yield
        return
    try:
        yield
    finally:
        STATE_LOCK.acquire()
