"""What a program and its children use: processor time, memory, processes, and whether they wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil

_RUNS = (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP, psutil.STATUS_WAKING)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the processes of a program use at one moment.

    Attributes:
        processes: Their number.
        cpu_seconds: The processor time that they and their ended children have used.
        memory_bytes: Their resident memory.
        written_bytes: What they have written to files and pipes; 0 where the system does not count.
        waits: Whether none of them is running or waits for a processor or a disk.
    """

    processes: int
    cpu_seconds: float
    memory_bytes: int
    written_bytes: int
    waits: bool


def measure(process_id: int) -> Usage:
    """Return what a process and all its descendants use; nothing if it has ended."""
    tree = list(_tree(process_id))
    return Usage(
        processes=len(tree),
        cpu_seconds=sum(map(_cpu_seconds, tree)),
        memory_bytes=sum(map(_memory_bytes, tree)),
        written_bytes=sum(map(_written_bytes, tree)),
        waits=not any(map(_runs, tree)),
    )


def _tree(process_id: int) -> Iterator[psutil.Process]:
    with suppress(psutil.Error):
        program = psutil.Process(process_id)
        yield program
        yield from program.children(recursive=True)


def _cpu_seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system
    return 0.0


def _memory_bytes(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _written_bytes(process: psutil.Process) -> int:
    with suppress(psutil.Error, AttributeError):  # macOS does not count
        counted = process.io_counters()
        return int(getattr(counted, "write_chars", counted.write_bytes))
    return 0


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.status() in _RUNS
    return False
