"""What only the tests of the library may ask for."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping

import pytest

from kmsdemo.backends import Backend


def pytest_configure() -> None:
    """Let the programs under test hear Ctrl-C, also where a shell runs us in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture
def aws_environment(backend: Backend) -> Iterator[Mapping[str, str]]:
    """The variables with which other programs reach the same account."""
    with backend.subprocess_environment() as variables:
        yield variables
