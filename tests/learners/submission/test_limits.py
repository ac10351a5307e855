"""When a run has used too much: time of its own, memory, processes, what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kmsdemo.learners.errors import NotGraded
from kmsdemo.learners.submission.limits import (
    MAX_MEMORY_BYTES,
    MAX_PROCESSES,
    MAX_WRITTEN_BYTES,
    POLL_SECONDS,
    Budget,
    exceeded,
)
from kmsdemo.learners.submission.usage import Usage

LOOK = POLL_SECONDS
LIMIT = 10.0
IDLE = Usage(processes=1, cpu_seconds=0.0, memory_bytes=0, written_bytes=0, waits=False)


def usage(cpu_seconds: float = 0.0, *, waits: bool = False) -> Usage:
    return replace(IDLE, cpu_seconds=cpu_seconds, waits=waits)


def what(budget: Budget) -> str:
    stop = budget.exceeded()
    return stop.what if stop else ""


@pytest.mark.parametrize(("seconds", "is_over"), [(LIMIT, False), (LIMIT + 0.1, True)])
def test_it_may_compute_as_long_as_the_limit(seconds: float, is_over: bool) -> None:
    budget = Budget(LIMIT)
    budget.count(usage(seconds / 2), LOOK)
    budget.count(usage(seconds), LOOK)
    assert budget.computed == seconds
    assert bool(budget.exceeded()) == is_over


def test_a_child_that_ended_gives_no_time_back() -> None:
    budget = Budget(LIMIT)
    for seconds in (3.0, 1.0, 4.0):
        budget.count(usage(seconds), LOOK)
    assert budget.computed == 4.0


def test_it_may_wait_as_long_as_the_limit() -> None:
    budget = Budget(1.0)
    for _ in range(5):
        budget.count(usage(waits=True), LOOK)
    assert not budget.exceeded()
    budget.count(usage(waits=True), LOOK)
    assert what(budget) == "It did not end within 1 second."


def test_who_computes_does_not_wait() -> None:
    budget = Budget(LIMIT)
    budget.count(usage(waits=False), LOOK)
    budget.count(usage(0.15, waits=True), LOOK)
    assert budget.waited == pytest.approx(LOOK - 0.15)
    budget.count(usage(9.0, waits=True), LOOK)
    assert budget.waited == pytest.approx(LOOK - 0.15)


def test_a_grader_that_was_kept_from_looking_counts_no_more_than_two_looks() -> None:
    budget = Budget(LIMIT)
    budget.count(usage(waits=True), 300)
    assert budget.waited == 2 * LOOK


def test_a_slow_machine_gives_more_time_and_is_asked_once() -> None:
    asked: Iterator[float] = iter([3.0])
    budget = Budget(LIMIT, lambda: next(asked))
    budget.count(usage(LIMIT + 1), LOOK)
    assert not budget.exceeded()
    budget.count(usage(3 * LIMIT + 1), LOOK)
    assert what(budget) == "It did not end within 10 seconds."


def test_a_fast_machine_gives_no_less() -> None:
    budget = Budget(LIMIT, lambda: 0.1)
    budget.count(usage(LIMIT), LOOK)
    assert not budget.exceeded()


def test_who_got_too_little_of_the_processors_is_not_graded() -> None:
    budget = Budget(LIMIT)
    budget.count(usage(0.5), 60 * LIMIT)
    assert not budget.exceeded()
    budget.count(usage(0.5), 1)
    with pytest.raises(NotGraded, match=r"a run of 601 s got 0\.5 s of CPU time"):
        budget.exceeded()


@pytest.mark.parametrize(
    ("used", "what"),
    [
        (lambda more: replace(IDLE, processes=MAX_PROCESSES + more), "It started more than 64 p"),
        (lambda more: replace(IDLE, memory_bytes=MAX_MEMORY_BYTES + more), "It used more than 2 G"),
        (
            lambda more: replace(IDLE, written_bytes=MAX_WRITTEN_BYTES + more),
            "It wrote more than 500,000,000 bytes.",
        ),
    ],
)
def test_more_than_a_limit_stops_it(used: Callable[[int], Usage], what: str) -> None:
    assert exceeded(used(0)) is None
    stop = exceeded(used(1))
    assert stop
    assert stop.what.startswith(what)
