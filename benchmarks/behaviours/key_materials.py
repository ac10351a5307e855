"""Several key materials of one imported key, and of related keys in several Regions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Row, rows
from benchmarks.behaviours.error_codes import INCORRECT, STATE, UNSUPPORTED, VALIDATION
from benchmarks.behaviours.imported_material import (
    FOREVER,
    external,
    import_into,
    parameters,
    ready,
    wrapped,
)

NEW: dict[str, Any] = {"ImportType": "NEW_KEY_MATERIAL"}
EXISTING: dict[str, Any] = {"ImportType": "EXISTING_KEY_MATERIAL"}
_FIRST, _SECOND = bytes(32), b"2" * 32
_OREGON = "us-west-2"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of several key materials."""
    reference = "ImportKeyMaterial and DeleteImportedKeyMaterial, AWS KMS API Reference"
    yield from rows("Imported key material", reference, _several())
    yield from rows("Imported key material", "recorded by LocalStack, November 2025", _recorded())
    yield from rows("Multi-Region keys", reference, _in_regions())


def _several() -> Iterator[Row]:
    yield "Known material as new", INCORRECT, lambda a: _again(a, **NEW)
    yield (
        "Unknown material as existing",
        INCORRECT,
        lambda a: import_into(a, ready(a, _FIRST), _SECOND, **EXISTING),
    )
    yield "New material does not change the key state", "Enabled", lambda a: _state(a, _pending(a))
    yield (
        "New material is pending rotation",
        "CURRENT PENDING_ROTATION",
        lambda a: " ".join(_states(a, _pending(a))),
    )
    yield (
        "ListKeyRotations without pending material",
        "0",
        lambda a: str(len(a.kms.list_key_rotations(KeyId=_pending(a))["Rotations"])),
    )
    yield (
        "After RotateKeyOnDemand to new material",
        "NON_CURRENT CURRENT",
        lambda a: " ".join(_states(a, _rotated(a))),
    )
    yield "A key needs all its materials", "PendingImport", lambda a: _without_old(a)[1]
    yield "Import of old material by its id", "Enabled", _old_again
    yield "Import of other material than that of the id", INCORRECT, _other_id
    yield (
        "DeleteImportedKeyMaterial of pending material",
        "CURRENT",
        lambda a: " ".join(_states(a, _without_pending(a))),
    )
    yield (
        "The key state after the deletion of pending material",
        "Enabled",
        lambda a: _state(a, _without_pending(a)),
    )
    yield "ValidTo is the earliest date of all materials", SUCCESS, _earliest
    yield "A description of key material is kept", "second", _described
    yield (
        "A KeyMaterialId with new material",
        VALIDATION,
        lambda a: import_into(a, external(a), _FIRST, KeyMaterialId="0" * 64, **NEW),
    )
    yield (
        "RSAES_OAEP and RSA_2048 for ECC_NIST_P521",
        UNSUPPORTED,
        lambda a: parameters(a, _p521(a)),
    )
    yield "RSAES_OAEP and RSA_3072 for ECC_NIST_P521", "Enabled", _import_p521
    yield (
        "RSAES_OAEP for an RSA key",
        UNSUPPORTED,
        lambda a: parameters(a, external(a, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")),
    )
    yield (
        "A date with material that does not expire",
        VALIDATION,
        lambda a: import_into(a, external(a), _FIRST, ValidTo=_in_days(a, 3)),
    )
    yield (
        "A date of 366 days ahead",
        VALIDATION,
        lambda a: _expiring(a, external(a), 366),
    )
    yield "The expiration model of material that expires", "KEY_MATERIAL_EXPIRES", _expiring_model
    yield (
        "An HMAC key of another length",
        INCORRECT,
        lambda a: import_into(
            a, external(a, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"), b"x" * 48
        ),
    )
    yield (
        "New material for an HMAC key",
        INCORRECT,
        lambda a: _replaced(a, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
    )
    yield "An import into a disabled key", "Disabled", _disabled
    yield "An import while deletion is pending", STATE, _pending_deletion


def _recorded() -> Iterator[Row]:
    yield (
        "New material while other material is pending rotation",
        STATE,
        lambda a: import_into(a, _pending(a), os.urandom(32), **NEW),
    )


def _in_regions() -> Iterator[Row]:
    yield "A replica of an imported key", "PendingImport", lambda a: _state_there(a, _replica(a))
    yield "New material into a replica", UNSUPPORTED, lambda a: _import(a, **NEW)
    yield "Other material into a replica", INCORRECT, _import
    yield "RotateKeyOnDemand before the import into a replica", STATE, _rotated_early
    yield (
        "New material waits for the replicas",
        "CURRENT PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
        lambda a: " ".join(_states(a, _waiting(a))),
    )
    yield (
        "New material that the replica has too",
        "CURRENT PENDING_ROTATION",
        lambda a: " ".join(_states(a, _everywhere(a))),
    )
    yield "A replica decrypts after RotateKeyOnDemand to new material", "secret", _rotated_there
    yield "A replica deletes pending material: the primary key keeps it", "2", _deleted_there
    yield "The primary key deletes pending material: the replica has none", "1", _deleted_here
    yield "A replica deletes its material: the primary key stays", "Enabled", _emptied_there


# ------------------------------------------------------------------------------- one Region


def _state(account: Account, key_id: str) -> str:
    return str(account.metadata(key_id)["KeyState"])


def _materials(kms: Any, key_id: str) -> list[Any]:
    every = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    return list(kms.list_key_rotations(KeyId=key_id, **every)["Rotations"])


def _states(account: Account, key_id: str) -> list[str]:
    return [one["KeyMaterialState"] for one in _materials(account.kms, key_id)]


def _again(account: Account, **options: Any) -> None:
    import_into(account, ready(account, _FIRST), _FIRST, **options)


def _pending(account: Account) -> str:
    key_id = ready(account, _FIRST)
    import_into(account, key_id, _SECOND, **NEW)
    return key_id


def _rotated(account: Account) -> str:
    key_id = _pending(account)
    account.kms.rotate_key_on_demand(KeyId=key_id)
    return key_id


def _without_old(account: Account) -> tuple[str, str, str]:
    """Return a key without its old material, its state, and the id of that material."""
    key_id = _rotated(account)
    old = _materials(account.kms, key_id)[0]["KeyMaterialId"]
    account.kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=old)
    return key_id, _state(account, key_id), old


def _old_again(account: Account) -> str:
    key_id, _, old = _without_old(account)
    import_into(account, key_id, _FIRST, KeyMaterialId=old, **EXISTING)
    return _state(account, key_id)


def _other_id(account: Account) -> None:
    key_id, _, old = _without_old(account)
    import_into(account, key_id, _SECOND, KeyMaterialId=old, **EXISTING)


def _without_pending(account: Account) -> str:
    key_id = _pending(account)
    pending = _materials(account.kms, key_id)[-1]["KeyMaterialId"]
    account.kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=pending)
    return key_id


def _in_days(account: Account, days: int) -> datetime:
    """Return a date by the clock of the emulator."""
    tomorrow = parameters(account, external(account))["ParametersValidTo"]
    return datetime.fromisoformat(str(tomorrow)) + timedelta(days=days - 1, minutes=1)


def _expiring(account: Account, key_id: str, days: int) -> None:
    import_into(account, key_id, _FIRST, unlimited=False, ValidTo=_in_days(account, days))


def _expiring_model(account: Account) -> str:
    key_id = external(account)
    _expiring(account, key_id, 3)
    return str(account.metadata(key_id)["ExpirationModel"])


def _earliest(account: Account) -> str:
    key_id = _rotated(account)
    _expiring(account, key_id, 3)  # the old material
    return SUCCESS if account.metadata(key_id).get("ValidTo") else "none"


def _described(account: Account) -> str:
    key_id = ready(account, _FIRST)
    import_into(account, key_id, _SECOND, KeyMaterialDescription="second", **NEW)
    import_into(account, key_id, _SECOND)
    return str(_materials(account.kms, key_id)[-1]["KeyMaterialDescription"])


def _p521(account: Account) -> str:
    return external(account, KeySpec="ECC_NIST_P521", KeyUsage="SIGN_VERIFY")


def _import_p521(account: Account) -> str:
    key_id, private = _p521(account), ec.generate_private_key(ec.SECP521R1())
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    import_into(account, key_id, der, wrapping=("RSAES_OAEP_SHA_256", "RSA_3072"))
    return _state(account, key_id)


def _replaced(account: Account, **options: Any) -> None:
    key_id = ready(account, _FIRST, **options)
    account.kms.delete_imported_key_material(KeyId=key_id)
    import_into(account, key_id, _SECOND)


def _disabled(account: Account) -> str:
    key_id = ready(account, _FIRST)
    account.kms.disable_key(KeyId=key_id)
    import_into(account, key_id, _FIRST)
    return _state(account, key_id)


def _pending_deletion(account: Account) -> None:
    key_id = ready(account, _FIRST)
    given = parameters(account, key_id)
    account.kms.schedule_key_deletion(KeyId=key_id)
    account.unchecked.import_key_material(
        KeyId=key_id, ImportToken=given["ImportToken"], EncryptedKeyMaterial=b"x"
    )


# -------------------------------------------------------------------------- several Regions


def _there(account: Account) -> Account:
    """Return the same account in another Region."""
    other = Account(account.emulator)
    other.kms = account.in_region(_OREGON)
    return other


def _replica(account: Account) -> str:
    key_id = ready(account, _FIRST, MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=_OREGON)
    return key_id


def _state_there(account: Account, key_id: str) -> str:
    return _state(_there(account), key_id)


def _import_there(account: Account, key_id: str, secret: bytes, **options: Any) -> None:
    other = _there(account)
    given = parameters(other, key_id)
    other.kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrapped(secret, given["PublicKey"], "RSAES_OAEP_SHA_256"),
        **FOREVER,
        **options,
    )


def _import(account: Account, **options: Any) -> None:
    _import_there(account, _replica(account), _SECOND, **options)


def _waiting(account: Account) -> str:
    key_id = _replica(account)
    _import_there(account, key_id, _FIRST)
    import_into(account, key_id, _SECOND, **NEW)
    return key_id


def _everywhere(account: Account) -> str:
    key_id = _waiting(account)
    _import_there(account, key_id, _SECOND, **EXISTING)
    return key_id


def _rotated_early(account: Account) -> None:
    account.kms.rotate_key_on_demand(KeyId=_waiting(account))


def _rotated_there(account: Account) -> str:
    key_id = _everywhere(account)
    account.kms.rotate_key_on_demand(KeyId=key_id)
    blob = account.blob(key_id)
    return str(account.in_region(_OREGON).decrypt(CiphertextBlob=blob)["Plaintext"].decode())


def _deleted_in(account: Account, kms: Any, key_id: str) -> None:
    pending = _materials(account.kms, key_id)[-1]["KeyMaterialId"]
    kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=pending)


def _deleted_there(account: Account) -> str:
    key_id = _everywhere(account)
    _deleted_in(account, account.in_region(_OREGON), key_id)
    imported = [one["ImportState"] for one in _materials(account.kms, key_id)]
    return str(imported.count("IMPORTED"))


def _deleted_here(account: Account) -> str:
    key_id = _everywhere(account)
    _deleted_in(account, account.kms, key_id)
    return str(len(_materials(account.in_region(_OREGON), key_id)))


def _emptied_there(account: Account) -> str:
    key_id = _replica(account)
    _import_there(account, key_id, _FIRST)
    account.in_region(_OREGON).delete_imported_key_material(KeyId=key_id)
    return _state(account, key_id)
