"""AWS calls as the boto3 lines that a person writes into one program, one after the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from botocore import xform_name

from kmsdemo.trace.recording import Call
from kmsdemo.trace.redaction import REDACTED

_WIDTH: Final = 88
_KEPT: Final[Mapping[str, tuple[str, str]]] = {
    "CreateKey": ("key_id", '["KeyMetadata"]["KeyId"]'),
    "Decrypt": ("password", '["Plaintext"].decode()'),
    "Encrypt": ("ciphertext", '["CiphertextBlob"]'),
}
_KEPT_CIPHERTEXT: Final = ("ciphertext", '["Item"]["userpasswd"]["B"]')


def boto3_lines(
    call: Call, variables: Mapping[str, str] | None = None, *, keeps_ciphertext: bool = False
) -> str:
    """Return the boto3 lines that make one call; ``kms`` and ``dynamodb`` are clients.

    A call of an IAM user or in another Region has a client of its own.

    Args:
        call: The call. Bytes become the variable ``ciphertext``, secrets ``password``.
        variables: Further values that have a variable, with its name.
        keeps_ciphertext: Whether the ciphertext of an item is kept, to be decrypted.
    """
    kept = _KEPT.get(call.operation, ("", ""))
    if call.operation == "GetItem" and keeps_ciphertext:
        kept = _KEPT_CIPHERTEXT
    variable, path = kept
    start = f"{variable} = " if variable else ""
    start += f"{_client(call)}.{xform_name(call.operation)}("
    arguments = [
        f"{name}={_expression(value, variables or {})}" for name, value in call.parameters.items()
    ]
    line = f"{start}{', '.join(arguments)}){path}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([start, *(f"    {argument}," for argument in arguments), f"){path}"])


def _client(call: Call) -> str:
    region = f', region_name="{call.region}"' if call.region else ""
    if call.caller:
        return f'boto3.Session(profile_name="{call.caller}"{region}).client("{call.service}")'
    if region:
        return f'boto3.client("{call.service}"{region})'
    return call.service.replace("-", "")


def _expression(value: Any, variables: Mapping[str, str]) -> str:
    if value == REDACTED:
        return "password.encode()"
    if isinstance(value, bytes | bytearray):
        return "ciphertext"
    if isinstance(value, Mapping):
        members = (
            f"{json.dumps(name)}: {_expression(member, variables)}"
            for name, member in value.items()
        )
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_expression(member, variables) for member in value)}]"
    return _word(value, variables)


def _word(value: Any, variables: Mapping[str, str]) -> str:
    if isinstance(value, bool | int | float):
        return repr(value)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return variables.get(text) or json.dumps(text, ensure_ascii=False)
