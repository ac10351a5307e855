"""Clients when AWS is slow, throttles, closes the connection, or cannot be reached."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from kmsdemo import errors, keys
from kmsdemo.account import clients, environment, retries
from kmsdemo.account.clients import connect
from kmsdemo.cipher import Direct
from kmsdemo.vault import Vault
from tests import fake_endpoint
from tests.fake_endpoint import Answer

GOOD = fake_endpoint.json_answer(200, {"CiphertextBlob": "eA==", "KeyId": "k"})
INCOMPLETE = {
    "cut off": fake_endpoint.half_an_answer,
    "a web page": fake_endpoint.web_page(200),
}
FAULTS = {
    "throttled": fake_endpoint.error("ThrottlingException"),
    "broken at once": fake_endpoint.hang_up,
    "half closed": fake_endpoint.half_close,
    "overloaded": fake_endpoint.error("KMSInternalException", status=500),
}
READABLE = {
    "throttled": (errors.Throttled, "AWS throttled Encrypt, even after retries."),
    "broken at once": (errors.EndpointUnreachable, "Connection was closed"),
    "half closed": (errors.EndpointUnreachable, "Connection was closed"),
    "overloaded": (errors.AwsUnavailable, "AWS cannot answer Encrypt at the moment"),
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without delay."""
    monkeypatch.setattr(fake_endpoint.PAUSE, lambda *_: 0)


def configure(monkeypatch: pytest.MonkeyPatch, ours: Config) -> None:
    monkeypatch.setattr(clients, "CONFIG", clients.CONFIG.merge(ours))


@contextmanager
def sent_to(url: str) -> Iterator[None]:
    caller = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    where = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}
    with environment.isolated({**caller, **where}):
        yield


def encrypt() -> bytes:
    return Direct(connect().kms, "k").encrypt("secret", "12345")


@pytest.mark.parametrize(("access_key_id", "secret"), [("mine", None), (None, "mine")])
def test_half_an_access_key_is_none(access_key_id: str | None, secret: str | None) -> None:
    with sent_to("http://127.0.0.1:1"):
        half = connect(access_key_id=access_key_id, secret_access_key=secret)
        credentials = half.botocore_session.get_credentials()
    assert credentials
    assert credentials.access_key == "testing"


def test_where_nothing_listens_more_attempts_do_not_help() -> None:
    attempts = []
    with sent_to("http://127.0.0.1:1"):
        kms = connect(max_attempts=10).kms
        kms.meta.events.register("before-send", lambda **_: attempts.append(1))
        with pytest.raises(errors.EndpointUnreachable):
            Direct(kms, "k").encrypt("secret", "12345")
    assert len(attempts) == retries.CONNECTION_ATTEMPTS


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_temporary_fault_is_retried(fault: Answer) -> None:
    with fake_endpoint.endpoint(fault, fault, GOOD) as (url, asked), sent_to(url):
        assert encrypt() == b"x"
    assert asked == ["Encrypt"] * 3


@pytest.mark.parametrize("name", FAULTS)
def test_a_permanent_fault_is_an_error_of_two_lines(name: str) -> None:
    kind, says = READABLE[name]
    with (
        fake_endpoint.endpoint(FAULTS[name]) as (url, asked),
        sent_to(url),
        pytest.raises(kind) as caught,
    ):
        encrypt()
    assert len(asked) == 3
    what, _ = str(caught.value).splitlines()
    assert says in what
    assert "secret" not in str(caught.value)
    if kind is errors.EndpointUnreachable:
        assert url in what


def test_a_response_that_is_late_twice_is_retried() -> None:
    sent: list[str] = []

    def late(request: Any, **_: Any) -> None:
        sent.append(request.url)
        if len(sent) < 3:
            raise ReadTimeoutError(endpoint_url=request.url)

    with fake_endpoint.endpoint(GOOD) as (url, asked), sent_to(url):
        kms = connect().kms
        kms.meta.events.register("before-send", late)
        assert Direct(kms, "k").encrypt("secret", "12345") == b"x"
    assert (len(sent), asked) == (3, ["Encrypt"])


def test_a_missing_response_is_an_error_of_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, Config(read_timeout=0.1))
    with (
        fake_endpoint.endpoint(fake_endpoint.never) as (url, _),
        sent_to(url),
        pytest.raises(errors.EndpointUnreachable, match="Read timeout on endpoint URL") as caught,
    ):
        encrypt()
    what, _ = str(caught.value).splitlines()
    assert url in what
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("answer", INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_incomplete_response_is_retried_and_then_an_error(answer: Answer) -> None:
    with fake_endpoint.endpoint(answer, GOOD) as (url, asked), sent_to(url):
        assert encrypt() == b"x"
    assert asked == ["Encrypt"] * 2
    with (
        fake_endpoint.endpoint(answer) as (url, asked),
        sent_to(url),
        # What is cut off, older versions of botocore notice themselves.
        pytest.raises(errors.AnswerLost, match=r"(is incomplete; |was closed).+\.\n") as caught,
    ):
        encrypt()
    assert len(asked) == 3
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("answer", INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_item_whose_response_is_incomplete_is_not_called_missing(answer: Answer) -> None:
    with (
        fake_endpoint.endpoint(answer) as (url, _),
        sent_to(url),
        pytest.raises(errors.AnswerLost),
    ):
        Vault(connect().kms, connect().dynamodb, "k").item("10001")


@pytest.mark.parametrize("answer", INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_key_is_not_created_again_after_an_incomplete_response(answer: Answer) -> None:
    with (
        fake_endpoint.endpoint(answer) as (url, asked),
        sent_to(url),
        pytest.raises(errors.KeyMaybeCreated),
    ):
        keys.create(connect().kms)
    assert asked == ["CreateKey"]


def test_a_connect_timeout_is_not_retried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure(monkeypatch, Config(connect_timeout=0.1))
    sent: list[str] = []
    with full_house() as url, sent_to(url):
        kms = connect().kms
        kms.meta.events.register("before-send", lambda request, **_: sent.append(request.url))
        with pytest.raises(errors.EndpointUnreachable, match=f"Connect timeout.*{url}"):
            Direct(kms, "k").encrypt("secret", "12345")
    assert len(sent) == 1


@contextmanager
def full_house() -> Iterator[str]:
    """An address with a full backlog, which neither accepts nor refuses connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        try:
            yield f"http://127.0.0.1:{address[1]}"
        finally:
            for client in waiting:
                client.close()


@pytest.mark.parametrize(
    ("region", "another"),
    [
        ("us-east-1", "eu-west-1"),
        ("ap-southeast-2", "eu-west-1"),
        ("eu-west-1", "us-east-1"),
        ("us-gov-west-1", "us-gov-east-1"),
        ("cn-northwest-1", "cn-north-1"),
    ],
)
def test_another_region_is_in_the_same_partition(region: str, another: str) -> None:
    with sent_to("http://127.0.0.1:9"):
        assert connect(region=region).another_region == another


def test_all_clients_have_the_same_timeouts_and_retries() -> None:
    with sent_to("http://127.0.0.1:9"):
        mine = connect()
        for client in (mine.kms, mine.dynamodb, mine.iam, mine.sts):
            options = vars(client.meta.config)["_user_provided_options"]
            assert options["connect_timeout"] == 4
            assert options["read_timeout"] == 10
            assert options["retries"] == {"mode": "standard", "total_max_attempts": 3}
