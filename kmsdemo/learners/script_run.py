"""One run of a learner's script: how it ended, which AWS calls it made, what it stored."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from kmsdemo.ciphertext import encodings_that_show

if TYPE_CHECKING:
    from kmsdemo.learners.submission.program import Finished
    from kmsdemo.sandbox.trail.records import ServedCall
    from kmsdemo.vault import Item

WRITING: Final = ("PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem")
"""The operations that write items, as far as a run of a script can use them."""
_ENCRYPTING: Final = {
    "Encrypt": "KeyId",
    "GenerateDataKey": "KeyId",
    "GenerateDataKeyWithoutPlaintext": "KeyId",
    "GenerateDataKeyPair": "KeyId",
    "GenerateDataKeyPairWithoutPlaintext": "KeyId",
    "ReEncrypt": "DestinationKeyId",
}
_SENT_TO_ENCRYPT: Final = "Plaintext"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a script.

    Attributes:
        name: ``encrypt`` or ``decrypt``.
        finished: How it ended.
        calls: The AWS calls that it made; empty if they cannot be seen.
        written: The item that it wrote, if it wrote one.
    """

    name: str
    finished: Finished
    calls: Sequence[ServedCall]
    written: Item | None

    def succeeded_with(self, service: str, *operations: str) -> list[ServedCall]:
        """Return its calls of these operations that AWS did not refuse."""
        return [
            call
            for call in self.calls
            if call.service == service and call.operation in operations and is_answered(call)
        ]

    @property
    def encrypting(self) -> list[ServedCall]:
        """Its calls by which AWS KMS encrypted something: a password, or a data key."""
        return self.succeeded_with("kms", *_ENCRYPTING)

    @property
    def key_names(self) -> set[str]:
        """The names of the keys that encrypted: key ids, ARNs or aliases."""
        return {str(call.parameters[_ENCRYPTING[call.operation]]) for call in self.encrypting}

    @property
    def encryption_contexts(self) -> list[Mapping[str, str]]:
        """The encryption contexts of what it encrypted."""
        return [context_of(call) for call in self.encrypting]

    @property
    def decrypting(self) -> list[ServedCall]:
        """Its calls by which AWS KMS decrypted something."""
        return self.succeeded_with("kms", "Decrypt")

    def call_that_shows(self, password: str) -> ServedCall | None:
        """Return the first call with the password in it, besides what AWS KMS is to encrypt."""
        return next((call for call in self.calls if _shows(call, password)), None)


def is_answered(call: ServedCall) -> bool:
    """Return whether AWS did what a call asked."""
    return call.status < HTTPStatus.BAD_REQUEST


def context_of(call: ServedCall) -> Mapping[str, str]:
    """Return the encryption context of a call; empty without one."""
    prefix = "Destination" if call.operation == "ReEncrypt" else ""
    return call.parameters.get(f"{prefix}EncryptionContext") or {}


def users_written(calls: Sequence[ServedCall]) -> Iterator[str]:
    """Yield the user numbers of the items that calls wrote."""
    for call in calls:
        if call.service == "dynamodb" and call.operation in WRITING and is_answered(call):
            for value in _values(call.parameters):
                if isinstance(value, Mapping) and isinstance(value.get("appuser"), Mapping):
                    yield from map(str, value["appuser"].values())


def _values(value: Any) -> Iterator[Any]:
    """Yield a value of JSON and all values in it."""
    yield value
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(inner, str) or not hasattr(inner, "__iter__"):
        return
    for one in inner:
        yield from _values(one)


def _shows(call: ServedCall, password: str) -> bool:
    sent = {
        name: value
        for name, value in call.parameters.items()
        if not (call.service == "kms" and name == _SENT_TO_ENCRYPT)
    }
    texts = [json.dumps(sent, ensure_ascii=False, default=str)]
    texts += [value for value in _values(sent) if isinstance(value, str)]
    return any(
        encodings_that_show(password, data)
        for data in chain((text.encode() for text in texts), map(_decoded, texts))
    )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
