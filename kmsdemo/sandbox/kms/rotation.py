"""Rotation of key material: automatic, by the clock of the sandbox, and on demand.

Old key material is kept, so that old ciphertext decrypts.

AWS: "Rotate AWS KMS keys", AWS KMS Developer Guide.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.key import Answer, Key, KeyMaterial, SharedProperties
from kmsdemo.sandbox.kms import key_material, paging, stores
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal
from kmsdemo.sandbox.trail import history

_DAYS: Final = 365
_TOO_CLOSE: Final = timedelta(minutes=20)
_MOST_ON_DEMAND: Final = 25  # 10 until 2025; "Resource quotas", AWS KMS Developer Guide


def enable_key_rotation(request: Request) -> Answer:
    """Answer EnableKeyRotation; a new period counts from the last rotation, or from enabling."""
    _check_primary(request.key)
    enable(request.key, request.parameters.get("RotationPeriodInDays", _DAYS))
    return {}


def enable(key: Key, days: int = _DAYS) -> None:
    """Enable automatic rotation of a key, or change its period.

    Args:
        key: The key.
        days: The period.
    """
    shared, period = key.shared, timedelta(days=days)
    start = clock.now(key.account_id)
    if shared.rotation_period and shared.next_rotation:
        start = shared.next_rotation - shared.rotation_period
    shared.rotation_period, shared.next_rotation = period, start + period


def disable_key_rotation(request: Request) -> Answer:
    """Answer DisableKeyRotation."""
    _check_primary(request.key)
    shared = request.key.shared
    shared.rotation_period = shared.next_rotation = None
    return {}


def get_key_rotation_status(request: Request) -> Answer:
    """Answer GetKeyRotationStatus; rotation is suspended while the key is pending deletion."""
    key, shared = request.key, request.key.shared
    if shared.rotation_period is None or "Pending" in key.key_state:
        return {"KeyId": key.id, "KeyRotationEnabled": False}
    return {
        "KeyId": key.id,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": shared.rotation_period.days,
        "NextRotationDate": shared.next_rotation,
    }


def rotate_key_on_demand(request: Request) -> Answer:
    """Answer RotateKeyOnDemand; the dates of automatic rotations do not change."""
    key = request.key
    _check_primary(key)
    _check_not_soon(key, request.now)
    done = [one for one in key.shared.materials.values() if one.rotation_type == "ON_DEMAND"]
    if len(done) >= _MOST_ON_DEMAND:
        raise Refusal(
            "LimitExceededException",
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
            f"rotations can be performed for this key: {key.arn}",
        )
    material = _pending(key) if key.is_imported else key_material.generate(key.id, key.key_spec)
    _rotate(key.shared, material, request.now, "ON_DEMAND")
    return {"KeyId": key.arn}


def list_key_rotations(request: Request) -> Answer:
    """Answer ListKeyRotations."""
    key = request.key
    every = request.parameters.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    listed = list(enumerate(key.shared.materials.values()))
    return paging.page(
        request,
        "Rotations",
        [(place, one) for place, one in listed if every or one.rotated],
        place=lambda item: (item[0],),
        entry=lambda item: _entry(key, item[1]),
    )


def catch_up(key: Key) -> None:
    """Perform the automatic rotations that are due by the clock of the key's account."""
    shared = key.shared
    if shared.next_rotation is None or stores.primary_of(key).key_state != "Enabled":
        return
    while shared.rotation_period and shared.next_rotation <= clock.now(key.account_id):
        date = shared.next_rotation
        _rotate_automatically(shared, date)
        shared.next_rotation += shared.rotation_period
        history.record_of_aws("RotateKey", key.arn, date)


def resume(key: Key) -> None:
    """Perform one automatic rotation if any was due while the key was disabled.

    AWS: "How key rotation works", disabled keys, AWS KMS Developer Guide.
    """
    shared, now = key.shared, clock.now(key.account_id)
    if shared.rotation_period and shared.next_rotation and shared.next_rotation <= now:
        _rotate_automatically(shared, now)
        shared.next_rotation = now + shared.rotation_period
        history.record_of_aws("RotateKey", key.arn, now)


def _check_primary(key: Key) -> None:
    if key.is_multi_region and not key.is_primary:
        message = f"{key.arn} is not a multi-region primary key."
        raise Refusal("UnsupportedOperationException", message)


def _check_not_soon(key: Key, now: datetime) -> None:
    """Check that no automatic rotation is about to begin.

    Raises:
        Refusal: ``ConflictException``; see RotateKeyOnDemand, AWS KMS API Reference.
    """
    date = key.shared.next_rotation
    if date and date - now <= _TOO_CLOSE:
        message = f"An automatic rotation of {key.arn} begins within the next 20 minutes."
        raise Refusal("ConflictException", message)


def _pending(key: Key) -> KeyMaterial:
    pending = (one for one in key.shared.materials.values() if one.state == "PENDING_ROTATION")
    material = next(pending, None)
    if material is None:
        raise Refusal(
            "KMSInvalidStateException",
            f"No available key material pending rotation for the key: {key.arn}.",
        )
    return material


def _rotate_automatically(shared: SharedProperties, date: datetime) -> None:
    _rotate(shared, key_material.generate(shared.key_id, shared.key_spec), date, "AUTOMATIC")


def _rotate(shared: SharedProperties, material: KeyMaterial, date: datetime, kind: str) -> None:
    if shared.current_material:
        shared.current_material.state = "NON_CURRENT"
    material.state, material.rotated, material.rotation_type = "CURRENT", date, kind
    shared.materials[material.id] = material


def _entry(key: Key, material: KeyMaterial) -> dict[str, Any]:
    entry = {
        "KeyId": key.id,
        "KeyMaterialId": material.id,
        "KeyMaterialState": material.state,
        "RotationDate": material.rotated,
        "RotationType": material.rotation_type or None,
    }
    if not key.is_imported:
        return entry
    imported = key.imported.get(material.id)
    return entry | {
        "KeyMaterialDescription": material.description or None,
        "ImportState": "IMPORTED" if imported else "PENDING_IMPORT",
        "ExpirationModel": imported.expiration_model if imported else None,
        "ValidTo": imported.valid_to if imported else None,
    }
