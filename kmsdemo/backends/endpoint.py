"""The backend ``endpoint``: any emulator with an AWS API, at a URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kmsdemo import errors
from kmsdemo.backends import Options, divergences
from kmsdemo.backends.errors import EmulatorUnreachable, NoEndpointNamed, UnknownEmulator
from kmsdemo.shared_account import emulator
from kmsdemo.shared_account.backend import SharedAccount


def announcement(options: Options) -> str:
    """Return the endpoint of the run.

    Raises:
        NoEndpointNamed: No URL is set.
        UnknownEmulator: The table of divergences has no emulator of this name.
        EmulatorUnreachable: No service with an AWS API answers at the URL.
    """
    url, name = _url(options), _name(options)
    try:
        with emulator.configured({"AWS_ENDPOINT_URL": url}):
            return emulator.announcement(name)
    except errors.EndpointUnreachable as error:
        raise EmulatorUnreachable(error.reason, url) from error


@contextmanager
def running(options: Options) -> Iterator[SharedAccount]:
    """Start a run on the emulator; leaving the context removes everything it created."""
    with (
        emulator.configured({"AWS_ENDPOINT_URL": _url(options)}),
        emulator.running(_name(options)) as backend,
    ):
        yield backend


def _url(options: Options) -> str:
    if not options.endpoint_url:  # an empty one is boto3's default, which is AWS
        raise NoEndpointNamed
    return options.endpoint_url


def _name(options: Options) -> str:
    if options.emulator is None:
        return "endpoint"
    known = {divergence.backend for divergence in divergences.DIVERGENCES}
    if options.emulator not in known:
        raise UnknownEmulator(options.emulator, ", ".join(sorted(known)))
    return options.emulator
