"""Adjusts botocore's retries, where they retry too often or not at all.

AWS: "Retries", boto3 documentation.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, HTTPClientError

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks
    from botocore.model import OperationModel
    from botocore.session import Session

CONNECTION_ATTEMPTS: Final = 3
"""How often a call is tried if nothing listens; further attempts are only for throttling."""


class IncompleteAnswer(HTTPClientError):
    """The answer is incomplete, or not from AWS."""

    fmt = "the response is not from AWS or is incomplete; {reason}."


def adjust(events: Session | BaseEventHooks, max_attempts: int) -> None:
    """Adjust the retries of a client, or of all that a session creates from now on.

    Args:
        events: The session, or the client's ``meta.events``.
        max_attempts: How often a call is tried.
    """
    events.register("needs-retry", _do_not_retry_connect_timeouts)
    events.register("needs-retry", _do_not_wait_for_what_is_not_there)
    events.register("needs-retry.kms.CreateKey", _do_not_create_twice)
    events.register("needs-retry", partial(_retry_incomplete_answers, max_attempts))


def _do_not_retry_connect_timeouts(caught_exception: Exception | None = None, **_: Any) -> None:
    """Do not retry after a connect time-out: TCP itself has retried three times by then."""
    if isinstance(caught_exception, ConnectTimeoutError):
        raise caught_exception


def _do_not_wait_for_what_is_not_there(
    attempts: int = 1, caught_exception: Exception | None = None, **_: Any
) -> None:
    if isinstance(caught_exception, EndpointConnectionError) and attempts >= CONNECTION_ATTEMPTS:
        raise caught_exception


def _do_not_create_twice(caught_exception: Exception | None = None, **_: Any) -> None:
    """Do not retry after a lost answer: AWS KMS would create a second key."""
    if isinstance(caught_exception, HTTPClientError):
        raise caught_exception


def _retry_incomplete_answers(
    max_attempts: int,
    response: tuple[AWSResponse, dict[str, Any]] | None,
    attempts: int,
    operation: OperationModel,
    **_: Any,
) -> Any:
    """Retry if botocore takes an incomplete answer for one without fields."""
    if response is None or not (reason := _why_incomplete(*response, operation)):
        return None
    if attempts < max_attempts and operation.name != "CreateKey":
        return 0
    raise IncompleteAnswer(reason=reason)


def _why_incomplete(
    response: AWSResponse, parsed: dict[str, Any], operation: OperationModel
) -> str | None:
    body, length = response.content, response.headers.get("content-length")
    if length and len(body) < int(length):
        return f"{len(body)} of its {length} bytes arrived"
    has_fields = parsed.keys() != {"ResponseMetadata"}
    if body and not has_fields and operation.service_model.metadata["protocol"] == "json":
        try:
            json.loads(body)
        except ValueError:
            return "it is not JSON"
    return None
