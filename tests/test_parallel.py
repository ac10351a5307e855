"""A stream is processed in threads, in order, and is not read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from threading import Barrier, Event

import pytest

from kmsdemo.parallel import in_threads


def test_results_are_in_the_order_of_the_items() -> None:
    assert list(in_threads(str, range(1000), threads=8)) == [str(n) for n in range(1000)]


def test_as_many_calls_run_at_once_as_there_are_threads() -> None:
    barrier = Barrier(8)
    assert len(list(in_threads(lambda _: barrier.wait(timeout=60), range(8), threads=8))) == 8


def test_an_endless_stream_is_read_a_little_ahead_only() -> None:
    read: list[int] = []

    def endless() -> Iterator[int]:
        for number in count():
            read.append(number)
            yield number

    assert list(islice(in_threads(str, endless(), threads=2), 5)) == ["0", "1", "2", "3", "4"]
    assert len(read) == 4 * 2 + 4  # as it says, and one for each that was taken after the first


def test_an_exception_ends_the_stream() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda n: 1 // n, range(10)))


def test_after_an_exception_no_further_call_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, calls = Event(), list[int]()

    class Executor(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            ended.set()
            super().shutdown(wait=wait)

    def call(number: int) -> float:
        calls.append(number)
        return 1 / number if number == 0 or ended.wait(timeout=60) else 0

    monkeypatch.setattr("kmsdemo.parallel.ThreadPoolExecutor", Executor)
    with pytest.raises(ZeroDivisionError):
        list(in_threads(call, range(10), threads=1))
    assert set(calls) <= {0, 1}
