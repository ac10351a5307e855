"""Which calls are tried again, as botocore asks with its event ``needs-retry``."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.hooks import HierarchicalEmitter

from kmsdemo.account import retries
from kmsdemo.account.clients import Clients
from kmsdemo.account.retries import IncompleteAnswer

MOST = 5
NO_FIELDS: dict[str, Any] = {"ResponseMetadata": {}}


def is_left_to_botocore(
    clients: Clients,
    operation: str,
    *,
    answer: tuple[AWSResponse, dict[str, Any]] | None = None,
    error: Exception | None = None,
    attempts: int = 1,
) -> bool:
    """Ask whether a call is tried again; ``False`` if it is, at once, and not by botocore.

    Raises:
        Exception: It is not.
    """
    events = HierarchicalEmitter()
    retries.adjust(events, MOST)
    service = clients.dynamodb if operation == "Scan" else clients.kms
    said = events.emit(
        f"needs-retry.{service.meta.service_model.service_name}.{operation}",
        response=answer,
        caught_exception=error,
        attempts=attempts,
        operation=service.meta.service_model.operation_model(operation),
    )
    decisions = [decision for _, decision in said if decision is not None]
    assert decisions in ([], [0])
    return not decisions


@pytest.mark.parametrize(
    ("operation", "error", "attempts", "is_tried"),
    [
        ("Encrypt", ConnectTimeoutError(endpoint_url="u"), 1, False),
        ("Encrypt", EndpointConnectionError(endpoint_url="u"), 2, True),
        ("Encrypt", EndpointConnectionError(endpoint_url="u"), 3, False),
        ("Encrypt", ConnectionClosedError(endpoint_url="u"), 4, True),
        ("Encrypt", ReadTimeoutError(endpoint_url="u"), 1, True),
        ("CreateKey", ReadTimeoutError(endpoint_url="u"), 1, False),
        ("CreateKey", ConnectionClosedError(endpoint_url="u"), 1, False),
        ("CreateKey", ValueError("not of HTTP"), 1, True),
        ("CreateAlias", ReadTimeoutError(endpoint_url="u"), 1, True),
    ],
)
def test_an_error_of_the_connection_is_raised_where_another_attempt_does_not_help(
    clients: Clients, operation: str, error: Exception, attempts: int, is_tried: bool
) -> None:
    if is_tried:
        assert is_left_to_botocore(clients, operation, error=error, attempts=attempts)
        return
    with pytest.raises(type(error)) as raised:
        is_left_to_botocore(clients, operation, error=error, attempts=attempts)
    assert raised.value is error


def answered(body: bytes, length: int | None, **fields: Any) -> tuple[AWSResponse, dict[str, Any]]:
    headers = HTTPHeaders()
    if length is not None:
        headers["Content-Length"] = str(length)
    response = AWSResponse("https://kms", 200, headers, None)
    response._content = body  # type: ignore[attr-defined]
    return response, {**NO_FIELDS, **fields}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answered(b'{"Ke', 12), "4 of its 12 bytes arrived"),
        (answered(b"", 12), "0 of its 12 bytes arrived"),
        (answered(b"<html>", 6), "it is not JSON"),
        (answered(b'{"Ke', None), "it is not JSON"),
    ],
)
@pytest.mark.parametrize("operation", ["Encrypt", "Scan"])
def test_half_an_answer_is_asked_for_again_as_often_as_any(
    clients: Clients, operation: str, answer: tuple[AWSResponse, dict[str, Any]], reason: str
) -> None:
    assert not is_left_to_botocore(clients, operation, answer=answer, attempts=MOST - 1)
    with pytest.raises(IncompleteAnswer) as raised:
        is_left_to_botocore(clients, operation, answer=answer, attempts=MOST)
    assert reason in str(raised.value)


def test_half_an_answer_of_a_new_key_makes_no_second_one(clients: Clients) -> None:
    with pytest.raises(IncompleteAnswer):
        is_left_to_botocore(clients, "CreateKey", answer=answered(b"", 12))


@pytest.mark.parametrize(
    "answer",
    [
        None,
        answered(b"", 0),
        answered(b"{}", 2),
        answered(b'{"Keys": []}', 12, Keys=[]),
        answered(b"<xml/>", 6, Keys=[]),
    ],
)
def test_an_answer_that_is_whole_is_left_to_botocore(
    clients: Clients, answer: tuple[AWSResponse, dict[str, Any]] | None
) -> None:
    assert is_left_to_botocore(clients, "ListKeys", answer=answer)


def test_what_is_not_json_is_an_answer_of_a_service_that_speaks_xml(clients: Clients) -> None:
    events = HierarchicalEmitter()
    retries.adjust(events, MOST)
    operation = clients.iam.meta.service_model.operation_model("ListUsers")
    said = events.emit(
        "needs-retry.iam.ListUsers",
        response=answered(b"<xml/>", 6),
        caught_exception=None,
        attempts=1,
        operation=operation,
    )
    assert [decision for _, decision in said if decision is not None] == []
