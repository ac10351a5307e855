"""Clients for many callers at one endpoint: creating three for each takes longer than their calls.

AWS: "Extensibility guide", boto3 documentation, has the events of a request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kmsdemo.account.clients import Clients, connect

_CALLER = ContextVar[Credentials]("caller")


class ManyCallers:
    """Clients that sign each request as the caller of their thread.

    Args:
        region: The Region of all callers, such as ``us-east-1``.
        endpoint_url: The endpoint of all services.
        application: The application id in the user agent of each request.

    Raises:
        InvalidConfiguration: The endpoint is not a valid URL.
    """

    def __init__(self, *, region: str, endpoint_url: str, application: str) -> None:
        self._clients = connect(
            access_key_id="nobody",
            secret_access_key="nobody",  # noqa: S106, no request is signed with it
            region=region,
            endpoint_url=endpoint_url,
            application=application,
        )
        shared: Any = (self._clients.kms, self._clients.dynamodb, self._clients.cloudtrail)
        for client in shared:
            client.meta.events.register("before-sign", _sign_as_caller)

    @contextmanager
    def clients(self, access_key_id: str, secret_access_key: str) -> Iterator[Clients]:
        """Yield clients for AWS KMS, DynamoDB and CloudTrail, which in this thread are a caller's.

        Args:
            access_key_id: The access key id of the caller.
            secret_access_key: The secret access key of the caller.
        """
        before = _CALLER.set(Credentials(access_key_id, secret_access_key))
        try:
            yield self._clients
        finally:
            _CALLER.reset(before)


def _sign_as_caller(request: AWSRequest, **_: Any) -> None:
    signing = request.context.get("signing", {})
    request.context["signing"] = {**signing, "request_credentials": _CALLER.get()}
