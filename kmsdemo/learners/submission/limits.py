"""The limits of one run: its own time, its memory, its processes, what it writes and prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.submission.usage import Usage
from kmsdemo.pluralize import pluralize

MAX_PRINTED_BYTES: Final = 1_000_000
MAX_WRITTEN_BYTES: Final = 500_000_000
MAX_MEMORY_BYTES: Final = 2 * 1024**3
MAX_PROCESSES: Final = 64
POLL_SECONDS: Final = 0.2
_PATIENCE: Final = 60
"""How many times its limit a run may take if other programs use the processors."""


@dataclass(frozen=True, slots=True)
class StopReason:
    """Why a program was stopped.

    Attributes:
        what: What it did.
        next_step: What to do about it.
    """

    what: str
    next_step: str


@dataclass(slots=True)
class Budget:
    """The time of one run: what the program uses, without the time that it waits for a processor.

    Attributes:
        seconds: How long it may compute, and how long it may wait, on a machine of usual speed.
        slowness: Returns how many times slower this machine is now; asked at the limit only.
        computed: How long it has computed, in seconds of a processor.
        waited: How long it has waited, in seconds.
    """

    seconds: float
    slowness: Callable[[], float] = lambda: 1.0
    computed: float = 0.0
    waited: float = 0.0
    _passed: float = 0.0
    _factor: float = field(default=1.0)

    def count(self, usage: Usage, elapsed: float) -> None:
        """Count what the program did since the last time.

        Args:
            usage: What it uses now.
            elapsed: The seconds since the last time. The grader may have been kept from looking,
                so no more counts as waiting than the time between two looks.
        """
        computed = max(0.0, usage.cpu_seconds - self.computed)
        self.computed += computed
        self._passed += elapsed
        if usage.waits:
            self.waited += max(0.0, min(elapsed, 2 * POLL_SECONDS) - computed)

    def exceeded(self) -> StopReason | None:
        """Return why the program must be stopped, if its time is over.

        Raises:
            NotGraded: It got too little processor time to tell.
        """
        if self._is_over() and self._factor == 1.0:
            self._factor = max(1.0, self.slowness())
        if self._is_over():
            return StopReason(
                f"It did not end within {pluralize(round(self.seconds), 'second')}.",
                "Do not ask for input, and look for a loop or a request that never ends.",
            )
        if self._passed > _PATIENCE * self.seconds * self._factor:
            raise NotGraded(f"a run of {self._passed:.0f} s got {self.computed:.1f} s of CPU time")
        return None

    def _is_over(self) -> bool:
        return max(self.computed, self.waited) > self.seconds * self._factor


def exceeded(usage: Usage) -> StopReason | None:
    """Return why a program that uses too much must be stopped."""
    for used, most, stop in (
        (usage.processes, MAX_PROCESSES, _PROCESSES),
        (usage.memory_bytes, MAX_MEMORY_BYTES, _MEMORY),
        (usage.written_bytes, MAX_WRITTEN_BYTES, _WRITTEN),
    ):
        if used > most:
            return stop
    return None


_PROCESSES: Final = StopReason(
    f"It started more than {MAX_PROCESSES} processes.",
    "Look for a loop that starts processes; a script needs hardly any.",
)
_MEMORY: Final = StopReason(
    f"It used more than {MAX_MEMORY_BYTES // 1024**3} GiB of memory.",
    "Look for a loop that never stops collecting data.",
)
_WRITTEN: Final = StopReason(
    f"It wrote more than {MAX_WRITTEN_BYTES:,} bytes.",
    "Look for a loop that never stops writing.",
)
PRINTED: Final = StopReason(
    f"It printed more than {MAX_PRINTED_BYTES:,} bytes.",
    "Look for a loop that never stops printing.",
)
