"""Waits until a change has arrived everywhere at AWS KMS, which is eventually consistent."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from botocore.session import Session

from kmsdemo.account.changes import changes_something


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
        session.register("before-call.kms", self._wait)
        session.register("after-call.kms", self._changed)

    def _wait(self, **event: Any) -> None:
        if not changes_something(event["model"].name):
            time.sleep(max(0.0, self._last_change + self.seconds - time.monotonic()))

    def _changed(self, **event: Any) -> None:
        if changes_something(event["model"].name):
            self._last_change = time.monotonic()
