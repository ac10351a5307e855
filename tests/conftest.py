"""Options and fixtures of the tests; those of the features are in the conftest above."""

from __future__ import annotations

import atexit
import gc
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import settings

from kmsdemo import keys
from kmsdemo.account import Account
from kmsdemo.backends import Backend
from kmsdemo.suite.run import skip_reason
from tests import botocore_sessions, coverage_scope, rsa_keys

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

LONGEST_TEST_SECONDS = 600
"""The time limit of a hanging test, generous enough for any machine."""
_IS_QUICK = pytest.StashKey[bool]()
_LEFT_OUT = (
    "Left out of the quick tests: those that start other programs, which take minutes (run tox), "
    "and those with emulators and a browser (run tox -m full)."
)


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
    for plugin in (botocore_sessions, coverage_scope, rsa_keys):
        config.pluginmanager.register(plugin)
    config.stash[_IS_QUICK] = _is_quick(config)
    if config.stash[_IS_QUICK]:
        config.option.markexpr = "not program and not thorough"
    if getattr(config.option, "timeout", 0) is None:
        config.option.timeout = LONGEST_TEST_SECONDS
    # The same examples each time, however slow; --hypothesis-profile=default tries others.
    settings.load_profile("ci")
    # Tests make much and drop little: by default, collecting garbage takes a tenth of their time.
    gc.set_threshold(100_000, 20, 20)
    # The grader searches for leaks where scripts can write, so in a cache of uv that no variable
    # names; one has 100,000 files.
    os.environ.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
    if hasattr(config, "workerinput"):
        # Python would take apart what the tests left in memory, which takes two seconds.
        atexit.register(os._exit, 0)
    # A shell ignores SIGINT in a background process; the programs under test must receive it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long tests, so that at the end no worker waits for another's."""
    items.sort(key=lambda item: item.get_closest_marker("program") is None)


def pytest_collection_finish() -> None:
    """Exempt what was imported from garbage collection: there is no garbage in it."""
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
        default=60,
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


@pytest.fixture
def key_id(kms: KMSClient) -> str:
    """A key."""
    return keys.create(kms).key_id


@pytest.fixture
def key_arn(kms: KMSClient, key_id: str) -> str:
    """The ARN of that key."""
    return keys.describe(kms, key_id).arn
