"""A pytest plugin: the end of a run reports what the run created and could not remove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from kmsdemo.shared_account.errors import LeftBehind

_MESSAGES = pytest.StashKey[list[str]]()
_OF_WORKER = "kmsdemo_leftovers"


def add(config: pytest.Config, error: LeftBehind) -> None:
    """Report an error at the end of the run."""
    _keep(config, [str(error)])


def messages(config: pytest.Config) -> Sequence[str]:
    """Return the errors: what could not be removed, and what to do next."""
    return config.stash.get(_MESSAGES, [])


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield  # the fixtures of an interrupted run end only now
    if not (left := messages(session.config)):
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
    for text in messages(config):
        terminalreporter.write_line(text, red=True)


def _keep(config: pytest.Config, texts: Sequence[str]) -> None:
    config.stash.setdefault(_MESSAGES, []).extend(texts)
