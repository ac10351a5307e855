"""Rotation of key material, and multi-Region keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import MALFORMED, NOT_FOUND, UNSUPPORTED, VALIDATION

IRELAND, FRANKFURT = "eu-west-1", "eu-central-1"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of rotation and of multi-Region keys."""
    yield from rows("Rotation", "Rotate AWS KMS keys, AWS KMS Developer Guide", _rotation())
    yield from rows("Multi-Region keys", "Multi-Region keys, AWS KMS Developer Guide", _regions())


def _rotation() -> Iterator[Row]:
    yield (
        "A new key does not rotate",
        "False",
        lambda a: str(a.kms.get_key_rotation_status(KeyId=a.key())["KeyRotationEnabled"]),
    )
    yield (
        "The period by default",
        "365",
        lambda a: str(_status(a, _rotating(a))["RotationPeriodInDays"]),
    )
    yield "The next date counts from enabling", "90", _next_date
    yield "A period of 89 days", VALIDATION, lambda a: _rotating(a, 89)
    yield "A period of 2,561 days", VALIDATION, lambda a: _rotating(a, 2561)
    yield "Automatic rotations after 300 days of a period of 90", "3", _after_300_days
    yield (
        "An automatic rotation changes the key material",
        "another",
        lambda a: _changed(a, _automatically),
    )
    yield (
        "On-demand rotation changes the key material",
        "another",
        lambda a: _changed(a, _on_demand),
    )
    yield (
        "Old ciphertext decrypts after an automatic rotation",
        SUCCESS,
        lambda a: _old(a, _automatically),
    )
    yield (
        "Old ciphertext decrypts after an on-demand rotation",
        SUCCESS,
        lambda a: _old(a, _on_demand),
    )
    yield "Old ciphertext names its own key material", SUCCESS, _old_material
    yield "The type of an automatic rotation", "AUTOMATIC", lambda a: _last_type(a, _automatically)
    yield "The type of an on-demand rotation", "ON_DEMAND", lambda a: _last_type(a, _on_demand)
    yield "The 25th on-demand rotation", SUCCESS, lambda a: _times(a, 25)
    yield "The 26th on-demand rotation", "LimitExceededException", lambda a: _times(a, 26)
    yield "A disabled key does not rotate", "0", _disabled
    yield (
        "The first key material is listed on demand",
        "1",
        lambda a: str(
            len(
                a.kms.list_key_rotations(KeyId=a.key(), IncludeKeyMaterial="ALL_KEY_MATERIAL")[
                    "Rotations"
                ]
            )
        ),
    )
    yield "On-demand rotation leaves the next date", SUCCESS, _next_date_stays
    yield "DisableKeyRotation", "False", _no_longer
    for spec, usage in (("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")):
        yield f"EnableKeyRotation of {spec}", UNSUPPORTED, _of(spec, usage, "enable_key_rotation")
        yield f"RotateKeyOnDemand of {spec}", UNSUPPORTED, _of(spec, usage, "rotate_key_on_demand")


def _status(account: Account, key_id: str) -> Any:
    return account.kms.get_key_rotation_status(KeyId=key_id)


def _rotating(account: Account, days: int = 0) -> str:
    key_id = account.key()
    period = {"RotationPeriodInDays": days} if days else {}
    account.unchecked.enable_key_rotation(KeyId=key_id, **period)
    return key_id


def _next_date(account: Account) -> str:
    key_id = account.key()
    account.emulator.advance(days=50)
    account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    since = _status(account, key_id)["NextRotationDate"] - account.metadata(key_id)["CreationDate"]
    return str(round(since / timedelta(days=1)) - 50)


def _rotations(account: Account, key_id: str) -> Any:
    return account.kms.list_key_rotations(KeyId=key_id)["Rotations"]


def _after_300_days(account: Account) -> str:
    key_id = _rotating(account, 90)
    account.emulator.advance(days=300)
    return str(len(_rotations(account, key_id)))


def _automatically(account: Account, key_id: str) -> None:
    account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    account.emulator.advance(days=91)


def _on_demand(account: Account, key_id: str) -> None:
    account.kms.rotate_key_on_demand(KeyId=key_id)


def _changed(account: Account, rotate: Any) -> str:
    key_id = account.key()
    before = account.metadata(key_id)["CurrentKeyMaterialId"]
    rotate(account, key_id)
    return "the same" if account.metadata(key_id)["CurrentKeyMaterialId"] == before else "another"


def _old(account: Account, rotate: Any) -> None:
    key_id = account.key()
    blob = account.blob(key_id)
    rotate(account, key_id)
    assert account.kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def _old_material(account: Account) -> str:
    key_id = account.key()
    before, blob = account.metadata(key_id)["CurrentKeyMaterialId"], account.blob(key_id)
    _on_demand(account, key_id)
    used = str(account.kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"])
    return SUCCESS if used == before else used


def _last_type(account: Account, rotate: Any) -> str:
    key_id = account.key()
    rotate(account, key_id)
    return str(_rotations(account, key_id)[-1]["RotationType"])


def _times(account: Account, times: int) -> None:
    key_id = account.key()
    for _ in range(times):
        _on_demand(account, key_id)


def _disabled(account: Account) -> str:
    key_id = _rotating(account, 90)
    account.kms.disable_key(KeyId=key_id)
    account.emulator.advance(days=200)
    return str(len(_rotations(account, key_id)))


def _next_date_stays(account: Account) -> str:
    key_id = _rotating(account, 90)
    before = _status(account, key_id)["NextRotationDate"]
    _on_demand(account, key_id)
    after = _status(account, key_id)["NextRotationDate"]
    return SUCCESS if after == before else str(after)


def _no_longer(account: Account) -> str:
    key_id = _rotating(account, 90)
    account.kms.disable_key_rotation(KeyId=key_id)
    return str(_status(account, key_id)["KeyRotationEnabled"])


def _of(spec: str, usage: str, operation: str) -> Call:
    return lambda account: getattr(account.kms, operation)(KeyId=account.key(spec, usage))


# ------------------------------------------------------------------------------ multi-Region


def _regions() -> Iterator[Row]:
    yield (
        "The state in the answer of ReplicateKey",
        "Creating",
        lambda a: str(
            a.kms.replicate_key(KeyId=_primary(a), ReplicaRegion=IRELAND)["ReplicaKeyMetadata"][
                "KeyState"
            ]
        ),
    )
    yield (
        "A replica decrypts what its primary encrypted",
        "secret",
        lambda a: _decrypted_in_ireland(a, lambda *_: None),
    )
    yield (
        "A replica decrypts after a rotation of its primary",
        "secret",
        lambda a: _decrypted_in_ireland(a, _on_demand),
    )
    yield "The rotation of a replica follows its primary", "True", _followed
    yield (
        "EnableKeyRotation of a replica",
        UNSUPPORTED,
        lambda a: a.in_region(IRELAND).enable_key_rotation(KeyId=_replicated(a)),
    )
    yield (
        "RotateKeyOnDemand of a replica",
        UNSUPPORTED,
        lambda a: a.in_region(IRELAND).rotate_key_on_demand(KeyId=_replicated(a)),
    )
    yield (
        "A replica of a replica",
        UNSUPPORTED,
        lambda a: a.in_region(IRELAND).replicate_key(KeyId=_replicated(a), ReplicaRegion=FRANKFURT),
    )
    yield (
        "A replica of a single-Region key",
        UNSUPPORTED,
        lambda a: a.kms.replicate_key(KeyId=a.key(), ReplicaRegion=IRELAND),
    )
    yield (
        "A second replica in a Region",
        "AlreadyExistsException",
        lambda a: a.kms.replicate_key(KeyId=_replicated(a), ReplicaRegion=IRELAND),
    )
    yield (
        "A replica in the Region of its primary",
        "AlreadyExistsException",
        lambda a: a.kms.replicate_key(KeyId=_primary(a), ReplicaRegion="us-east-1"),
    )
    yield (
        "A Region that is no name of one",
        VALIDATION,
        lambda a: a.unchecked.replicate_key(KeyId=_primary(a), ReplicaRegion="nowhere"),
    )
    yield (
        "A replica has its own policy",
        MALFORMED,
        lambda a: a.kms.replicate_key(KeyId=_primary(a), ReplicaRegion=IRELAND, Policy="{}"),
    )
    yield (
        "A replica has its own description",
        "mine",
        lambda a: str(
            a.kms.replicate_key(KeyId=_primary(a), ReplicaRegion=IRELAND, Description="mine")[
                "ReplicaKeyMetadata"
            ]["Description"]
        ),
    )
    yield (
        "A replica has its own tags",
        "TagException",
        lambda a: a.kms.replicate_key(
            KeyId=_primary(a), ReplicaRegion=IRELAND, Tags=[{"TagKey": "aws:x", "TagValue": "y"}]
        ),
    )
    yield (
        "UpdatePrimaryRegion makes the replica the primary",
        "PRIMARY",
        lambda a: _kind(a.in_region(IRELAND), _moved(a)),
    )
    yield (
        "UpdatePrimaryRegion makes the primary a replica",
        "REPLICA",
        lambda a: _kind(a.kms, _moved(a)),
    )
    yield (
        "UpdatePrimaryRegion to a Region without a replica",
        NOT_FOUND,
        lambda a: a.kms.update_primary_region(KeyId=_replicated(a), PrimaryRegion=FRANKFURT),
    )
    yield (
        "UpdatePrimaryRegion of a replica",
        UNSUPPORTED,
        lambda a: a.in_region(IRELAND).update_primary_region(
            KeyId=_replicated(a), PrimaryRegion=IRELAND
        ),
    )
    yield (
        "UpdatePrimaryRegion of a single-Region key",
        UNSUPPORTED,
        lambda a: a.kms.update_primary_region(KeyId=a.key(), PrimaryRegion=IRELAND),
    )
    yield "A multi-Region HMAC key makes the same MAC in two Regions", SUCCESS, _same_mac


def _primary(account: Account) -> str:
    return account.key(MultiRegion=True)


def _replicated(account: Account) -> str:
    key_id = _primary(account)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)
    return key_id


def _decrypted_in_ireland(account: Account, change: Any) -> str:
    key_id = _replicated(account)
    change(account, key_id)
    blob = account.blob(key_id)
    return str(account.in_region(IRELAND).decrypt(CiphertextBlob=blob)["Plaintext"].decode())


def _followed(account: Account) -> str:
    key_id = _replicated(account)
    account.kms.enable_key_rotation(KeyId=key_id)
    status = account.in_region(IRELAND).get_key_rotation_status(KeyId=key_id)
    return str(status["KeyRotationEnabled"])


def _moved(account: Account) -> str:
    key_id = _replicated(account)
    account.kms.update_primary_region(KeyId=key_id, PrimaryRegion=IRELAND)
    return key_id


def _kind(kms: Any, key_id: str) -> str:
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    return str(metadata["MultiRegionConfiguration"]["MultiRegionKeyType"])


def _same_mac(account: Account) -> None:
    key_id = account.key("HMAC_256", "GENERATE_VERIFY_MAC", MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)
    asked: Any = {"KeyId": key_id, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
    mac = account.kms.generate_mac(**asked)["Mac"]
    account.in_region(IRELAND).verify_mac(**asked, Mac=mac)
