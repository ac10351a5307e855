"""A sandbox that listens, a key, and a user without permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kmsdemo import keys
from kmsdemo.backends import Backend
from kmsdemo.keys import Key
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.http.server import Server
from steps.iam_users import IamUser, create_iam_user
from tests.sandbox.access.callers import ClassSandbox

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


@pytest.fixture(autouse=True)
def _real_time() -> None:
    """Set all clocks to the real time, for the tests that open no account."""
    clock.reset()


@pytest.fixture(scope="session")
def sandbox_url(backend: Backend) -> Iterator[str]:
    """The URL of a running sandbox, whose accounts are those of this process."""
    with Server().in_background() as url:
        yield url


@pytest.fixture
def at(clients: object, sandbox_url: str) -> ClassSandbox:
    """A running sandbox, with empty accounts and clocks at the real time."""
    return ClassSandbox(sandbox_url)


@pytest.fixture
def key(kms: KMSClient) -> Key:
    """A key with the default key policy."""
    return keys.create(kms)


@pytest.fixture
def ben(iam: IAMClient) -> IamUser:
    """An IAM user without any IAM policy."""
    return create_iam_user(iam, "ben")
