"""Finds the key that a call names: by key id, key ARN, alias or alias ARN."""

from __future__ import annotations

import re
from itertools import chain

from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Key, KeyStore
from kmsdemo.sandbox.kms import aws_managed_keys, stores
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
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "DescribeKey",
        "Encapsulate",
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


def of_alias(call: Call, alias: str) -> Key:
    """Return the key of an alias of the caller's account.

    Raises:
        Refusal: ``NotFoundException``.
    """
    return _by_alias(call, call.account, alias)


def of_material(call: Call, material_id: str) -> Key | None:
    """Return the key that has key material, of any account in this Region, if there is one."""
    of_account = stores.of(call.account, call.region)
    others = (one for one in stores.used() if one.region == call.region)
    keys = (key for store in chain((of_account,), others) for key in store.keys.values())
    return next((key for key in keys if material_id in key.shared.materials), None)


def missing(call: Call, key_id: str, account: str) -> Refusal:
    """Return the refusal of a key id that an account does not have."""
    arn = call.arn(f"key/{key_id}", account)
    return _NotFound("NotFoundException", f"Key '{arn}' does not exist")


class _NotFound(Refusal):
    """The name is valid, and the account has no such key."""


def _in_account(call: Call, account: str, bare_name: str, name: str) -> Key:
    if not bare_name.startswith("alias/"):
        return _by_id(call, account, bare_name.removeprefix("key/"))
    if call.operation not in ACCEPT_ALIASES:
        raise Refusal("NotFoundException", f"Invalid keyId '{name}'")
    return _by_alias(call, account, bare_name)


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


def _by_alias(call: Call, account: str, alias: str) -> Key:
    store = _store(call, account)
    if store:
        aws_managed_keys.create_if_predefined(store, alias)
    if store is None or alias not in store.aliases:
        raise _NotFound("NotFoundException", f"Alias {call.arn(alias, account)} is not found.")
    return store.keys[store.aliases[alias].target_key_id]


def _by_id(call: Call, account: str, key_id: str) -> Key:
    if not _KEY_ID.fullmatch(key_id) or _BARE_HEXADECIMAL.fullmatch(key_id):
        raise Refusal("NotFoundException", f"Invalid keyId '{key_id}'")
    store = _store(call, account)
    key = store.keys.get(key_id) if store else None
    if key is None:
        raise missing(call, key_id, account)
    return key


def _store(call: Call, account: str) -> KeyStore | None:
    """Return the store of any account in the call's Region; ``None`` if it was never used."""
    if account == call.account or stores.is_used(account):
        return stores.of(account, call.region)
    return None
