"""moto: an AWS account in this process, and over HTTP for other programs, with one state."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from unittest.mock import patch

from moto import mock_aws
from moto.server import ThreadedMotoServer

from kmsdemo.backends.clients import Clients, connect

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}

_DISABLED = "moto lets a disabled key encrypt and decrypt"
_DOOMED = "moto lets a key that is pending deletion encrypt, decrypt and be enabled"
_WRONG_KEY = (
    "moto answers AccessDeniedException, without a message, where AWS says IncorrectKeyException"
)
_WINDOW = "moto answers a waiting period outside 7 to 30 days with success"
_CLOCK = "moto never deletes a key, and its clock cannot be moved"

DIVERGENCES: Mapping[str, str] = MappingProxyType(
    {
        "AWS keeps the aliases that begin with aws for itself": "moto gives alias/aws/… away",
        "A disabled key encrypts nothing": _DISABLED,
        "Nobody can decrypt while the key is disabled": _DISABLED,
        "A cancelled deletion leaves the key disabled": _DISABLED,
        "A key that is pending deletion encrypts nothing": _DOOMED,
        "Nobody can decrypt during the waiting period": _DOOMED,
        "The key cannot be enabled during the waiting period": _DOOMED,
        "Deletion cannot be scheduled twice": "moto schedules a deletion again and again",
        "There must be a deletion to cancel": "moto cancels what was never scheduled",
        "A waiting period of 6 days is refused": _WINDOW,
        "A waiting period of 31 days is refused": _WINDOW,
        "It does not decrypt under another key": _WRONG_KEY,
        "The wrong key": _WRONG_KEY,
        "A caller without permission": "moto asks no IAM policy and no key policy",
        "The key, its aliases and the password are lost": _CLOCK,
        "A new key under the old alias does not bring the password back": _CLOCK,
        "A replica still decrypts": (
            "moto does not decrypt under a multi-Region key, whose id is longer than it expects"
        ),
        "The primary key waits for its replica": "moto does not know PendingReplicaDeletion",
    }
)
"""Where moto 5.2.5 does not answer as the AWS KMS Developer Guide and API Reference say."""


class Moto:
    """The embedded default. Nothing of it leaves this machine."""

    divergences = DIVERGENCES

    def __init__(self) -> None:
        self._clients = connect()
        self._server: ThreadedMotoServer | None = None

    @contextmanager
    def account(self) -> Iterator[Clients]:
        """Start moto with empty state; see :class:`kmsdemo.backends.Backend`."""
        with mock_aws():
            yield self._clients

    def environment(self) -> Mapping[str, str]:
        """Start moto's server, if it is not running yet, and return the way to it."""
        if self._server is None:
            self._server = _started_server()
        host, port = self._server.get_host_and_port()
        return _ENVIRONMENT | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}

    def advance(self, *, days: int) -> None:
        """Refuse: moto has no clock to move."""
        raise NotImplementedError(f"moto cannot let {days} days pass: its keys are never deleted.")

    def stop(self) -> None:
        """Stop the server, if it was needed."""
        if self._server is not None:
            self._server.stop()


@contextmanager
def running() -> Iterator[Moto]:
    """Start moto, shut off from whatever AWS configuration the user has."""
    theirs = {name for name in os.environ if name.startswith("AWS_")}
    ours = {name: value for name, value in os.environ.items() if name not in theirs}
    with patch.dict(os.environ, ours | _ENVIRONMENT, clear=True):
        backend = Moto()
        try:
            yield backend
        finally:
            backend.stop()


def _started_server() -> ThreadedMotoServer:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return server
