"""Waits until a change has arrived everywhere at AWS KMS, which is eventually consistent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.session import Session

from kmsdemo.shared_account.changes import changes_something


@dataclass
class Settling:
    """Lets a key be used or looked at only some time after the last change.

    Args:
        seconds: How long a change takes to arrive.

    AWS: "AWS KMS eventual consistency", AWS KMS Developer Guide.
    """

    seconds: float
    _last_change: float = float("-inf")

    def watch(self, session: Session) -> None:
        """Wait before the calls of the clients made from this session."""
        session.register("before-call.kms", self._before)
        session.register("after-call.kms", self._after)

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Wait before other programs use keys, and take it that they change something."""
        self._wait()
        try:
            yield
        finally:
            self._note_change()

    def _before(self, **event: Any) -> None:
        if not changes_something(event["model"].name):
            self._wait()

    def _after(self, **event: Any) -> None:
        if changes_something(event["model"].name):
            self._note_change()

    def _wait(self) -> None:
        time.sleep(max(0.0, self._last_change + self.seconds - time.monotonic()))

    def _note_change(self) -> None:
        self._last_change = time.monotonic()
