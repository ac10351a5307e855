"""What coverage measures: not everything, since measuring takes half as long again."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    """Measure nothing in the process that only distributes the tests."""
    with _measured(not getattr(session.config.option, "numprocesses", 0)):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Measure in one worker what runs at imports: all import the same."""
    with _measured(os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure no test that is marked ``no_cover``, or that runs other programs."""
    marks = {mark.name for mark in item.iter_markers()}
    runs_programs = "program" in marks and "behaviour" not in marks
    with _measured("no_cover" not in marks and not runs_programs):
        return (yield)


def _measured(is_measured: bool) -> AbstractContextManager[None]:
    return nullcontext() if is_measured else _pause()


@contextmanager
def _pause() -> Iterator[None]:
    """Pause coverage in this thread and those that it starts, if it measures."""
    tracers = sys.gettrace(), threading.gettrace()
    if not any(tracers):
        yield
        return
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracers[0])
        threading.settrace(tracers[1])
