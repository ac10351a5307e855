"""Calls a function for each item of a stream in threads, without reading the stream ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

THREADS: Final = 16
_AHEAD: Final = 4

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_threads(
    function: Callable[[_Item], _Result], items: Iterable[_Item], *, threads: int = THREADS
) -> Iterator[_Result]:
    """Yield the result for each item, in the order of the items.

    At most four items for each thread are in memory. ``Executor.map`` reads all of them first.

    Args:
        function: Called in a thread. Its exception is raised here, and ends the stream.
        items: Read in this thread.
        threads: How many calls run at once.
    """
    with ThreadPoolExecutor(threads) as executor:
        running: deque[Future[_Result]] = deque()
        try:
            for item in items:
                running.append(executor.submit(function, item))
                if len(running) >= threads * _AHEAD:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
