"""One call at a time: moto looks, then writes, and a call between the two loses its write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

ONE_AT_A_TIME: Final = RLock()


@contextmanager
def released() -> Iterator[None]:
    """Let others call while something takes long and touches nothing of theirs."""
    try:
        ONE_AT_A_TIME.release()
    except RuntimeError:  # moto was asked directly, so that it is nobody's turn
        yield
        return
    try:
        yield
    finally:
        ONE_AT_A_TIME.acquire()
