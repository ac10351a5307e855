"""Many callers share clients, and each request is signed as its own caller's."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from kmsdemo import keys
from kmsdemo.account.clients import connect
from kmsdemo.account.many_callers import ManyCallers
from kmsdemo.errors import InvalidConfiguration

pytestmark = pytest.mark.usefixtures("account")

REGION = "us-east-1"


def account(number: int) -> str:
    """Return an access key id; without a class it is the id of the account."""
    return f"{400_000_000_000 + number}"


@pytest.fixture
def url(aws_environment: Mapping[str, str]) -> str:
    return aws_environment["AWS_ENDPOINT_URL"]


@pytest.fixture
def callers(url: str) -> ManyCallers:
    return ManyCallers(region=REGION, endpoint_url=url, application="tests")


def created(url: str, number: int) -> str:
    """Create a key in an account, with clients of its own, and return its ARN."""
    owner = connect(
        access_key_id=account(number), secret_access_key="x", region=REGION, endpoint_url=url
    )
    return keys.create(owner.kms).arn


def listed(callers: ManyCallers, number: int) -> list[str]:
    with callers.clients(account(number), "x") as clients:
        return [key["KeyArn"] for key in clients.kms.list_keys()["Keys"]]


def test_each_caller_sees_their_own_account(callers: ManyCallers, url: str) -> None:
    arns = {number: [created(url, number)] for number in range(20)}
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda number: listed(callers, number), [*arns] * 3)
        assert list(found) == [*arns.values()] * 3


def test_the_caller_of_before_is_back_after_another(callers: ManyCallers, url: str) -> None:
    arn = created(url, 0)
    with callers.clients(account(0), "x") as clients:
        assert listed(callers, 1) == []
        assert clients.kms.list_keys()["Keys"][0]["KeyArn"] == arn


def test_without_a_caller_no_request_is_sent(callers: ManyCallers) -> None:
    with callers.clients(account(0), "x") as clients:
        pass
    with pytest.raises(LookupError):
        clients.kms.list_keys()


def test_a_class_creates_a_client_of_each_service_once(callers: ManyCallers) -> None:
    with callers.clients(account(0), "x") as first, callers.clients(account(1), "x") as second:
        assert first.kms is second.kms


def test_an_endpoint_that_is_no_url_is_an_error() -> None:
    with pytest.raises(InvalidConfiguration):
        ManyCallers(region=REGION, endpoint_url="http://127.0.0.1:port", application="tests")
