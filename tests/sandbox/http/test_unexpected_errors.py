"""An unexpected failure is one answer and one line of the log, without a secret."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from kmsdemo.sandbox.errors import StateUnusable
from kmsdemo.sandbox.http.application import Application
from kmsdemo.sandbox.kms import operations
from kmsdemo.sandbox.trail import history
from tests.sandbox.http.signed_requests import (
    SECRET,
    ask,
    code_of,
    message_of,
)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox with a mistake in it."""

    def fail(*_: Any) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setitem(operations.OPERATIONS, "ListKeys", fail)


@pytest.mark.usefixtures("failing")
def test_a_mistake_of_the_sandbox_is_one_answer_and_one_line(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(application, "kms", "ListKeys")
    assert (answer.status_code, code_of(answer)) == (500, "InternalFailure")
    request_id = answer.headers["x-amzn-RequestId"]
    (line,) = caplog.messages
    assert re.fullmatch(
        rf"{request_id}: the request: RuntimeError in fail, line \d+ of .+\.py", line
    )
    said = f"The sandbox failed; its log has the details of request {request_id}."
    assert message_of(answer) == said


@pytest.mark.usefixtures("failing")
def test_a_mistake_gives_no_secret_away(
    application: Application, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = ask(application, "kms", "ListKeys")
    assert SECRET not in answer.text + caplog.text + "".join(capfd.readouterr())


def test_what_moto_cannot_process_is_no_reason_to_ask_again(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(application, "iam", "ListVirtualMFADevices", b"Marker=x")
    assert (answer.status_code, code_of(answer)) == (400, "ValidationError")
    request_id = answer.headers["x-amzn-RequestId"]
    said = f"The sandbox cannot process request {request_id}; its log has the details."
    assert message_of(answer) == said
    (line,) = caplog.messages
    assert re.match(
        rf"{request_id}: iam ListVirtualMFADevices: \w+Error in \w+, line \d+ of ", line
    )
    assert caplog.records[0].levelno == logging.ERROR


def test_a_state_that_cannot_be_written_is_named_in_the_log(
    application: Application, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> None:
        raise StateUnusable.unreadable(Path("class.state"), "database or disk is full")

    monkeypatch.setattr(history, "subscribers", [fail])
    answer = ask(application, "kms", "ListKeys")
    assert answer.status_code == 500
    (line,) = caplog.messages
    assert line.startswith(
        f"{answer.headers['x-amzn-RequestId']}: not answered. "
        "The state in class.state cannot be used: database or disk is full"
    )
