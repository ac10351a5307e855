"""Imported key material that expires, is imported again, is too long, or is deleted by its id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import INCORRECT, NOT_FOUND, VALIDATION
from benchmarks.behaviours.imported_material import external, import_into, parameters, ready

_SECRET = bytes(range(32))
_HMAC = {"KeyUsage": "GENERATE_VERIFY_MAC"}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    reference = "AWS KMS API Reference"
    yield from rows("Imported key material", f"ImportKeyMaterial, {reference}", _expiring())
    yield from rows("Imported key material", f"ImportKeyMaterial, {reference}", _described())
    requirements = "Requirements for imported key material, AWS KMS Developer Guide"
    yield from rows("Imported key material", requirements, _lengths())
    deletion = f"DeleteImportedKeyMaterial, {reference}"
    yield from rows("Imported key material", deletion, _deleted())
    yield from rows("Pages", f"ListKeyRotations, {reference}", _rotations())
    yield from rows("Pages", f"Marker, {reference}", _markers())


def _expiring() -> Iterator[Row]:
    never, at_date = "KEY_MATERIAL_DOES_NOT_EXPIRE", "KEY_MATERIAL_EXPIRES"
    yield "A new import that does not expire", never, _model(True, False)
    yield "A new import that does not expire: the date", "None", _field("ValidTo", True, False)
    yield "A new import that expires", at_date, _model(False, True)
    yield "The expiration model of expired material", "None", _field("ExpirationModel", after=True)
    yield "The import state of expired material", "PENDING_IMPORT", _import_state
    yield "A new import after the date decrypts", "secret", _decrypted_again
    yield "A new import by another wrapping algorithm", "Enabled", _other_wrapping
    yield "Expired material keeps a disabled key's state no longer", "PendingImport", _disabled


def _described() -> Iterator[Row]:
    for name, text, documented in (
        ("with all permitted characters", "a b/c_d:e.f-g", SUCCESS),
        ("of 256 characters", "x" * 256, SUCCESS),
        ("of 257 characters", "x" * 257, VALIDATION),
        ("with a character that is not permitted", "ä", VALIDATION),
    ):
        yield f"A description of key material {name}", documented, _imported(text)


def _lengths() -> Iterator[Row]:
    for size in (224, 256, 384, 512):
        length, spec = size // 8, {"KeySpec": f"HMAC_{size}", **_HMAC}
        yield f"{length} bytes for HMAC_{size}", "Enabled", _of_length(length, **spec)
        yield f"{length - 1} bytes for HMAC_{size}", INCORRECT, _of_length(length - 1, **spec)
    yield "31 bytes for a symmetric key", INCORRECT, _of_length(31)
    yield "33 bytes for a symmetric key", INCORRECT, _of_length(33)


def _deleted() -> Iterator[Row]:
    yield (
        "DeleteImportedKeyMaterial of an unknown id",
        NOT_FOUND,
        lambda a: a.kms.delete_imported_key_material(KeyId=ready(a), KeyMaterialId="0" * 64),
    )
    yield "DeleteImportedKeyMaterial twice", "PendingImport", _twice
    yield "DeleteImportedKeyMaterial of a disabled key", "PendingImport", _of_disabled
    yield (
        "DeleteImportedKeyMaterial while deletion is pending",
        "PendingDeletion",
        _of_pending_deletion,
    )
    yield "CancelKeyDeletion of a key without its material", "PendingImport", _cancelled
    yield "The id that DeleteImportedKeyMaterial returns", "equal", _same_id


def _rotations() -> Iterator[Row]:
    yield "ListKeyRotations: a page of two of three", "2 True", _rotation_page
    yield "ListKeyRotations with ROTATIONS_ONLY", "3", _listed(IncludeKeyMaterial="ROTATIONS_ONLY")
    yield (
        "ListKeyRotations with ALL_KEY_MATERIAL",
        "4",
        _listed(IncludeKeyMaterial="ALL_KEY_MATERIAL"),
    )
    yield "The first key material has no rotation date", "False", _first_date


def _markers() -> Iterator[Row]:
    yield "A marker with another limit", "2", _other_limit
    yield "A marker of ListKeys in ListAliases", "InvalidMarkerException", _foreign
    yield (
        "DescribeCustomKeyStores with a marker that is none",
        "InvalidMarkerException",
        lambda a: a.kms.describe_custom_key_stores(Marker="none"),
    )


# ------------------------------------------------------------------------------------- calls


def _put(account: Account, key: str, *, expires: bool) -> None:
    """Import the same key material, for ever or for two days."""
    if not expires:
        import_into(account, key, _SECRET)
        return
    now = parameters(account, key)["ParametersValidTo"] - timedelta(days=1)
    model = {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": now + timedelta(days=2)}
    import_into(account, key, _SECRET, unlimited=False, **model)


def _field(name: str, *imports: bool, after: bool = False) -> Call:
    """Return a field of the metadata of a key after imports, or after its material expired."""

    def call(account: Account) -> str:
        key = _expired(account) if after else external(account)
        for expires in imports:
            _put(account, key, expires=expires)
        return str(account.metadata(key).get(name))

    return call


def _model(*imports: bool) -> Call:
    return _field("ExpirationModel", *imports)


def _expired(account: Account) -> str:
    key = external(account)
    _put(account, key, expires=True)
    account.emulator.advance(3)
    return key


def _import_state(account: Account) -> str:
    listed = account.kms.list_key_rotations(
        KeyId=_expired(account), IncludeKeyMaterial="ALL_KEY_MATERIAL"
    )
    return str(listed["Rotations"][0]["ImportState"])


def _decrypted_again(account: Account) -> str:
    key = external(account)
    _put(account, key, expires=True)
    blob = account.blob(key)
    account.emulator.advance(3)
    _put(account, key, expires=False)
    return str(account.kms.decrypt(CiphertextBlob=blob)["Plaintext"].decode())


def _other_wrapping(account: Account) -> str:
    key = ready(account, _SECRET)
    account.kms.delete_imported_key_material(KeyId=key)
    import_into(account, key, _SECRET, wrapping=("RSA_AES_KEY_WRAP_SHA_256", "RSA_3072"))
    return _state(account, key)


def _state(account: Account, key: str) -> str:
    return str(account.metadata(key)["KeyState"])


def _disabled(account: Account) -> str:
    key = external(account)
    _put(account, key, expires=True)
    account.kms.disable_key(KeyId=key)
    account.emulator.advance(3)
    return _state(account, key)


def _imported(description: str) -> Call:
    def call(account: Account) -> None:
        key = external(account)
        import_into(account, key, _SECRET, KeyMaterialDescription=description)

    return call


def _of_length(length: int, **options: Any) -> Call:
    def call(account: Account) -> str:
        key = external(account, **options)
        import_into(account, key, b"x" * length)
        return _state(account, key)

    return call


def _twice(account: Account) -> str:
    key = ready(account)
    for _ in range(2):
        account.kms.delete_imported_key_material(KeyId=key)
    return _state(account, key)


def _of_disabled(account: Account) -> str:
    key = ready(account)
    account.kms.disable_key(KeyId=key)
    account.kms.delete_imported_key_material(KeyId=key)
    return _state(account, key)


def _pending_deletion(account: Account) -> str:
    """Return a key that is pending deletion, and whose key material is deleted."""
    key = ready(account)
    account.kms.schedule_key_deletion(KeyId=key)
    account.kms.delete_imported_key_material(KeyId=key)
    return key


def _of_pending_deletion(account: Account) -> str:
    return _state(account, _pending_deletion(account))


def _cancelled(account: Account) -> str:
    key = _pending_deletion(account)
    account.kms.cancel_key_deletion(KeyId=key)
    return _state(account, key)


def _same_id(account: Account) -> str:
    key = ready(account)
    current = account.metadata(key)["CurrentKeyMaterialId"]
    deleted = account.kms.delete_imported_key_material(KeyId=key)["KeyMaterialId"]
    return "equal" if current == deleted else "different"


# ------------------------------------------------------------------------------------- pages


def _rotated(account: Account) -> str:
    key = account.key()
    for _ in range(3):
        account.kms.rotate_key_on_demand(KeyId=key)
    return key


def _rotation_page(account: Account) -> str:
    page = account.kms.list_key_rotations(KeyId=_rotated(account), Limit=2)
    return f"{len(page['Rotations'])} {page['Truncated']}"


def _listed(**options: Any) -> Call:
    def call(account: Account) -> str:
        found = account.kms.list_key_rotations(KeyId=_rotated(account), **options)
        return str(len(found["Rotations"]))

    return call


def _first_date(account: Account) -> str:
    listed = account.kms.list_key_rotations(
        KeyId=account.key(), IncludeKeyMaterial="ALL_KEY_MATERIAL"
    )
    return str("RotationDate" in listed["Rotations"][0])


def _marker(account: Account) -> str:
    for _ in range(3):
        account.key()
    return str(account.kms.list_keys(Limit=1)["NextMarker"])


def _other_limit(account: Account) -> str:
    return str(len(account.kms.list_keys(Limit=2, Marker=_marker(account))["Keys"]))


def _foreign(account: Account) -> None:
    account.kms.list_aliases(Marker=_marker(account))
