"""Faults in a learner's account, each as a sentence that is empty where there is no fault.

Nothing here changes the account.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kmsdemo import errors
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.keys import ALIAS_PREFIX, Key
from kmsdemo.vault import PASSWORD_ATTRIBUTE, Item

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_MAX_NAMES: Final = 5
_SHORTEST_CIPHERTEXT: Final = 64
"""In bytes; what AWS KMS returns has the key's id and material besides the ciphertext proper."""


def alias_fault(found: Sequence[str]) -> str:
    """Say which aliases exist instead of one of the lab."""
    if not found:
        return "No key has an alias."
    if ALIAS_PREFIX in found or ALIAS_PREFIX.removesuffix("-") in found:
        return f"The alias {ALIAS_PREFIX.removesuffix('-')} has no suffix."
    return f"The keys have other aliases: {_some(found)}."


def key_fault(key: Key) -> str:
    """Say why a key cannot be the lab's."""
    if key.spec != "SYMMETRIC_DEFAULT":
        kind = "an HMAC key" if key.spec.startswith("HMAC_") else "asymmetric"
        return f"The key {key.key_id} is {kind}, with the spec {key.spec}."
    if key.usage != "ENCRYPT_DECRYPT":
        return f"The usage of the key {key.key_id} is {key.usage}."
    return ""


def table_fault(found: Sequence[str]) -> str:
    """Say which tables exist instead of the lab table."""
    return f"There are only other tables: {_some(found)}." if found else "There are no tables."


def attribute_fault(item: Item) -> str:
    """Say what an item has instead of binary data in ``userpasswd``."""
    if _ciphertext_in_base64(item):
        return f"The item of user {item.appuser} has its ciphertext as Base64 text, not as bytes."
    if item.ciphertext_blob is not None:
        return ""
    if value := item.attributes.get(PASSWORD_ATTRIBUTE):
        (attribute_type,) = value
        return (
            f"The item of user {item.appuser} has {PASSWORD_ATTRIBUTE} as {_type(attribute_type)}."
        )
    others = sorted(set(item.attributes) - {"appuser"})
    found = f"it has {_some(others)}" if others else "it has no other attribute"
    return f"The item of user {item.appuser} has no {PASSWORD_ATTRIBUTE}; {found}."


def is_base64(item: Item) -> bool:
    """Return whether the value of ``userpasswd`` is Base64 text, as bytes."""
    return bool(_from_base64(item.ciphertext_blob or b""))


def readable_text_fault(item: Item) -> str:
    """Say in which form an item contains readable text."""
    blob = item.ciphertext_blob or b""
    if _is_text(blob) and not _ciphertext_in_base64(item):
        form = ", encoded in Base64" if _is_text(_from_base64(blob)) else ""
        return f"The item of user {item.appuser} contains readable text{form}."
    return ""


def password_fault(item: Item, password: str) -> str:
    """Say which attribute of an item contains the password, and in which encoding."""
    for name, value in item.attributes.items():
        (stored,) = value.values()
        data = stored if isinstance(stored, bytes) else str(stored).encode()
        if encodings := encodings_that_show(password, data):
            return f"The attribute {name} contains the password, as {encodings[0]}."
    return ""


def ciphertext_fault(kms: KMSClient, key_id: str, item: Item) -> str:
    """Say why the ciphertext of an item does not decrypt under a key; the plaintext is dropped.

    Raises:
        AccessDenied: The caller is not allowed to decrypt.
    """
    ciphers = [CIPHERS[item.cipher]] if item.cipher in CIPHERS else []
    for cipher in dict.fromkeys([*ciphers, Direct, Plain]):
        try:
            cipher(kms, key_id, item.context_table).decrypt(_ciphertext_blob(item), item.appuser)
        except errors.WrongKey:
            return f"The ciphertext of user {item.appuser} is encrypted under another key."
        except errors.CiphertextInvalid:
            continue
        except errors.PasswordNotText:
            return ""
        return ""
    return f"The data of user {item.appuser} is not a ciphertext of AWS KMS, or it is damaged."


def _ciphertext_in_base64(item: Item) -> bytes:
    """Return the ciphertext of an item that has it as Base64 text; empty if it does not.

    The AWS CLI version 1 stores the text where the value is given as ``{"B": "…"}``.
    """
    (stored,) = item.attributes.get(PASSWORD_ATTRIBUTE, {"B": b""}).values()
    text = stored if isinstance(stored, bytes) else str(stored).encode()
    decoded = _from_base64(text)
    is_ciphertext = len(decoded) >= _SHORTEST_CIPHERTEXT and not _is_text(decoded)
    return decoded if is_ciphertext else b""


def _ciphertext_blob(item: Item) -> bytes:
    """Return what is most likely the ciphertext, even if its name or type is wrong."""
    if item.ciphertext_blob is not None:
        return item.ciphertext_blob
    stored = [next(iter(value.values())) for value in item.attributes.values()]
    blobs = [
        data if isinstance(data, bytes) else _from_base64(str(data).encode()) for data in stored
    ]
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


def _type(attribute_type: str) -> str:
    names = {"S": "a string (S), not binary data (B)", "N": "a number (N), not binary data (B)"}
    return names.get(attribute_type, f"type {attribute_type}, not binary data (B)")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MAX_NAMES])
    return f"{shown} and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else shown
