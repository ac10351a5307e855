"""What every feature and test may ask for: an AWS account from the chosen backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kmsdemo import backends

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from pytest_bdd.parser import Scenario

    from kmsdemo.backends import Backend
    from kmsdemo.backends.clients import Clients

pytest_plugins = [
    "kmsdemo.lab.report",
    # Each after those that it imports: pytest rewrites the assertions of what is not imported yet.
    "steps.people",
    "steps.keys",
    "steps.table",
    "steps.passwords",
    "steps.ciphertext",
    "steps.callers",
    "steps.access",
    "steps.operations",
    "steps.scripts",
    "steps.aws_cli",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--backend``."""
    parser.getgroup("kmsdemo", "the KMS lab").addoption(
        "--backend",
        choices=backends.NAMES,
        default=backends.DEFAULT,
        help="where AWS is: moto runs in this process and needs nothing (default: %(default)s)",
    )


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """Expect a failure, strictly, where the backend is known to differ from AWS."""
    backend: Backend = request.getfixturevalue("backend")
    if reason := backend.divergences.get(scenario.name):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> Iterator[Backend]:
    """Where AWS is, for the whole run."""
    with backends.running(pytestconfig.getoption("backend")) as backend:
        yield backend


@pytest.fixture
def account(backend: Backend) -> Iterator[Clients]:
    """An account of the scenario's own, with nothing in it."""
    with backend.account() as clients:
        yield clients


@pytest.fixture
def kms(account: Clients) -> KMSClient:
    """The AWS KMS client."""
    return account.kms


@pytest.fixture
def dynamodb(account: Clients) -> DynamoDBClient:
    """The DynamoDB client."""
    return account.dynamodb


@pytest.fixture
def iam(account: Clients) -> IAMClient:
    """The IAM client."""
    return account.iam
