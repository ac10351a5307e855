"""Imported key material: parameters, wrapping, expiry, deletion and import of the same material."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import (
    INCORRECT,
    INVALID_CIPHERTEXT,
    STATE,
    UNSUPPORTED,
    VALIDATION,
)

FOREVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
_SECRET = bytes(range(32))


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of imported key material."""
    source = "Importing key material, AWS KMS Developer Guide"
    yield from rows("Imported key material", source, _rows())


def _rows() -> Iterator[Row]:
    for algorithm in (
        "RSAES_OAEP_SHA_1",
        "RSAES_OAEP_SHA_256",
        "RSA_AES_KEY_WRAP_SHA_1",
        "RSA_AES_KEY_WRAP_SHA_256",
    ):
        for spec in ("RSA_2048", "RSA_3072", "RSA_4096"):
            name = f"Import symmetric material: {algorithm}, {spec}"
            yield name, "Enabled", _imported(algorithm, spec)
    for name, spec, usage, secret in _KINDS:
        yield f"Import {name}", "Enabled", _imported_kind(spec, usage, secret)
    yield "Encrypt before the import", STATE, lambda a: a.blob(external(a))
    yield "The key state before the import", "PendingImport", lambda a: _state(a, external(a))
    yield (
        "CreateAlias before the import",
        SUCCESS,
        lambda a: a.kms.create_alias(AliasName=f"alias/{external(a)}", TargetKeyId=external(a)),
    )
    yield "DisableKey before the import", STATE, lambda a: a.kms.disable_key(KeyId=external(a))
    yield "Parameters for a key of AWS KMS", UNSUPPORTED, lambda a: parameters(a, a.key())
    yield (
        "DeleteImportedKeyMaterial of a key of AWS KMS",
        UNSUPPORTED,
        lambda a: a.kms.delete_imported_key_material(KeyId=a.key()),
    )
    yield (
        "Automatic rotation",
        UNSUPPORTED,
        lambda a: a.kms.enable_key_rotation(KeyId=ready(a), RotationPeriodInDays=90),
    )
    yield (
        "An expiring import without a date",
        VALIDATION,
        lambda a: import_into(a, external(a), _SECRET, ExpirationModel="KEY_MATERIAL_EXPIRES"),
    )
    yield (
        "An import without an expiration model needs a date",
        VALIDATION,
        lambda a: import_into(a, external(a), _SECRET, unlimited=False),
    )
    yield (
        "A date that is over",
        VALIDATION,
        lambda a: import_into(a, external(a), _SECRET, unlimited=False, ValidTo=_in_days(-1)),
    )
    yield "A token that is none", "InvalidImportTokenException", lambda a: _with_token(a, b"x" * 64)
    yield (
        "A token of another key",
        "InvalidImportTokenException",
        lambda a: _with_token(a, parameters(a, external(a))["ImportToken"]),
    )
    yield "Material that is not wrapped", INVALID_CIPHERTEXT, _not_wrapped
    yield (
        "Material of 16 bytes",
        INCORRECT,
        lambda a: import_into(a, external(a), b"x" * 16),
    )
    yield "The key state after DeleteImportedKeyMaterial", "PendingImport", lambda a: _deleted(a)[1]
    yield (
        "Decrypt after DeleteImportedKeyMaterial",
        STATE,
        lambda a: a.kms.decrypt(CiphertextBlob=_deleted(a)[2]),
    )
    yield "Import of the same material again", "secret", _again
    yield (
        "Import of other material into the same key",
        INCORRECT,
        lambda a: import_into(a, _deleted(a)[0], os.urandom(32)),
    )
    yield "The key state after the date", "PendingImport", lambda a: _state(a, _expired(a))
    yield "Encrypt after the date", STATE, lambda a: a.blob(_expired(a))
    yield (
        "The expiration model is described",
        FOREVER["ExpirationModel"],
        lambda a: str(a.metadata(ready(a)).get("ExpirationModel")),
    )
    yield (
        "RotateKeyOnDemand before the import",
        STATE,
        lambda a: a.kms.rotate_key_on_demand(KeyId=external(a)),
    )
    yield (
        "RotateKeyOnDemand without new material",
        STATE,
        lambda a: a.kms.rotate_key_on_demand(KeyId=ready(a)),
    )
    yield "RotateKeyOnDemand to new material", "secret", _rotated
    yield (
        "A wrapping algorithm that is no longer supported",
        UNSUPPORTED,
        lambda a: parameters(a, external(a), "RSAES_PKCS1_V1_5"),
    )


def external(account: Account, **options: Any) -> str:
    """Create a key without key material and return its key id."""
    return account.key(Origin="EXTERNAL", **options)


def parameters(
    account: Account, key_id: str, algorithm: str = "RSAES_OAEP_SHA_256", spec: str = "RSA_2048"
) -> Any:
    """Return the parameters for an import."""
    return account.kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec
    )


def import_into(
    account: Account,
    key_id: str,
    secret: bytes,
    *,
    wrapping: tuple[str, str] = ("RSAES_OAEP_SHA_256", "RSA_2048"),
    unlimited: bool = True,
    **options: Any,
) -> Any:
    """Import key material, which by default does not expire."""
    given = parameters(account, key_id, *wrapping)
    return account.unchecked.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(secret, given["PublicKey"], wrapping[0]),
        **{**(FOREVER if unlimited else {}), **options},
    )


def wrapped(secret: bytes, public_der: bytes, algorithm: str) -> bytes:
    """Return key material, wrapped as the guide says."""
    public: Any = serialization.load_der_public_key(public_der)
    digest = hashes.SHA1() if algorithm.endswith("_1") else hashes.SHA256()  # noqa: S303
    oaep = padding.OAEP(padding.MGF1(digest), digest, None)
    if algorithm.startswith("RSAES"):
        return bytes(public.encrypt(secret, oaep))
    key = os.urandom(32)
    return bytes(public.encrypt(key, oaep)) + keywrap.aes_key_wrap_with_padding(key, secret)


def ready(account: Account, secret: bytes = _SECRET, **options: Any) -> str:
    """Create a key with imported key material and return its key id."""
    key_id = external(account, **options)
    import_into(account, key_id, secret)
    return key_id


def _state(account: Account, key_id: str) -> str:
    return str(account.metadata(key_id)["KeyState"])


def _in_days(days: int) -> datetime:
    return datetime.now(timezone.utc) + timedelta(days=days)


def _imported(algorithm: str, spec: str) -> Call:
    def call(account: Account) -> str:
        key_id = external(account)
        import_into(account, key_id, _SECRET, wrapping=(algorithm, spec))
        account.kms.decrypt(CiphertextBlob=account.blob(key_id))
        return _state(account, key_id)

    return call


def _pkcs8(private: Any) -> bytes:
    return bytes(
        private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


_KINDS: list[tuple[str, str, str, Any]] = [
    ("an HMAC key", "HMAC_256", "GENERATE_VERIFY_MAC", lambda: os.urandom(32)),
    (
        "an elliptic curve key",
        "ECC_NIST_P256",
        "SIGN_VERIFY",
        lambda: _pkcs8(ec.generate_private_key(ec.SECP256R1())),
    ),
    (
        "an RSA key",
        "RSA_2048",
        "SIGN_VERIFY",
        lambda: _pkcs8(rsa.generate_private_key(65537, 2048)),
    ),
]


def _imported_kind(spec: str, usage: str, secret: Any) -> Call:
    def call(account: Account) -> str:
        key_id = external(account, KeySpec=spec, KeyUsage=usage)
        import_into(account, key_id, secret(), wrapping=("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"))
        return _state(account, key_id)

    return call


def _with_token(account: Account, token: bytes) -> None:
    key_id = external(account)
    given = parameters(account, key_id)
    account.kms.import_key_material(
        KeyId=key_id,
        ImportToken=token,
        EncryptedKeyMaterial=wrapped(_SECRET, given["PublicKey"], "RSAES_OAEP_SHA_256"),
        **FOREVER,
    )


def _not_wrapped(account: Account) -> None:
    key_id = external(account)
    token = parameters(account, key_id)["ImportToken"]
    account.kms.import_key_material(
        KeyId=key_id, ImportToken=token, EncryptedKeyMaterial=b"x" * 256, **FOREVER
    )


def _deleted(account: Account) -> tuple[str, str, bytes]:
    """Return a key whose material is deleted, its state, and what it encrypted."""
    key_id = ready(account)
    blob = account.blob(key_id)
    account.kms.delete_imported_key_material(KeyId=key_id)
    return key_id, _state(account, key_id), blob


def _again(account: Account) -> str:
    key_id, _, blob = _deleted(account)
    import_into(account, key_id, _SECRET)
    return str(account.kms.decrypt(CiphertextBlob=blob)["Plaintext"].decode())


def _expired(account: Account) -> str:
    key_id = external(account)
    tomorrow = parameters(account, key_id)["ParametersValidTo"]  # by the emulator's clock
    import_into(account, key_id, _SECRET, unlimited=False, ValidTo=tomorrow + timedelta(days=1))
    account.emulator.advance(days=3)
    return key_id


def _rotated(account: Account) -> str:
    key_id = ready(account)
    blob = account.blob(key_id)
    import_into(account, key_id, os.urandom(32), ImportType="NEW_KEY_MATERIAL")
    account.kms.rotate_key_on_demand(KeyId=key_id)
    account.kms.decrypt(CiphertextBlob=account.blob(key_id))
    return str(account.kms.decrypt(CiphertextBlob=blob)["Plaintext"].decode())
