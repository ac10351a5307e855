"""What is said of a key, a table or an item that is not as the lab asks."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from kmsdemo import keys
from kmsdemo.cipher import CIPHERS
from kmsdemo.keys import Key
from kmsdemo.learners import faults
from kmsdemo.vault import Item

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

KEY = Key("k", "arn", "Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "", datetime.min, None)
PASSWORD = "correct horse battery staple"
NOISE = bytes(range(150, 214))
"""The shortest that can be a ciphertext."""


def item(**attributes: Any) -> Item:
    stored = attributes.get("userpasswd", {}).get("B")
    return Item("12345", stored, "plain", "", "", {"appuser": {"S": "12345"}, **attributes})


def in_base64(data: bytes) -> bytes:
    return base64.b64encode(data)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "No key has an alias."),
        (["alias/demo-kms"], "The alias alias/demo-kms has no suffix."),
        (["alias/x", "alias/demo-kms-"], "The alias alias/demo-kms has no suffix."),
        (["alias/x", "alias/y"], "The keys have other aliases: alias/x, alias/y."),
        (list("abcde"), "The keys have other aliases: a, b, c, d, e."),
        (list("abcdefg"), "The keys have other aliases: a, b, c, d, e and 2 more."),
    ],
)
def test_other_aliases_are_named(found: list[str], said: str) -> None:
    assert faults.alias_fault(found) == said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (KEY, ""),
        (replace(KEY, spec="HMAC_256"), "The key k is an HMAC key, with the spec HMAC_256."),
        (replace(KEY, spec="RSA_2048"), "The key k is asymmetric, with the spec RSA_2048."),
        (replace(KEY, usage="SIGN_VERIFY"), "The usage of the key k is SIGN_VERIFY."),
    ],
)
def test_a_key_of_another_kind_is_named(key: Key, said: str) -> None:
    assert faults.key_fault(key) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [([], "There are no tables."), (["a", "b"], "There are only other tables: a, b.")],
)
def test_other_tables_are_named(found: list[str], said: str) -> None:
    assert faults.table_fault(found) == said


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"userpasswd": {"B": NOISE}}, ""),
        ({"userpasswd": {"B": in_base64(NOISE[1:])}}, ""),
        (
            {"userpasswd": {"B": in_base64(NOISE)}},
            " has its ciphertext as Base64 text, not as bytes.",
        ),
        (
            {"userpasswd": {"S": in_base64(NOISE).decode()}},
            " has its ciphertext as Base64 text, not as bytes.",
        ),
        (
            {"userpasswd": {"S": in_base64(b"x" * 99).decode()}},
            " has userpasswd as a string (S), not binary data (B).",
        ),
        (
            {"userpasswd": {"N": "1"}},
            " has userpasswd as a number (N), not binary data (B).",
        ),
        (
            {"userpasswd": {"L": []}},
            " has userpasswd as type L, not binary data (B).",
        ),
        ({}, " has no userpasswd; it has no other attribute."),
        (
            {"b": {"S": "1"}, "a": {"S": "2"}},
            " has no userpasswd; it has a, b.",
        ),
    ],
    ids=str,
)
def test_what_an_item_has_instead_of_binary_data_is_said(
    attributes: dict[str, Any], said: str
) -> None:
    expected = f"The item of user 12345{said}" if said else ""
    assert faults.attribute_fault(item(**attributes)) == expected


@pytest.mark.parametrize(
    ("blob", "is_base64"),
    [(in_base64(b"data"), True), (b"no data!", False), (in_base64(b"data") + b"!", False)],
)
def test_base64_is_known_by_each_character(blob: bytes, is_base64: bool) -> None:
    assert faults.is_base64(item(userpasswd={"B": blob})) == is_base64


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({}, ""),
        ({"userpasswd": {"B": b""}}, ""),
        ({"userpasswd": {"B": NOISE}}, ""),
        ({"userpasswd": {"B": in_base64(NOISE)}}, ""),
        ({"userpasswd": {"B": PASSWORD.encode()}}, "contains readable text."),
        (
            {"userpasswd": {"B": in_base64(PASSWORD.encode())}},
            "contains readable text, encoded in Base64.",
        ),
    ],
    ids=str,
)
def test_readable_text_is_found_in_its_form(attributes: dict[str, Any], said: str) -> None:
    expected = f"The item of user 12345 {said}" if said else ""
    assert faults.readable_text_fault(item(**attributes)) == expected


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"userpasswd": {"B": NOISE}}, ""),
        ({"userpasswd": {"B": PASSWORD.encode()}}, "The attribute userpasswd contains the"),
        ({"note": {"S": f"it is {PASSWORD}"}}, "The attribute note contains the password, as "),
        ({"note": {"B": in_base64(PASSWORD.encode())}}, "The attribute note contains the"),
    ],
    ids=str,
)
def test_the_password_is_found_in_each_attribute(attributes: dict[str, Any], said: str) -> None:
    found = faults.password_fault(item(**attributes), PASSWORD)
    assert found.startswith(said)
    assert bool(found) == bool(said)


@pytest.mark.parametrize("cipher", [*CIPHERS, "unknown"])
@pytest.mark.parametrize("table_name", ["", "demo-kms"])
def test_each_cipher_of_the_lab_decrypts(kms: KMSClient, cipher: str, table_name: str) -> None:
    key_id = keys.create(kms).key_id
    encrypt = CIPHERS.get(cipher, CIPHERS["direct"])(kms, key_id, table_name).encrypt
    blob = encrypt(PASSWORD, "12345")
    stored = replace(item(userpasswd={"B": blob}), cipher=cipher, context_table=table_name)
    assert faults.ciphertext_fault(kms, key_id, stored) == ""


def test_what_does_not_decrypt_says_why(kms: KMSClient) -> None:
    key_id, other = (keys.create(kms).key_id for _ in range(2))
    of_other = CIPHERS["plain"](kms, other).encrypt(PASSWORD, "12345")
    assert faults.ciphertext_fault(kms, key_id, item(userpasswd={"B": of_other})) == (
        "The ciphertext of user 12345 is encrypted under another key."
    )
    assert faults.ciphertext_fault(kms, key_id, item(userpasswd={"B": NOISE})) == (
        "The data of user 12345 is not a ciphertext of AWS KMS, or it is damaged."
    )


@pytest.mark.parametrize("form", ["another name", "text"])
def test_a_ciphertext_is_found_under_another_name_and_type(kms: KMSClient, form: str) -> None:
    key_id = keys.create(kms).key_id
    blob = CIPHERS["plain"](kms, key_id).encrypt(PASSWORD, "12345")
    attributes: dict[str, dict[str, Any]] = {
        "another name": {"password": {"B": blob}},
        "text": {"userpasswd": {"S": in_base64(blob).decode()}},
    }
    assert faults.ciphertext_fault(kms, key_id, item(**attributes[form])) == ""


def test_bytes_that_are_no_text_are_decrypted_too(kms: KMSClient) -> None:
    key_id = keys.create(kms).key_id
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"\xff\xfe")["CiphertextBlob"]
    assert faults.ciphertext_fault(kms, key_id, item(userpasswd={"B": blob})) == ""
