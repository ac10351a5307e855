"""Ciphertext blobs that tell nothing: sealed as a whole, so that any other bytes are noise."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmsdemo.sandbox.refusal import invalid_ciphertext

_NONCE_BYTES = 12
_ID_BYTES = 32
_SEAL = AESGCM.generate_key(bit_length=256)


@dataclass(frozen=True, slots=True)
class Opened:
    """A ciphertext blob of this sandbox: which key material made it, and what that can decrypt."""

    material_id: str
    inner: bytes


@lru_cache(maxsize=4096)
def material_id(key_material: bytes) -> str:
    """Return the id of key material, 64 hexadecimal digits; replicas share their primary's."""
    return hashlib.sha256(b"key material id" + key_material).hexdigest()


def encrypt(key_material: bytes, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Return a new ciphertext blob, bound to the key material and the encryption context."""
    inner = _lock(key_material, plaintext, _associated_data(context))
    return _lock(_SEAL, bytes.fromhex(material_id(key_material)) + inner, b"")


def open_blob(ciphertext_blob: bytes) -> Opened:
    """Look into a blob as far as one can without its key.

    Raises:
        Refusal: ``InvalidCiphertextException``, where it was not made here or is damaged.
    """
    content = _unlock(_SEAL, ciphertext_blob, b"")
    return Opened(content[:_ID_BYTES].hex(), content[_ID_BYTES:])


def decrypt(key_material: bytes, opened: Opened, context: Mapping[str, str]) -> bytes:
    """Return the plaintext.

    Raises:
        Refusal: ``InvalidCiphertextException``, where the encryption context is another.
    """
    return _unlock(key_material, opened.inner, _associated_data(context))


def _lock(key: bytes, content: bytes, associated_data: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, associated_data)


def _unlock(key: bytes, locked: bytes, associated_data: bytes) -> bytes:
    nonce, content = locked[:_NONCE_BYTES], locked[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, content, associated_data)
    except (InvalidTag, ValueError) as error:  # ValueError: shorter than a nonce
        raise invalid_ciphertext() from error


def _associated_data(context: Mapping[str, str]) -> bytes:
    return json.dumps(sorted(context.items())).encode()
