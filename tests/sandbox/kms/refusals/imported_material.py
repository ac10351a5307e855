"""Imports of key material that AWS KMS refuses."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from benchmarks.behaviours.imported_material import FOREVER, wrapped
from kmsdemo.sandbox import mock_kms
from tests.sandbox.kms.refusals.refused import UNSUPPORTED, VALIDATION, Refusal, new
from tests.sandbox.kms.test_recorded import Account

WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
STATE = "KMSInvalidStateException"
BAD_DATE = "The validTo date must be in the future, and within 365 days."
INCORRECT = "IncorrectKeyMaterialException"


def external(a: Account) -> str:
    return str(a.external()["KeyId"])


def imported(a: Account, key_id: str, secret: bytes = b"x" * 32, **options: Any) -> Any:
    """Import key material."""
    given = a.kms.get_parameters_for_import(KeyId=key_id, **WRAPPING)
    blob = wrapped(secret, given["PublicKey"], "RSAES_OAEP_SHA_256")
    asked = {"ImportToken": given["ImportToken"], "EncryptedKeyMaterial": blob, **FOREVER}
    return a.kms.import_key_material(KeyId=key_id, **asked | options)


def with_two_materials(a: Account, *, pending: bool) -> str:
    """Return a key with two key materials; the second is pending, or current."""
    key_id = external(a)
    imported(a, key_id)
    imported(a, key_id, b"y" * 32, ImportType="NEW_KEY_MATERIAL")
    if not pending:
        a.kms.rotate_key_on_demand(KeyId=key_id)
    return key_id


def imported_into_a_replica(a: Account) -> None:
    key_id = new(a, Origin="EXTERNAL", MultiRegion=True)
    imported(a, key_id)
    a.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    there = Account(a.clients.in_region("eu-west-1"))
    imported(there, key_id, b"y" * 32, ImportType="NEW_KEY_MATERIAL")


def imported_as_another(a: Account) -> None:
    key_id = external(a)
    imported(a, key_id)
    imported(a, key_id, KeyMaterialId="0" * 64)


def imported_again_as_new(a: Account) -> None:
    key_id = external(a)
    imported(a, key_id)
    imported(a, key_id, ImportType="NEW_KEY_MATERIAL")


def imported_late(a: Account) -> None:
    key_id = external(a)
    given = a.kms.get_parameters_for_import(KeyId=key_id, **WRAPPING)
    mock_kms.advance(days=1)
    a.kms.import_key_material(
        KeyId=key_id, ImportToken=given["ImportToken"], EncryptedKeyMaterial=b"x", **FOREVER
    )


def in_days(days: float) -> dict[str, Any]:
    until = datetime.now(timezone.utc) + timedelta(days=days)
    return {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": until}


IMPORTS: list[Refusal] = [
    (
        lambda a: a.kms.get_parameters_for_import(KeyId=new(a), **WRAPPING),
        UNSUPPORTED,
        "<key> origin is AWS_KMS which is not valid for this operation.",
    ),
    (
        lambda a: a.kms.delete_imported_key_material(KeyId=new(a)),
        UNSUPPORTED,
        "<key> origin is AWS_KMS which is not valid for this operation.",
    ),
    (
        lambda a: a.kms.get_parameters_for_import(
            KeyId=external(a), **WRAPPING | {"WrappingAlgorithm": "RSAES_PKCS1_V1_5"}
        ),
        UNSUPPORTED,
        "Wrapping algorithm RSAES_PKCS1_V1_5 with wrapping key spec RSA_2048 is not supported for "
        "key material of key spec SYMMETRIC_DEFAULT.",
    ),
    (
        lambda a: a.kms.get_parameters_for_import(
            KeyId=new(a, Origin="EXTERNAL", KeySpec="ECC_NIST_P521", KeyUsage="SIGN_VERIFY"),
            **WRAPPING,
        ),
        UNSUPPORTED,
        "Wrapping algorithm RSAES_OAEP_SHA_256 with wrapping key spec RSA_2048 is not supported "
        "for key material of key spec ECC_NIST_P521.",
    ),
    (
        lambda a: imported(a, external(a), ImportToken=b"x"),
        "InvalidImportTokenException",
        "",
    ),
    (imported_late, "ExpiredImportTokenException", ""),
    (
        lambda a: imported(a, external(a), EncryptedKeyMaterial=b"x"),
        "InvalidCiphertextException",
        "",
    ),
    (lambda a: imported(a, external(a), b"x" * 31), INCORRECT, ""),
    (
        lambda a: imported(a, external(a), ExpirationModel="KEY_MATERIAL_EXPIRES"),
        VALIDATION,
        "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
    ),
    (
        lambda a: imported(a, external(a), **in_days(1) | FOREVER),
        VALIDATION,
        "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
    ),
    (lambda a: imported(a, external(a), **in_days(-1)), VALIDATION, BAD_DATE),
    (lambda a: imported(a, external(a), **in_days(366)), VALIDATION, BAD_DATE),
    (
        lambda a: imported(a, external(a), ImportType="NEW_KEY_MATERIAL", KeyMaterialId="0" * 64),
        VALIDATION,
        "KeyMaterialId cannot be set if the ImportType is NEW_KEY_MATERIAL",
    ),
    (lambda a: imported(a, external(a), ImportType="EXISTING_KEY_MATERIAL"), INCORRECT, ""),
    (imported_as_another, INCORRECT, ""),
    (imported_again_as_new, INCORRECT, ""),
    (
        lambda a: imported(
            a,
            with_two_materials(a, pending=True),
            b"z" * 32,
            ImportType="NEW_KEY_MATERIAL",
        ),
        STATE,
        "New key material (id: <id>) cannot be imported into KMS key <key>, because another key "
        "material (id: <id>) is pending rotation.",
    ),
    (
        imported_into_a_replica,
        UNSUPPORTED,
        "arn:aws:kms:eu-west-1:123456789012:key/<mrk> is not a multi-region primary key.",
    ),
    (
        lambda a: a.kms.delete_imported_key_material(KeyId=external(a), KeyMaterialId="0" * 64),
        "NotFoundException",
        f"Key material {'0' * 64} does not exist",
    ),
    (
        lambda a: a.kms.enable_key_rotation(KeyId=external(a)),
        UNSUPPORTED,
        "<key> origin is EXTERNAL which is not valid for this operation.",
    ),
    (
        lambda a: a.kms.rotate_key_on_demand(KeyId=with_two_materials(a, pending=False)),
        STATE,
        "No available key material pending rotation for the key: <key>.",
    ),
]
