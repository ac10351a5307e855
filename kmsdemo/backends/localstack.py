"""The backend ``localstack``, configured as for LocalStack's own client.

It reads ``LOCALSTACK_HOST``, ``EDGE_PORT`` and ``USE_SSL``. ``AWS_ENDPOINT_URL_KMS`` and
``AWS_ENDPOINT_URL_DYNAMODB`` override the endpoint of one service.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from localstack_client.config import (  # type: ignore[import-untyped]
    DEFAULT_EDGE_PORT,
    get_service_endpoint,
)
from localstack_client.session import Session  # type: ignore[import-untyped]

from kmsdemo import errors
from kmsdemo.backends import Options
from kmsdemo.backends.errors import LocalStackUnreachable
from kmsdemo.shared_account import emulator
from kmsdemo.shared_account.backend import SharedAccount

_SERVICE_ENDPOINTS = ("AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_DYNAMODB")


def announcement(_: Options) -> str:
    """Return the endpoint of LocalStack.

    Raises:
        LocalStackUnreachable: LocalStack does not answer.
        InvalidConfiguration: ``LOCALSTACK_HOST`` or ``EDGE_PORT`` is invalid.
    """
    try:
        with _configured():
            return emulator.announcement("LocalStack")
    except errors.EndpointUnreachable as error:
        raise LocalStackUnreachable(error.reason) from error


@contextmanager
def running(_: Options) -> Iterator[SharedAccount]:
    """Start a run on LocalStack; leaving the context removes everything it created."""
    with _configured(), emulator.running("localstack") as backend:
        yield backend


def _configured() -> AbstractContextManager[None]:
    return emulator.configured(_variables(), keeping=_SERVICE_ENDPOINTS)


def _variables() -> Mapping[str, str]:
    """Return the variables that configure boto3 and other programs as LocalStack's own session."""
    host = os.environ.get("LOCALSTACK_HOST", "localhost")
    if ":" not in host:
        host = f"{host}:{os.environ.get('EDGE_PORT', DEFAULT_EDGE_PORT)}"
    try:
        session = Session(localstack_host=host)
    except RuntimeError as error:  # LocalStack's client raises it for an invalid host
        raise errors.InvalidConfiguration(f"LOCALSTACK_HOST: {error}.") from error
    credentials = session.get_credentials()
    return {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_DEFAULT_REGION": session.region_name,
        "AWS_ENDPOINT_URL": str(get_service_endpoint("kms", host)),
    }
