"""Corner cases of encryption, RSA encryption, data keys and dry runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import serialization

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Row, rows
from benchmarks.behaviours.error_codes import (
    DENIED,
    DISABLED,
    DRY_RUN,
    INVALID_CIPHERTEXT,
    NOT_FOUND,
    STATE,
    USAGE,
    VALIDATION,
)

_OAEP = "RSAES_OAEP_SHA_256"
_RSA = ("RSA_2048", "ENCRYPT_DECRYPT")
_HMAC = ("HMAC_256", "GENERATE_VERIFY_MAC")


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of ciphertexts and data keys."""
    reference = "AWS KMS API Reference"
    yield from rows("RSA encryption", f"Decrypt and ReEncrypt, {reference}", _rsa())
    yield from rows("Data keys", f"GenerateDataKey, GenerateDataKeyPair, {reference}", _data_keys())
    yield from rows("Encryption", f"Encrypt, Decrypt and ReEncrypt, {reference}", _encryption())
    yield from rows("Dry runs", f"DryRunModifiers, Decrypt, {reference}", _dry_runs())


def _rsa() -> Iterator[Row]:
    yield (
        "Decrypt of a ciphertext of another length",
        INVALID_CIPHERTEXT,
        lambda a: _decrypted(a, a.key(*_RSA), b"x"),
    )
    yield (
        "Decrypt of a symmetric ciphertext",
        INVALID_CIPHERTEXT,
        lambda a: _decrypted(a, a.key(*_RSA), a.blob(a.key())),
    )
    yield (
        "Decrypt with a key for signing",
        "IncorrectKeyException",
        lambda a: _decrypted(a, a.key("RSA_2048", "SIGN_VERIFY"), b"x" * 256),
    )
    yield "Two ciphertexts of one plaintext", "different", _two_ciphertexts
    yield "ReEncrypt from a symmetric to an RSA key", SUCCESS, _to_rsa
    yield (
        "ReEncrypt of more than an RSA key encrypts",
        VALIDATION,
        lambda a: _to_rsa(a, b"x" * 191),
    )
    yield (
        "ReEncrypt to an RSA key with an encryption context",
        VALIDATION,
        lambda a: _to_rsa(a, DestinationEncryptionContext={"a": "b"}),
    )
    yield (
        "ReEncrypt to an HMAC key",
        USAGE,
        lambda a: a.kms.re_encrypt(CiphertextBlob=a.blob(a.key()), DestinationKeyId=a.key(*_HMAC)),
    )


def _data_keys() -> Iterator[Row]:
    yield "A data key decrypts to itself", SUCCESS, _data_key_decrypts
    yield "A data key needs its encryption context", INVALID_CIPHERTEXT, _without_context
    yield "Two data keys", "different", _two_data_keys
    yield "A data key pair of Ed25519", "32", _edwards_pair
    yield "The private key of a data key pair decrypts", SUCCESS, _pair_decrypts
    yield "A data key under an HMAC key", USAGE, lambda a: _data_key(a, a.key(*_HMAC))
    yield (
        "GenerateDataKeyWithoutPlaintext has none",
        "False",
        lambda a: str(
            "Plaintext"
            in a.kms.generate_data_key_without_plaintext(KeyId=a.key(), KeySpec="AES_256")
        ),
    )
    yield "A data key names its key material", "64", lambda a: str(len(_material(a)))
    yield "A data key under an alias that is not there", NOT_FOUND, _no_alias


def _encryption() -> Iterator[Row]:
    yield "Decrypt by alias", "secret", lambda a: _by_alias(a, same=True)
    yield "Decrypt by the alias of another key", "IncorrectKeyException", _other_alias
    yield "The order of an encryption context does not matter", "secret", _reordered
    yield "The case of an encryption context matters", INVALID_CIPHERTEXT, _other_case
    yield "Encrypt no bytes", VALIDATION, lambda a: _encrypt(a, b"")
    yield "Two ciphertexts of one plaintext under a symmetric key", "different", _two_symmetric
    yield "Decrypt a ciphertext in another Region", DENIED, _elsewhere
    yield (
        "An encryption context with an empty value",
        "secret",
        lambda a: _plain(a, {"a": ""}, {"a": ""}),
    )
    yield "ReEncrypt under the same key", "different", _re_encrypted
    yield "ReEncrypt from a disabled key", DISABLED, _from_disabled


def _dry_runs() -> Iterator[Row]:
    yield (
        "GenerateDataKey with DryRun, without a size",
        VALIDATION,
        lambda a: a.unchecked.generate_data_key(KeyId=a.key(), DryRun=True),
    )
    yield (
        "IGNORE_CIPHERTEXT without a ciphertext",
        DRY_RUN,
        lambda a: a.unchecked.decrypt(KeyId=a.key(), **_IGNORING),
    )
    yield (
        "IGNORE_CIPHERTEXT without a ciphertext and a key",
        VALIDATION,
        lambda a: a.unchecked.decrypt(**_IGNORING),
    )
    yield (
        "ReEncrypt with IGNORE_CIPHERTEXT",
        DRY_RUN,
        lambda a: a.unchecked.re_encrypt(
            SourceKeyId=a.key(), DestinationKeyId=a.key(), **_IGNORING
        ),
    )
    yield (
        "An unknown modifier",
        VALIDATION,
        lambda a: a.unchecked.decrypt(KeyId=a.key(), DryRun=True, DryRunModifiers=["ALL"]),
    )
    yield (
        "IGNORE_CIPHERTEXT with a key that is pending deletion",
        STATE,
        lambda a: a.unchecked.decrypt(KeyId=_pending_deletion(a), **_IGNORING),
    )


# ----------------------------------------------------------------------------- encryption


def _decrypted(account: Account, key_id: str, blob: bytes) -> None:
    account.kms.decrypt(KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm=_OAEP)


def _compared(one: bytes, other: bytes) -> str:
    return "equal" if one == other else "different"


def _two_ciphertexts(account: Account) -> str:
    asked: Any = {"KeyId": account.key(*_RSA), "EncryptionAlgorithm": _OAEP}
    return _compared(
        *(account.kms.encrypt(**asked, Plaintext=b"x")["CiphertextBlob"] for _ in range(2))
    )


def _to_rsa(account: Account, plaintext: bytes = b"x", **options: Any) -> None:
    account.kms.re_encrypt(
        CiphertextBlob=_encrypt(account, plaintext)["CiphertextBlob"],
        DestinationKeyId=account.key(*_RSA),
        DestinationEncryptionAlgorithm=_OAEP,
        **options,
    )


def _encrypt(account: Account, plaintext: bytes) -> Any:
    return account.unchecked.encrypt(KeyId=account.key(), Plaintext=plaintext)


def _data_key(account: Account, key_id: str, **options: Any) -> Any:
    return account.kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", **options)


def _data_key_decrypts(account: Account) -> None:
    made = _data_key(account, account.key())
    plain = account.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]
    assert plain == made["Plaintext"]


def _without_context(account: Account) -> None:
    made = _data_key(account, account.key(), EncryptionContext={"a": "b"})
    account.kms.decrypt(CiphertextBlob=made["CiphertextBlob"])


def _two_data_keys(account: Account) -> str:
    key_id = account.key()
    return _compared(*(_data_key(account, key_id)["Plaintext"] for _ in range(2)))


def _pair(account: Account, spec: str) -> Any:
    return account.kms.generate_data_key_pair(KeyId=account.key(), KeyPairSpec=spec)


def _edwards_pair(account: Account) -> str:
    made = _pair(account, "ECC_NIST_EDWARDS25519")
    private: Any = serialization.load_der_private_key(made["PrivateKeyPlaintext"], None)
    return str(len(private.private_bytes_raw()))


def _pair_decrypts(account: Account) -> None:
    made = _pair(account, "ECC_NIST_P256")
    plain = account.kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert plain == made["PrivateKeyPlaintext"]


def _material(account: Account) -> str:
    return str(_data_key(account, account.key()).get("KeyMaterialId", ""))


def _no_alias(account: Account) -> None:
    _data_key(account, "alias/not-there")


def _by_alias(account: Account, *, same: bool) -> str:
    key_id = account.key()
    alias = f"alias/{key_id}"
    account.kms.create_alias(AliasName=alias, TargetKeyId=key_id if same else account.key())
    blob = account.blob(key_id)
    return str(account.kms.decrypt(KeyId=alias, CiphertextBlob=blob)["Plaintext"].decode())


def _other_alias(account: Account) -> str:
    return _by_alias(account, same=False)


def _plain(account: Account, sent: dict[str, str], asked: dict[str, str]) -> str:
    blob = account.blob(account.key(), **sent)
    answer = account.kms.decrypt(CiphertextBlob=blob, EncryptionContext=asked)
    return str(answer["Plaintext"].decode())


def _reordered(account: Account) -> str:
    return _plain(account, {"a": "1", "b": "2"}, {"b": "2", "a": "1"})


def _other_case(account: Account) -> str:
    return _plain(account, {"a": "x"}, {"A": "x"})


def _two_symmetric(account: Account) -> str:
    key_id = account.key()
    return _compared(account.blob(key_id), account.blob(key_id))


def _elsewhere(account: Account) -> None:
    account.in_region("eu-west-1").decrypt(CiphertextBlob=account.blob(account.key()))


def _re_encrypted(account: Account) -> str:
    key_id = account.key()
    blob = account.blob(key_id)
    again = account.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)
    return _compared(blob, again["CiphertextBlob"])


def _from_disabled(account: Account) -> None:
    key_id = account.key()
    blob = account.blob(key_id)
    account.kms.disable_key(KeyId=key_id)
    account.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=account.key())


_IGNORING: dict[str, Any] = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}


def _pending_deletion(account: Account) -> str:
    key_id = account.key()
    account.kms.schedule_key_deletion(KeyId=key_id)
    return key_id
