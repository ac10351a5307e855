"""The backend for an emulator that listens on HTTP: an endpoint and placeholder credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType

from kmsdemo.account import environment
from kmsdemo.account.clients import connect
from kmsdemo.shared_account import leftovers
from kmsdemo.shared_account.backend import SharedAccount, cleaned_up
from kmsdemo.shared_account.run import Run

_CALLER = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
# The user's values win: for some emulators the access key id is the account id.
_KEPT = (*_CALLER, "AWS_SESSION_TOKEN", "AWS_REGION")
_UNSUPPORTED_TAGS = MappingProxyType(
    {
        "clock": "this emulator cannot move its clock",
        "trail": "emulators other than the sandbox keep no audit trail",
        "watched": "only the sandbox shows which calls a script makes",
    }
)


def configured(
    variables: Mapping[str, str], *, keeping: Iterable[str] = ()
) -> AbstractContextManager[None]:
    """Send all calls to an emulator, independent of the user's AWS configuration.

    Args:
        variables: The ``AWS_ENDPOINT_URL…`` of the emulator, and other variables for it.
        keeping: Names of the user's variables that override these.
    """
    return environment.isolated({**_CALLER, **variables}, keeping=(*_KEPT, *keeping))


def announcement(name: str) -> str:
    """Return the text to print before a run.

    Args:
        name: The name of the emulator.

    Raises:
        EndpointUnreachable: No service with an AWS API answers.
    """
    clients = connect()
    leftovers.check_permissions(clients)
    kms, dynamodb = clients.kms.meta.endpoint_url, clients.dynamodb.meta.endpoint_url
    return f"AWS is {name} at {kms}{f', with DynamoDB at {dynamodb}' if dynamodb != kms else ''}"


@contextmanager
def running(name: str) -> Iterator[SharedAccount]:
    """Start a run on the emulator; leaving the context removes everything it created."""
    run = Run()
    with cleaned_up(run):
        yield SharedAccount(name, _UNSUPPORTED_TAGS, run)
