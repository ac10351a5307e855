"""Summarizes an AWS call for a class: the parameters and response fields that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.trace.recording import Call
from kmsdemo.trace.shortened import shortened

_SHOWN_FIELDS: Final = frozenset(
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
        # of cryptographic operations
        "CiphertextBlob",
        "EncryptionContext",
        "NumberOfBytes",
        "Plaintext",
        # of the audit trail
        "Events",
        "LookupAttributes",
        # of IAM users
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
_MAX_BODY_CHARACTERS: Final = 320
_WRAPPERS: Final = frozenset(
    ("AccessKey", "KeyMetadata", "ReplicaKeyMetadata", "Table", "TableDescription", "User")
)


def parameters(call: Call) -> str:
    """Return the parameters that matter; all of them if none does."""
    return in_words(_shown_fields(call.parameters) or dict(call.parameters))


def response(call: Call) -> str:
    """Return what the response adds to the parameters, or the error; empty if it adds nothing."""
    return call.error or in_words(added_fields(call))


def added_fields(call: Call) -> dict[str, Any]:
    """Return the fields of the response that matter and that the parameters do not have."""
    sent = _shown_fields(call.parameters)
    return {
        name: value
        for name, value in _shown_fields(call.response).items()
        # The response to a key id is the ARN of the same key.
        if name == "KeyState" or not (sent.get(name) == value or name == "KeyId" in sent)
    }


def in_transit(call: Call, password: str) -> list[str]:
    """Return the request body, and whether the request or the response contains the password.

    Args:
        call: The call.
        password: The password to search for, in all common encodings.
    """
    body = call.request_body.decode(errors="replace")
    shown = body if len(body) <= _MAX_BODY_CHARACTERS else f"{body[:_MAX_BODY_CHARACTERS]}…"
    found = [
        f"The {message} contains the password: {encodings[0]} of “{password}”."
        for message, content in (("request", call.request_body), ("response", call.response_body))
        if (encodings := encodings_that_show(password, content))
    ]
    absent = "Neither the request nor the response contains the password."
    return [f"Request body: {shown}", *(found or [absent])]


def _shown_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _unwrapped(fields) if name in _SHOWN_FIELDS}


def _unwrapped(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if name in _WRAPPERS and isinstance(value, Mapping):
            yield from _unwrapped(value)
        elif name == "Aliases":
            yield "AliasName", [alias["AliasName"] for alias in value]
        elif name == "Events":
            yield "Events", [f"{one['EventName']} by {one.get('Username', 'AWS')}" for one in value]
        else:
            yield name, value


def in_words(fields: Mapping[str, Any]) -> str:
    """Return fields as a line of text, without the quotation marks of Python."""
    return ", ".join(f"{name} {_word(value)}" for name, value in fields.items())


def _word(value: Any) -> str:
    """Return a value without the quotation marks of Python."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_word(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_word, value)) + "]"
    return str(shortened(value))
