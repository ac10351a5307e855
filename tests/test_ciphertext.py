"""The search for a password in stored bytes finds it in every encoding."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest

from kmsdemo.ciphertext import ENCODINGS, encodings_that_show

PASSWORD = "Tr0ub4dor & pâté"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_password_is_found_inside_other_bytes(encoding: str) -> None:
    stored = b"\x00\x01" + ENCODINGS[encoding](PASSWORD) + b"\xff"
    assert encoding in encodings_that_show(PASSWORD, stored)


@pytest.mark.parametrize("compress", [zlib.compress, gzip.compress])
def test_the_password_is_found_in_compressed_bytes(compress: type[bytes]) -> None:
    assert encodings_that_show(PASSWORD, compress(PASSWORD.encode())) == ["UTF-8"]


def test_base64_is_found_with_and_without_its_padding() -> None:
    assert "Base64" in encodings_that_show(PASSWORD, base64.b64encode(PASSWORD.encode()))


def test_nothing_is_found_in_random_bytes() -> None:
    assert encodings_that_show(PASSWORD, bytes(range(256))) == []
