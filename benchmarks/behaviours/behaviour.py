"""One documented behaviour of AWS KMS, as a call whose result can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.emulators import Emulator

SUCCESS = "succeeds"
FAILS = "fails"
"""The result of a call that AWS documents to fail, without saying by which error code."""


@dataclass(frozen=True)
class Behaviour:
    """One documented behaviour.

    Attributes:
        group: The topic.
        name: The call.
        documented: The result that AWS documents: an error code, what the call returns as text, or
            :data:`SUCCESS`.
        answer: Makes the call to an emulator and returns the result.
        source: Where AWS documents it, or who recorded it.
    """

    group: str
    name: str
    documented: str
    answer: Callable[[Emulator], str]
    source: str


def answered(call: Callable[[], Any]) -> str:
    """Make a call and return its error code, the text that it returns, or :data:`SUCCESS`."""
    try:
        result = call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except BotoCoreError as error:
        return type(error).__name__
    return result if isinstance(result, str) else SUCCESS


class Account:
    """An account of an emulator, with what behaviours begin with.

    Attributes:
        emulator: The emulator.
        kms: A client of AWS KMS.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.kms = emulator.client("kms")

    @property
    def unchecked(self) -> Any:
        """A client that sends whatever it is given; the emulator has to check it."""
        return _unchecked(self.emulator)

    def in_region(self, region: str) -> Any:
        """Return a client of AWS KMS in another Region."""
        return self.emulator.client("kms", region=region)

    def key(self, spec: str = "", usage: str = "", **options: Any) -> str:
        """Create a key and return its key id."""
        if spec:
            options |= {"KeySpec": spec, "KeyUsage": usage}
        return str(self.kms.create_key(**options)["KeyMetadata"]["KeyId"])

    def metadata(self, key_id: str) -> Any:
        """Return the metadata of a key."""
        return self.kms.describe_key(KeyId=key_id)["KeyMetadata"]

    def blob(self, key_id: str, **context: str) -> bytes:
        """Return a ciphertext blob under a symmetric key."""
        return bytes(
            self.kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=context)[
                "CiphertextBlob"
            ]
        )


@cache
def _unchecked(emulator: Emulator) -> Any:
    return emulator.new_client("kms", config=Config(parameter_validation=False))


Call = Callable[[Account], Any]
Row = tuple[str, str, Call]


def fails(call: Call) -> Call:
    """Return a call whose result is :data:`FAILS` instead of an error code."""

    def failing(account: Account) -> Any:
        try:
            return call(account)
        except ClientError:
            return FAILS

    return failing


def rows(group: str, source: str, listed: Iterable[Row]) -> Iterator[Behaviour]:
    """Yield the behaviours of a table: the call in words, the documented result, the call."""
    for name, documented, call in listed:
        yield Behaviour(group, name, documented, _answer(call), source)


def _answer(call: Call) -> Callable[[Emulator], str]:
    return lambda emulator: answered(lambda: call(Account(emulator)))
