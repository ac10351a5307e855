"""Ciphertext blobs are opaque and authenticated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import keys
from kmsdemo.keys import Key

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

PLAINTEXT = b"my very secret password"


@pytest.fixture
def blob(kms: KMSClient, key: Key) -> bytes:
    """A ciphertext blob under this key."""
    return kms.encrypt(KeyId=key.key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]


def assert_invalid(kms: KMSClient, blob: bytes, **more: Any) -> None:
    with pytest.raises(ClientError) as raised:
        kms.decrypt(CiphertextBlob=blob, **more)
    assert raised.value.response["Error"] == {"Code": "InvalidCiphertextException", "Message": ""}


def test_a_blob_does_not_contain_the_key_id(key: Key, blob: bytes) -> None:
    bare = key.key_id.replace("-", "")
    for form in (key.key_id.encode(), bare.encode(), bytes.fromhex(bare), key.arn.encode()):
        assert form not in blob


def test_two_blobs_of_one_key_have_nothing_in_common(kms: KMSClient, key: Key, blob: bytes) -> None:
    other = kms.encrypt(KeyId=key.key_id, Plaintext=PLAINTEXT)["CiphertextBlob"]
    runs = {blob[start : start + 4] for start in range(len(blob) - 4)}
    assert not any(other[start : start + 4] in runs for start in range(len(other) - 4))


def test_a_change_to_any_byte_is_detected(kms: KMSClient, key: Key, blob: bytes) -> None:
    for place in range(len(blob)):
        damaged = bytearray(blob)
        damaged[place] ^= 1
        assert_invalid(kms, bytes(damaged), KeyId=key.key_id)


@pytest.mark.parametrize("noise", [b"x", b"\0" * 12, b"\xff" * 100, bytes(range(256))])
def test_random_bytes_do_not_decrypt(kms: KMSClient, key: Key, noise: bytes) -> None:
    assert_invalid(kms, noise)
    assert_invalid(kms, noise, KeyId=key.key_id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "bc"}, {"ab": "c"}),
        ({"a": "1", "b": "2"}, {"a": "2", "b": "1"}),
        ({"a": "1"}, {"A": "1"}),
        ({"a": "1"}, {"a": "1", "b": "2"}),
        ({"a": "1"}, {}),
    ],
)
def test_similar_encryption_contexts_differ(
    kms: KMSClient, key: Key, one: dict[str, str], other: dict[str, str]
) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=PLAINTEXT, EncryptionContext=one)
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=other)


def test_the_order_of_an_encryption_context_does_not_matter(kms: KMSClient, key: Key) -> None:
    blob = kms.encrypt(
        KeyId=key.key_id, Plaintext=PLAINTEXT, EncryptionContext={"a": "1", "b": "2"}
    )["CiphertextBlob"]
    answer = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"b": "2", "a": "1"})
    assert answer["Plaintext"] == PLAINTEXT


def test_re_encrypt_changes_key_and_encryption_context(
    kms: KMSClient, key: Key, blob: bytes
) -> None:
    other = keys.create(kms)
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=key.key_id,
        DestinationKeyId=other.key_id,
        DestinationEncryptionContext={"a": "1"},
    )
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key.arn, other.arn)
    answer = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"a": "1"})
    assert (answer["Plaintext"], answer["KeyId"]) == (PLAINTEXT, other.arn)
    with pytest.raises(ClientError, match="IncorrectKeyException"):
        kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=other.key_id, DestinationKeyId=key.key_id)


@pytest.mark.parametrize(
    ("options", "length"),
    [({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 64}, 64)],
)
def test_generate_data_key_returns_plaintext_and_ciphertext(
    kms: KMSClient, key: Key, options: Any, length: int
) -> None:
    made = kms.generate_data_key(KeyId=key.key_id, **options)
    assert len(made["Plaintext"]) == length
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "ECC_SECG_P256K1"])
def test_generate_data_key_pair_returns_plaintext_and_ciphertext(
    kms: KMSClient, key: Key, spec: Any
) -> None:
    made = kms.generate_data_key_pair(KeyId=key.key_id, KeyPairSpec=spec)
    private = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert private == made["PrivateKeyPlaintext"]
    assert made["KeyPairSpec"] == spec
    without = kms.generate_data_key_pair_without_plaintext(KeyId=key.key_id, KeyPairSpec=spec)
    assert "PrivateKeyPlaintext" not in without
