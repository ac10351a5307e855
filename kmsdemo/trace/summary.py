"""What of an AWS call is worth telling a class: the parameters and answers that teach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.trace.recording import Call
from kmsdemo.trace.shortened import shortened

_TEACHES: Final = frozenset(
    (
        # of a key
        "AliasName",
        "DeletionDate",
        "Description",
        "GrantId",
        "KeyId",
        "KeySpec",
        "KeyState",
        "KeyUsage",
        "MultiRegion",
        "PendingWindowInDays",
        "Policy",
        "TargetKeyId",
        # of what it encrypts
        "CiphertextBlob",
        "EncryptionContext",
        "NumberOfBytes",
        "Plaintext",
        # of people
        "AccessKeyId",
        "GranteePrincipal",
        "Operations",
        "PolicyDocument",
        "UserName",
        # of the table
        "BillingMode",
        "ConditionExpression",
        "Item",
        "Items",
        "Key",
        "KeySchema",
        "TableName",
        "TableStatus",
    )
)
_MOST_SENT: Final = 320
_WRAPPERS: Final = frozenset(
    ("AccessKey", "KeyMetadata", "ReplicaKeyMetadata", "Table", "TableDescription", "User")
)


def parameters(call: Call) -> str:
    """Return the parameters that teach something; all of them where none is known to."""
    return _in_words(_teaching(call.parameters) or dict(call.parameters))


def answer(call: Call) -> str:
    """Return what the answer adds to them, or AWS's error; empty where it adds nothing."""
    if call.error:
        return call.error
    said = _teaching(call.parameters)
    news = {
        name: value
        for name, value in _teaching(call.answer).items()
        # A key that was named by its id is answered with its ARN: no news.
        if name == "KeyState" or not (said.get(name) == value or name == "KeyId" in said)
    }
    return _in_words(news)


def in_transit(call: Call, password: str) -> list[str]:
    """Return what was sent, byte by byte, and whether the password travelled there or back."""
    body = call.sent.decode(errors="replace")
    shown = body if len(body) <= _MOST_SENT else f"{body[:_MOST_SENT]}…"
    travelled = [
        f"The password travelled {where}: {encodings[0]} of “{password}”."
        for where, message in (("to AWS", call.sent), ("back", call.received))
        if (encodings := encodings_that_show(password, message))
    ]
    return [f"Request body: {shown}", *(travelled or ["The password did not travel."])]


def _teaching(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _unwrapped(fields) if name in _TEACHES}


def _unwrapped(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if name in _WRAPPERS and isinstance(value, Mapping):
            yield from _unwrapped(value)
        else:
            yield name, value


def _in_words(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_word(value)}" for name, value in fields.items())


def _word(value: Any) -> str:
    """Return a value as people read it, without the marks of a programming language."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_word(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_word, value)) + "]"
    return str(shortened(value))
