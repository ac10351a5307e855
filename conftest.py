"""Fixtures of all features and tests: the chosen backend, its account and clients."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

import pytest

from kmsdemo import backends, errors
from kmsdemo.backends import Options, divergences
from kmsdemo.pluralize import pluralize
from kmsdemo.shared_account.errors import LeftBehind
from kmsdemo.suite import password
from kmsdemo.table import TABLE_NAME

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from pytest_bdd.parser import Scenario

    from kmsdemo.account import Account
    from kmsdemo.account.clients import Clients
    from kmsdemo.backends import Backend

pytest_plugins = [
    "kmsdemo.suite.interruption",
    "kmsdemo.suite.call_recording",
    "kmsdemo.suite.script",
    "kmsdemo.suite.story",
    "kmsdemo.suite.leftovers_report",
    "kmsdemo.suite.failure_report",
    "kmsdemo.lesson.guide.report",
    # In the order of their imports: pytest rewrites assertions only in modules not yet imported.
    "steps.iam_users",
    "steps.keys",
    "steps.table",
    "steps.passwords",
    "steps.ciphertext",
    "steps.callers",
    "steps.access",
    "steps.audit_trail",
    "steps.operations",
    "steps.requests",
    "steps.scripts",
    "steps.script_results",
    "steps.rotation",
    "steps.signatures",
    "steps.lab",
    "steps.aws_cli",
]


# ------------------------------------------------------------------------- backend


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--backend``, the options of the backends, and ``--password``."""
    group = parser.getgroup("kmsdemo", "the KMS lab")
    group.addoption(
        "--backend",
        choices=backends.NAMES,
        default=backends.DEFAULT,
        help="where AWS is; moto runs in this process and needs no account (default: %(default)s)",
    )
    for option in fields(Options):
        how: dict[str, Any] = {"action": "store_true"}
        if option.metadata["metavar"]:
            how = {"metavar": option.metadata["metavar"], "type": type(option.default or "")}
        text = option.metadata["help"]
        group.addoption(backends.flag(option.name), default=option.default, help=text, **how)
    group.addoption(
        "--password",
        type=_usable_password,
        help="the password of the scenarios (default: a random one)",
    )
    group.addoption(
        "--story",
        action="store_true",
        help="one account for all scenarios, which run in order as in kmsdemo lab",
    )


def _usable_password(text: str) -> str:
    if fault := password.fault(text):
        raise ArgumentTypeError(fault)
    return text


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Use one process in a real account: each process creates keys."""
    if config.getoption("backend") == "aws":
        config.option.numprocesses = None


def pytest_sessionstart(session: pytest.Session) -> None:
    """Print the announcement of the backend, or stop with its error, before anything runs."""
    if hasattr(session.config, "workerinput"):
        return  # the controller prints it
    try:
        announcement = backends.announcement(*_chosen(session.config))
    except errors.KmsdemoError as error:
        raise pytest.UsageError(str(error)) from error
    if terminal := session.config.pluginmanager.get_plugin("terminalreporter"):
        for line in announcement.splitlines():
            terminal.write_line(line)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Print the number of scenarios with a known difference, as the last line."""
    yield
    if differing := len(terminalreporter.stats.get("xfailed", ())):
        scenarios = pluralize(differing, "scenario differs", "scenarios differ")
        terminalreporter.write_line(f"{scenarios} from AWS on this backend", yellow=True)


def _chosen(config: pytest.Config) -> tuple[str, Options]:
    return config.getoption("backend"), Options.read(config.getoption)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """Skip what the backend cannot run; mark its known differences as strict expected failures."""
    backend: Backend = request.getfixturevalue("backend")
    for mark in request.node.iter_markers():
        if mark.name in backend.unsupported_tags:
            pytest.skip(backend.unsupported_tags[mark.name])
    if known := divergences.find(backend.name, scenario.name):
        request.applymarker(pytest.mark.xfail(reason=str(known), strict=True))


# ----------------------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> Iterator[Backend]:
    """The backend of the whole run."""
    with ExitStack() as until_the_end:
        yield until_the_end.enter_context(backends.running(*_chosen(pytestconfig)))
        try:
            until_the_end.close()
        except LeftBehind as error:
            from kmsdemo.suite import leftovers_report  # noqa: PLC0415, pytest loads it, as a plugin

            leftovers_report.add(pytestconfig, error)


def _account_scope(fixture_name: str, config: pytest.Config) -> Literal["session", "function"]:
    return "session" if config.getoption("story") else "function"


@pytest.fixture(scope=_account_scope)
def account(backend: Backend) -> Iterator[Account]:
    """The account of a scenario, or of the story; what is created in it is removed."""
    with backend.account() as account:
        yield account


@pytest.fixture
def clients(account: Account) -> Clients:
    """The clients of the caller in this account."""
    return account.clients


@pytest.fixture
def kms(clients: Clients) -> KMSClient:
    """The AWS KMS client."""
    return clients.kms


@pytest.fixture
def dynamodb(clients: Clients) -> DynamoDBClient:
    """The DynamoDB client."""
    return clients.dynamodb


@pytest.fixture
def iam(clients: Clients) -> IAMClient:
    """The IAM client."""
    return clients.iam


@pytest.fixture
def table_name(account: Account) -> str:
    """The name of the lab's table in this account."""
    return account.resource_name(TABLE_NAME)
