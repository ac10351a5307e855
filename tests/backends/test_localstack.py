"""LocalStack, configured as for its own client; a sandbox stands in for it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from kmsdemo import errors
from kmsdemo.backends import Options, announcement, running
from kmsdemo.backends.errors import LocalStackUnreachable
from tests.subprocesses import free_port


@pytest.fixture
def port(aws_environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> int:
    """The port of a sandbox; nothing else is configured."""
    for name in ("LOCALSTACK_HOST", "EDGE_PORT", "USE_SSL"):
        monkeypatch.delenv(name, raising=False)
    port = urlsplit(aws_environment["AWS_ENDPOINT_URL"]).port
    assert port
    return port


@pytest.mark.parametrize(
    ("variables", "host"),
    [
        ({"EDGE_PORT": "PORT"}, "localhost"),
        ({"LOCALSTACK_HOST": "127.0.0.1", "EDGE_PORT": "PORT"}, "127.0.0.1"),
        ({"LOCALSTACK_HOST": "127.0.0.1:PORT", "EDGE_PORT": "1"}, "127.0.0.1"),
    ],
)
def test_it_is_where_its_variables_say(
    port: int, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], host: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("PORT", str(port)))
    assert announcement("localstack", Options()) == f"AWS is LocalStack at http://{host}:{port}"
    with running("localstack", Options()) as backend, backend.account() as account:
        assert backend.name == "localstack"
        assert list(account.key_ids()) == []


def test_by_default_it_is_at_the_port_of_its_documentation(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    del port  # nothing is configured
    monkeypatch.setattr("kmsdemo.shared_account.emulator.leftovers.check_permissions", lambda _: 0)
    assert announcement("localstack", Options()) == "AWS is LocalStack at http://localhost:4566"


def test_an_endpoint_of_one_service_is_its_own(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", f"127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://localhost:{port}")
    assert announcement("localstack", Options()) == (
        f"AWS is LocalStack at http://127.0.0.1:{port}, with DynamoDB at http://localhost:{port}"
    )


def test_where_nothing_listens_the_reason_names_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    host = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("LOCALSTACK_HOST", host)
    with pytest.raises(LocalStackUnreachable) as raised:
        announcement("localstack", Options())
    assert host in raised.value.reason


def test_a_host_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "a:b")
    with pytest.raises(errors.InvalidConfiguration, match="LOCALSTACK_HOST: could not parse a:b"):
        announcement("localstack", Options())
