"""Opaque ciphertext blobs: everything in them, including the key material id, is encrypted."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmsdemo.sandbox.key import KeyMaterial
from kmsdemo.sandbox.refusal import invalid_ciphertext

_NONCE_BYTES = 12
_ID_BYTES = 32
_blob_key = AESGCM.generate_key(bit_length=256)


@dataclass(frozen=True, slots=True)
class ParsedBlob:
    """A ciphertext blob of this sandbox.

    Attributes:
        material_id: The id of the key material that encrypted it, 64 hexadecimal digits.
        ciphertext: The ciphertext under that key material.
    """

    material_id: str
    ciphertext: bytes


def blob_key() -> bytes:
    """Return the key under which the blobs of this sandbox are opaque."""
    return _blob_key


def restore(blob_key: bytes) -> None:
    """Use this key to read and write the blobs of a sandbox."""
    global _blob_key  # noqa: PLW0603, moto's state is global as well
    _blob_key = blob_key


def encrypt(material: KeyMaterial, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Encrypt a plaintext with the encryption context, and return the ciphertext blob.

    Args:
        material: Of a symmetric encryption key.
        plaintext: Any number of bytes.
        context: The encryption context, authenticated with the plaintext.
    """
    ciphertext = _aes_gcm_encrypt(material.secret, plaintext, _associated_data(context))
    return _aes_gcm_encrypt(_blob_key, bytes.fromhex(material.id) + ciphertext, b"")


def parse(ciphertext_blob: bytes) -> ParsedBlob:
    """Parse a ciphertext blob, which needs no key material.

    Raises:
        Refusal: ``InvalidCiphertextException``: another sandbox encrypted it, or it is damaged.
    """
    content = _aes_gcm_decrypt(_blob_key, ciphertext_blob, b"")
    return ParsedBlob(content[:_ID_BYTES].hex(), content[_ID_BYTES:])


def decrypt(material: KeyMaterial, blob: ParsedBlob, context: Mapping[str, str]) -> bytes:
    """Decrypt a parsed ciphertext blob and return the plaintext.

    Args:
        material: The key material with the id ``blob.material_id``.
        blob: As :func:`parse` returned it.
        context: The encryption context.

    Raises:
        Refusal: ``InvalidCiphertextException``: the encryption context differs.
    """
    return _aes_gcm_decrypt(material.secret, blob.ciphertext, _associated_data(context))


def _aes_gcm_encrypt(key: bytes, content: bytes, associated_data: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, associated_data)


def _aes_gcm_decrypt(key: bytes, blob: bytes, associated_data: bytes) -> bytes:
    nonce, content = blob[:_NONCE_BYTES], blob[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, content, associated_data)
    except (InvalidTag, ValueError) as error:  # ValueError: it is shorter than a nonce
        raise invalid_ciphertext() from error


def _associated_data(context: Mapping[str, str]) -> bytes:
    return json.dumps(sorted(context.items())).encode()
