"""LocalStack, found as its own client finds it: ``LOCALSTACK_HOST``, ``EDGE_PORT``, ``USE_SSL``.

Where the services live apart, ``AWS_ENDPOINT_URL_KMS`` and ``AWS_ENDPOINT_URL_DYNAMODB`` say so.
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

_APART = ("AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_DYNAMODB")


def announcement(_: Options) -> str:
    """Return where LocalStack is.

    Raises:
        LocalStackUnreachable: It is not there.
        InvalidConfiguration: ``LOCALSTACK_HOST`` or ``EDGE_PORT`` is none.
    """
    try:
        with _reached():
            return emulator.announcement("LocalStack")
    except errors.EndpointUnreachable as error:
        raise LocalStackUnreachable(error.reason) from error


@contextmanager
def running(_: Options) -> Iterator[SharedAccount]:
    """Work on LocalStack, and leave nothing there."""
    with _reached(), emulator.running("localstack") as backend:
        yield backend


def _reached() -> AbstractContextManager[None]:
    return emulator.reached(_variables(), keeping=_APART)


def _variables() -> Mapping[str, str]:
    """Return what LocalStack's own session would use, for boto3 and for other programs."""
    host = os.environ.get("LOCALSTACK_HOST", "localhost")
    if ":" not in host:
        host = f"{host}:{os.environ.get('EDGE_PORT', DEFAULT_EDGE_PORT)}"
    try:
        session = Session(localstack_host=host)
    except RuntimeError as error:  # its own, of a host that is none
        raise errors.InvalidConfiguration(f"LOCALSTACK_HOST: {error}.") from error
    credentials = session.get_credentials()
    return {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_DEFAULT_REGION": session.region_name,
        "AWS_ENDPOINT_URL": str(get_service_endpoint("kms", host)),
    }
