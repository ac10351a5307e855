"""Options and fixtures of the tests; those of the features are in the conftest above."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import botocore.hooks
import botocore.session
import pytest
from botocore.hooks import EventAliaser
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import settings

from kmsdemo.account import Account
from kmsdemo.backends import Backend
from kmsdemo.suite.run import skip_reason
from tests import rsa_keys

LONGEST_TEST_SECONDS = 600
"""The time limit of a hanging test, generous enough for any machine."""
_IS_QUICK = pytest.StashKey[bool]()
_LEFT_OUT = (
    "Left out of the quick tests: those that start other programs, which take minutes (run tox), "
    "and those with emulators and a browser (run tox -m full)."
)


_accepts_kwargs = lru_cache(maxsize=4096)(botocore.hooks.accepts_kwargs)


class _Aliaser(EventAliaser):
    """Keeps the names of events that every session of botocore computes anew, in 4 ms each."""

    _names: ClassVar[dict[str, str]] = {}

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._alias_name_cache = self._names


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run the quick tests in as many processes as there are processors, unless ``-n`` is given."""
    if hasattr(config, "workerinput"):
        return  # a worker that starts workers, which start workers, stops the machine
    if _is_quick(config) and getattr(config.option, "numprocesses", 0) is None:
        config.option.numprocesses = "auto"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Select the quick tests unless the command line selects others; set limits and examples."""
    botocore.session.EventAliaser = _Aliaser  # type: ignore[assignment,misc]
    # It inspects each of 150 handlers anew, for every session and every client.
    botocore.hooks.accepts_kwargs = lambda func: _accepts_kwargs(getattr(func, "__func__", func))
    rsa.generate_private_key = rsa_keys.generate_private_key  # type: ignore[assignment]
    config.stash[_IS_QUICK] = _is_quick(config)
    if config.stash[_IS_QUICK]:
        config.option.markexpr = "not program and not thorough"
    if getattr(config.option, "timeout", 0) is None:
        config.option.timeout = LONGEST_TEST_SECONDS
    # The same examples each time, however slow; --hypothesis-profile=default tries others.
    settings.load_profile("ci")
    # Tests make much and drop little: by default, collecting garbage takes a tenth of their time.
    gc.set_threshold(100_000, 20, 20)
    # A shell ignores SIGINT in a background process; the programs under test must receive it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _unmeasured() -> Iterator[None]:
    """Pause coverage in this thread and those that it starts: measuring takes half of the time."""
    measuring = sys.gettrace(), threading.gettrace()
    if not any(measuring):
        yield
        return
    sys.settrace(None)
    threading.settrace(None)
    yield
    sys.settrace(measuring[0])
    threading.settrace(measuring[1])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    """Measure nothing in the process that only distributes the tests."""
    if getattr(session.config.option, "numprocesses", 0):
        with _unmeasured():
            return (yield)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Measure in one worker what runs at imports: all import the same."""
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        return (yield)
    with _unmeasured():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure a test unless it is marked ``no_cover``, or runs other programs and no ``cover``."""
    rsa_keys.begin()
    marks = {mark.name for mark in item.iter_markers()}
    if "cover" in marks or not marks & {"no_cover", "program"}:
        return (yield)
    with _unmeasured():
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long tests, so that at the end no worker waits for another's."""
    items.sort(key=lambda item: item.get_closest_marker("program") is None)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected to itself: there is no garbage in it."""
    gc.freeze()


def _is_quick(config: pytest.Config) -> bool:
    """Whether the command line selects no tests."""
    names_nothing = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return names_nothing and not (config.option.markexpr or config.option.keyword)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Iterator[None]:
    """Print, as the last line, what was left out; tox prints it for all its environments."""
    yield
    skipped = {skip_reason(report) for report in terminalreporter.stats.get("skipped", ())}
    if file := os.environ.get("KMSDEMO_SKIPS"):
        with Path(file).open("a", encoding="utf-8") as skips:
            skips.writelines(f"{os.environ['TOX_ENV_NAME']}: {reason}\n" for reason in skipped)
    elif config.stash[_IS_QUICK]:
        terminalreporter.write_line(_LEFT_OUT)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options that make the long tests more thorough."""
    group = parser.getgroup("kmsdemo")
    group.addoption(
        "--sequences",
        type=int,
        default=30,
        help="the number of random sequences of key operations (default: %(default)s)",
    )
    group.addoption(
        "--faults-at-every",
        type=int,
        default=40,
        metavar="N",
        help="inject a fault into a run at every Nth call (default: %(default)s)",
    )
    group.addoption(
        "--faults-seed",
        type=int,
        default=19,
        metavar="N",
        help="which calls those are (default: %(default)s)",
    )
    group.addoption(
        "--submissions-of-every",
        type=int,
        default=14,
        metavar="N",
        help="grade every Nth pair of a learner's scripts (default: %(default)s)",
    )
    group.addoption(
        "--commands-of-every",
        type=int,
        default=30,
        metavar="N",
        help="run the commands of every Nth scenario of the lesson (default: %(default)s)",
    )
    group.addoption(
        "--policies",
        type=int,
        default=3_000,
        help="the number of random policies that two evaluators decide (default: %(default)s)",
    )
    group.addoption(
        "--fuzz-calls",
        type=int,
        default=1000,
        metavar="N",
        help="how many requests that no SDK sends are tried (default: %(default)s)",
    )
    group.addoption(
        "--fuzz-seed",
        type=int,
        default=14,
        metavar="N",
        help="which requests those are (default: %(default)s)",
    )


@pytest.fixture(autouse=True, scope="session")
def _own_state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the records of runs out of the user's own folder."""
    with patch.dict(os.environ, XDG_STATE_HOME=str(tmp_path_factory.mktemp("state"))):
        yield


@pytest.fixture
def aws_environment(backend: Backend, account: Account) -> Iterator[Mapping[str, str]]:
    """The variables with which other programs use the account of the test, which is empty."""
    del account  # opened, so that nothing is in it which an earlier test made
    with backend.subprocess_environment() as variables:
        yield variables
