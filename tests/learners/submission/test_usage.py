"""What the processes of a program use, as psutil measures it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from kmsdemo.learners.submission.usage import Usage, measure


class Process:
    """A process, as psutil knows it; one of status ``gone`` ends while it is looked at."""

    def __init__(self, status: str, *children: Process, counts_characters: bool = True) -> None:
        self._status = status
        self._children = children
        written = {"write_bytes": 7, **({"write_chars": 5} if counts_characters else {})}
        self._counted = SimpleNamespace(**written)

    def children(self, *, recursive: bool) -> tuple[Process, ...]:
        return self._children if recursive else ()

    def status(self) -> str:
        return str(self._asked(self._status))

    def cpu_times(self) -> Any:
        times = {"user": 1.0, "system": 0.5, "children_user": 0.25, "children_system": 0.125}
        return self._asked(SimpleNamespace(**times))

    def memory_info(self) -> Any:
        return self._asked(SimpleNamespace(rss=1000))

    def io_counters(self) -> Any:
        return self._asked(self._counted)

    def _asked(self, answer: Any) -> Any:
        if self._status == "gone":
            raise psutil.NoSuchProcess(1)
        return answer


def measured(monkeypatch: pytest.MonkeyPatch, process: Process) -> Usage:
    monkeypatch.setattr(psutil, "Process", lambda process_id: {42: process}[process_id])
    return measure(42)


def test_it_is_the_sum_of_all_its_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Process("sleeping", Process("sleeping"), Process("sleeping"))
    assert measured(monkeypatch, program) == Usage(3, 3 * 1.875, 3000, 15, waits=True)


def test_what_ends_while_it_is_looked_at_counts_as_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = Process("sleeping", Process("gone"))
    assert measured(monkeypatch, program) == Usage(2, 1.875, 1000, 5, waits=True)


@pytest.mark.parametrize(
    ("status", "waits"),
    [("running", False), ("disk-sleep", False), ("waking", False), ("sleeping", True)],
)
def test_it_waits_where_none_of_them_has_work(
    monkeypatch: pytest.MonkeyPatch, status: str, waits: bool
) -> None:
    assert measured(monkeypatch, Process("sleeping", Process(status))).waits == waits


def test_where_characters_are_not_counted_bytes_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured(monkeypatch, Process("running", counts_characters=False)).written_bytes == 7


def test_where_nothing_is_counted_nothing_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Process, "io_counters")
    assert measured(monkeypatch, Process("running")).written_bytes == 0


def test_a_program_that_has_ended_uses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: int) -> Process:
        raise psutil.NoSuchProcess(42)

    monkeypatch.setattr(psutil, "Process", gone)
    assert measure(42) == Usage(0, 0, 0, 0, waits=True)
