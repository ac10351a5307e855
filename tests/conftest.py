"""What only the tests of the library may ask for."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping

import pytest

from kmsdemo.backends import Backend

LONGEST_TEST_SECONDS = 600
"""When a test is ended that hangs. No machine is so slow that one that does not takes as long."""
_IS_QUICK = pytest.StashKey[bool]()
_LEFT_OUT = (
    "Left out of the quick tests: those that start other programs, which take minutes (run tox), "
    "and those with emulators and a browser (run tox -m full)."
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the quick tests where nothing else is asked for, and end those that hang."""
    names_nothing = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    config.stash[_IS_QUICK] = names_nothing and not (
        config.option.markexpr or config.option.keyword
    )
    if config.stash[_IS_QUICK]:
        config.option.markexpr = "not program"
    if getattr(config.option, "timeout", 0) is None:
        config.option.timeout = LONGEST_TEST_SECONDS
    # The programs under test hear Ctrl-C, also where a shell runs us in the background.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Iterator[None]:
    """Say, below everything else, what was left out."""
    yield
    if config.stash[_IS_QUICK]:
        terminalreporter.write_line(_LEFT_OUT)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what makes the long tests thorough."""
    group = parser.getgroup("kmsdemo")
    group.addoption(
        "--sequences",
        type=int,
        default=100,
        help="how many random sequences of key operations are tried (default: %(default)s)",
    )
    group.addoption(
        "--faults-at-every",
        type=int,
        default=25,
        metavar="N",
        help="a run in a real account is disturbed at every Nth call (default: %(default)s)",
    )
    group.addoption(
        "--submissions-of-every",
        type=int,
        default=14,
        metavar="N",
        help="every Nth pair of a learner's scripts is graded (default: %(default)s)",
    )
    group.addoption(
        "--commands-of-every",
        type=int,
        default=10,
        metavar="N",
        help="the commands of every Nth scenario of the lesson are run (default: %(default)s)",
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


@pytest.fixture
def aws_environment(backend: Backend) -> Iterator[Mapping[str, str]]:
    """The variables with which other programs reach the same account."""
    with backend.subprocess_environment() as variables:
        yield variables
