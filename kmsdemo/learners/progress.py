"""How far somebody came with the lab: what an account shows. Nothing here changes anything."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kmsdemo import errors
from kmsdemo.aws_errors import translated
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.keys import ALIAS_PREFIX
from kmsdemo.vault import PASSWORD_ATTRIBUTE, Item

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_OF_AWS: Final = "alias/aws/"
_MOST_NAMED: Final = 5


def aliases(kms: KMSClient) -> list[str]:
    """Return the aliases that people gave to keys of this account and Region.

    AWS: ListAliases, AWS KMS API Reference.
    """
    with translated(key_id="of this account"):
        pages = kms.get_paginator("list_aliases").paginate()
        return [
            alias["AliasName"]
            for page in pages
            for alias in page["Aliases"]
            if "TargetKeyId" in alias and not alias["AliasName"].startswith(_OF_AWS)
        ]


def is_the_labs(alias: str) -> bool:
    """Return whether an alias is ``alias/demo-kms-`` and a suffix."""
    return alias.startswith(ALIAS_PREFIX) and alias != ALIAS_PREFIX


def about_aliases(there: Sequence[str]) -> str:
    """Say which aliases there are where the lab's is not."""
    if not there:
        return "No key has an alias."
    if ALIAS_PREFIX in there or ALIAS_PREFIX.removesuffix("-") in there:
        return f"The alias {ALIAS_PREFIX.removesuffix('-')} has no suffix."
    return f"The keys have other aliases: {_some(there)}."


def about_tables(there: Sequence[str]) -> str:
    """Say which tables there are where the lab's is not."""
    return f"There are other tables: {_some(there)}." if there else "There is no table at all."


def about_attributes(item: Item) -> str:
    """Say what an item has where its ciphertext should be; empty where it is there."""
    if item.ciphertext_blob is not None:
        return ""
    if value := item.attributes.get(PASSWORD_ATTRIBUTE):
        (kind,) = value
        return f"The item of user {item.appuser} has {PASSWORD_ATTRIBUTE} as {_kind(kind)}."
    others = sorted(set(item.attributes) - {"appuser"})
    there = f"it has {_some(others)}" if others else "it has nothing else"
    return f"The item of user {item.appuser} has no {PASSWORD_ATTRIBUTE}; {there}."


def about_text(item: Item) -> str:
    """Say in which form an item can be read; empty where it is hidden."""
    blob = item.ciphertext_blob or b""
    if _is_text(blob):
        form = "as the Base64 of text" if _is_text(_from_base64(blob)) else "as text"
        return f"The item of user {item.appuser} can be read, {form}."
    return ""


def about_password(item: Item, password: str) -> str:
    """Say which attribute of an item shows a password, and how; empty where none does."""
    for name, value in item.attributes.items():
        (stored,) = value.values()
        data = stored if isinstance(stored, bytes) else str(stored).encode()
        if shown := encodings_that_show(password, data):
            return f"The attribute {name} shows the password, as {shown[0]}."
    return ""


def about_ciphertext(kms: KMSClient, key_id: str, item: Item) -> str:
    """Say why a ciphertext does not decrypt under a key; empty where it does, unseen.

    Raises:
        AccessDenied: The caller may not decrypt, so nobody can tell.
    """
    ciphers = [CIPHERS[item.cipher]] if item.cipher in CIPHERS else []
    for cipher in dict.fromkeys([*ciphers, Direct, Plain]):
        try:
            cipher(kms, key_id).decrypt(_ciphertext_blob(item), item.appuser)
        except errors.WrongKey:
            return f"The ciphertext of user {item.appuser} is under another key."
        except errors.CiphertextInvalid:
            continue
        except errors.PasswordNotText:
            return ""
        return ""
    return f"The data of user {item.appuser} is no ciphertext of AWS KMS, or was changed."


def _ciphertext_blob(item: Item) -> bytes:
    """Return what is most likely the ciphertext, also where it has another name or type."""
    if item.ciphertext_blob is not None:
        return item.ciphertext_blob
    stored = [next(iter(value.values())) for value in item.attributes.values()]
    blobs = [one if isinstance(one, bytes) else _from_base64(str(one).encode()) for one in stored]
    return max(blobs, key=len)


def _is_text(data: bytes) -> bool:
    try:
        return bool(data) and data.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _from_base64(data: bytes) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return b""


def _kind(kind: str) -> str:
    return {"S": "text (S), not binary data (B)", "N": "a number (N)"}.get(kind, f"type {kind}")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown
