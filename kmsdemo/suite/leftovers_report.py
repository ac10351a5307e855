"""A pytest plugin: what a run made and could not remove is said at its end, however it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from kmsdemo.shared_account.errors import LeftBehind

_SAID = pytest.StashKey[list[str]]()
_OF_WORKER = "kmsdemo_leftovers"


def note(config: pytest.Config, error: LeftBehind) -> None:
    """Keep for the end of the run what could not be removed."""
    _keep(config, [str(error)])


def said(config: pytest.Config) -> Sequence[str]:
    """Return what could not be removed and what to do about it; nothing where all was removed."""
    return config.stash.get(_SAID, [])


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield  # where a run is interrupted, its fixtures end only now
    if not (left := said(session.config)):
        return
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_OF_WORKER] = left
    elif session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _keep(node.config, getattr(node, "workeroutput", {}).get(_OF_WORKER, []))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Iterator[None]:
    yield
    for text in said(config):
        terminalreporter.write_line(text, red=True)


def _keep(config: pytest.Config, texts: Sequence[str]) -> None:
    config.stash.setdefault(_SAID, []).extend(texts)
