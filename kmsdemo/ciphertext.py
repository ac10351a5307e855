"""Searches stored bytes for a password in 15 common encodings."""

from __future__ import annotations

import base64
import codecs
import zlib
from collections.abc import Callable
from urllib.parse import quote

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "UTF-8, backwards": lambda text: text.encode()[::-1],
    "UTF-16, little-endian": lambda text: text.encode("utf-16-le"),
    "UTF-16, big-endian": lambda text: text.encode("utf-16-be"),
    "UTF-32, little-endian": lambda text: text.encode("utf-32-le"),
    "UTF-32, big-endian": lambda text: text.encode("utf-32-be"),
    "ROT13": lambda text: codecs.encode(text, "rot13").encode(),
    "Base64": lambda text: base64.b64encode(text.encode()).rstrip(b"="),
    "Base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
    "Base32": lambda text: base64.b32encode(text.encode()).rstrip(b"="),
    "Base85": lambda text: base64.b85encode(text.encode()),
    "Ascii85": lambda text: base64.a85encode(text.encode()),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "hexadecimal, capitals": lambda text: text.encode().hex().upper().encode(),
    "percent-encoding": lambda text: quote(text).encode(),
}


def encodings_that_show(password: str, stored: bytes) -> list[str]:
    """Return the encodings in which a password can be read from stored bytes.

    Args:
        password: What to search for; a password of a few letters occurs in any bytes by chance.
        stored: The bytes to search; zlib and gzip data are searched decompressed as well.

    Returns:
        The names of the encodings; an empty list for real ciphertext.
    """
    texts = {stored, _decompressed(stored)}
    return [
        name
        for name, encode in ENCODINGS.items()
        if any(encode(password) in text for text in texts)
    ]


def _decompressed(stored: bytes) -> bytes:
    either_zlib_or_gzip = zlib.MAX_WBITS + 32
    try:
        return zlib.decompress(stored, wbits=either_zlib_or_gzip)
    except zlib.error:
        return stored
