"""Waits until a change has propagated through AWS KMS, which is eventually consistent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.session import Session

from kmsdemo.shared_account.read_only import is_read_only


@dataclass
class PropagationDelay:
    """Delays each read-only call until the last change has propagated.

    Args:
        seconds: How long a change takes to propagate.

    AWS: "AWS KMS eventual consistency", AWS KMS Developer Guide.
    """

    seconds: float
    _last_change: float = float("-inf")

    def register_handlers(self, session: Session) -> None:
        """Delay the calls of the clients created from this session."""
        session.register("before-call.kms", self._before)
        session.register("after-call.kms", self._after)

    @contextmanager
    def for_other_programs(self) -> Iterator[None]:
        """Wait before other programs use keys, and assume that they change something."""
        self._wait()
        try:
            yield
        finally:
            self._record_change()

    def _before(self, **event: Any) -> None:
        if is_read_only(event["model"].name):
            self._wait()

    def _after(self, **event: Any) -> None:
        if not is_read_only(event["model"].name):
            self._record_change()

    def _wait(self) -> None:
        time.sleep(max(0.0, self._last_change + self.seconds - time.monotonic()))

    def _record_change(self) -> None:
        self._last_change = time.monotonic()
