"""An emulator at any URL; a sandbox stands in for it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kmsdemo.backends import Options, announcement, running
from kmsdemo.backends.errors import EmulatorUnreachable, NoEndpointNamed, UnknownEmulator
from tests.subprocesses import free_port


@pytest.fixture
def url(aws_environment: Mapping[str, str]) -> str:
    """The URL of a sandbox."""
    return aws_environment["AWS_ENDPOINT_URL"]


@pytest.mark.parametrize(("emulator", "name"), [(None, "endpoint"), ("ministack", "ministack")])
def test_the_announcement_and_the_backend_have_its_name(
    url: str, emulator: str | None, name: str
) -> None:
    options = Options(endpoint_url=url, emulator=emulator)
    assert announcement("endpoint", options) == f"AWS is {name} at {url}"
    with running("endpoint", options) as backend:
        assert backend.name == name


@pytest.mark.parametrize("url", [None, ""])
def test_without_a_url_nothing_is_called(url: str | None) -> None:
    with pytest.raises(NoEndpointNamed):
        announcement("endpoint", Options(endpoint_url=url))


def test_an_emulator_that_nobody_knows_is_refused_with_those_that_are_known(url: str) -> None:
    with pytest.raises(UnknownEmulator) as raised:
        announcement("endpoint", Options(endpoint_url=url, emulator="moon"))
    assert raised.value.emulator == "moon"
    assert "choose one of: localstack, ministack." in raised.value.next_step


def test_an_emulator_that_does_not_answer_is_named_by_its_url() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(EmulatorUnreachable) as raised:
        announcement("endpoint", Options(endpoint_url=url))
    assert raised.value.url == url
    assert "Connection refused" in raised.value.reason or url in raised.value.reason
