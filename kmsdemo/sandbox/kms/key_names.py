"""Finds the key that a call names: by key id, key ARN, alias or alias ARN."""

from __future__ import annotations

import re

from moto.kms.models import Key

from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.refusal import Refusal

_ARN = re.compile(
    r"arn:(?P<partition>[\w-]+):kms:(?P<region>[\w-]*):(?P<account>\d{12}):(?P<name>.+)"
)
_KEY_ID = re.compile(
    r"(mrk-)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I
)
_BARE_HEXADECIMAL = re.compile(r"[0-9a-f]{32}", re.I)

ACCEPT_ALIASES = frozenset(
    {
        "Decrypt",
        "DescribeKey",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
"""The operations that accept an alias; all others accept only a key id or a key ARN.

AWS KMS API Reference, parameter ``KeyId`` of each operation.
"""


KEY_PARAMETERS = {
    "CreateAlias": "TargetKeyId",
    "ReEncrypt": "DestinationKeyId",
    "UpdateAlias": "TargetKeyId",
}
"""The parameter that names the key, by operation; all other operations have ``KeyId``."""


class NotInOtherAccount(Exception):
    """Another account does not have the key; the caller must not learn that."""


def find(call: Call, name: str) -> Key:
    """Return the key that a call names.

    Args:
        call: The call.
        name: Key id, key ARN, alias or alias ARN.

    Raises:
        Refusal: ``NotFoundException`` or ``InvalidArnException``, with AWS's messages.
        NotInOtherAccount: The ARN names a key of another account, which does not have it.
    """
    account, bare_name = _split(call, name)
    try:
        return _in_account(call, account, bare_name, name)
    except _NotFound as refusal:
        if account == call.account:
            raise
        raise NotInOtherAccount from refusal


class _NotFound(Refusal):
    """The name is valid, and the account has no such key."""


def _in_account(call: Call, account: str, bare_name: str, name: str) -> Key:
    if bare_name.startswith("alias/"):
        return _by_alias(call, account, bare_name, name)
    return _by_id(call, account, bare_name.removeprefix("key/"))


def _split(call: Call, name: str) -> tuple[str, str]:
    """Return the account of a name, and the name without the prefix of its ARN."""
    if not name.startswith("arn:"):
        return call.account, name
    parts = _ARN.fullmatch(name)
    if parts is None or not parts["name"].startswith(("key/", "alias/")):
        raise Refusal("InvalidArnException", f"Invalid arn {name}")
    if parts["region"] != call.region:
        raise Refusal("NotFoundException", f"Invalid arn {parts['region']}")
    return parts["account"], parts["name"]


def _by_alias(call: Call, account: str, alias: str, name: str) -> Key:
    if call.operation not in ACCEPT_ALIASES:
        raise Refusal("NotFoundException", f"Invalid keyId '{name}'")
    backend = call.backend_of(account)
    key_id = backend.get_key_id_from_alias(alias) if backend else None
    if backend is None or key_id is None:
        raise _NotFound("NotFoundException", f"Alias {call.arn(alias, account)} is not found.")
    return backend.keys[key_id]


def _by_id(call: Call, account: str, key_id: str) -> Key:
    if not _KEY_ID.fullmatch(key_id) or _BARE_HEXADECIMAL.fullmatch(key_id):
        raise Refusal("NotFoundException", f"Invalid keyId '{key_id}'")
    backend = call.backend_of(account)
    key = backend.keys.get(key_id) if backend else None
    if key is None:
        arn = call.arn(f"key/{key_id}", account)
        raise _NotFound("NotFoundException", f"Key '{arn}' does not exist")
    return key
