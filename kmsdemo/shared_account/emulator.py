"""An emulator that listens somewhere: reached over HTTP, with made-up credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType

from kmsdemo.account import environment
from kmsdemo.account.clients import connect
from kmsdemo.shared_account import leftovers
from kmsdemo.shared_account.backend import SharedAccount, tidied
from kmsdemo.shared_account.run import Run

_CALLER = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
# Whoever sets one of these means it: an access key id may be the number of an account.
_KEPT = (*_CALLER, "AWS_SESSION_TOKEN", "AWS_REGION")
_LACKS = MappingProxyType({"clock": "the clock of this emulator cannot be moved"})


def reached(
    variables: Mapping[str, str], *, keeping: Iterable[str] = ()
) -> AbstractContextManager[None]:
    """Send everything to an emulator, whatever AWS configuration the user has.

    Args:
        variables: The ``AWS_ENDPOINT_URL…`` that leads to it, and whatever else it wants.
        keeping: Names of variables of the user's that go before those.
    """
    return environment.only({**_CALLER, **variables}, keeping=(*_KEPT, *keeping))


def announcement(name: str) -> str:
    """Return what is said before a run.

    Raises:
        EndpointUnreachable: Nobody answers, or not as AWS does.
    """
    clients = connect()
    leftovers.look(clients)
    kms, dynamodb = clients.kms.meta.endpoint_url, clients.dynamodb.meta.endpoint_url
    return f"AWS is {name} at {kms}{f', with DynamoDB at {dynamodb}' if dynamodb != kms else ''}"


@contextmanager
def running(name: str) -> Iterator[SharedAccount]:
    """Work on the emulator, and leave nothing there."""
    run = Run()
    with tidied(run):
        yield SharedAccount(name, _LACKS, run)
