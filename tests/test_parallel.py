"""A stream is processed in threads, in order, and is not read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from threading import Barrier

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
    assert len(read) < 20


def test_an_exception_ends_the_stream() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda n: 1 // n, range(10)))
