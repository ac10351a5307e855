"""GetParametersForImport, ImportKeyMaterial and DeleteImportedKeyMaterial.

AWS: "Importing key material for AWS KMS keys", AWS KMS Developer Guide.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import keywrap, serialization

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.key import Answer, ImportedMaterial, ImportParameters, Key, KeyMaterial
from kmsdemo.sandbox.kms import encryption, key_material, stores
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, invalid, invalid_ciphertext
from kmsdemo.sandbox.trail import history

_TOKEN_BYTES: Final = 256
_TOKEN_LIFETIME: Final = timedelta(hours=24)
_LONGEST: Final = timedelta(days=365)
_PKCS8: Final = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]\x30", re.DOTALL)
_NO_DATE: Final = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
_DATE: Final = "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"


def get_parameters_for_import(request: Request) -> Answer:
    """Answer GetParametersForImport."""
    key = request.key
    _check_origin(key)
    algorithm, spec = (
        request.parameters[name] for name in ("WrappingAlgorithm", "WrappingKeySpec")
    )
    _check_wrapping(key, algorithm, spec)
    wrapping_key, token = key_material.generate_secret(spec), os.urandom(_TOKEN_BYTES)
    until = request.now + _TOKEN_LIFETIME
    key.import_parameters[token] = ImportParameters(wrapping_key, algorithm, until)
    return {
        "KeyId": key.arn,
        "ImportToken": token,
        "PublicKey": key_material.public_der(wrapping_key),
        "ParametersValidTo": until,
    }


def import_key_material(request: Request) -> Answer:
    """Answer ImportKeyMaterial."""
    key = request.key
    _check_origin(key)
    valid_to = _valid_to(request)
    secret = _unwrapped(request, _parameters_for_import(request))
    material = _associated(request, key_material.of(key.id, _checked(key, secret)))
    key.imported[material.id] = ImportedMaterial(valid_to)
    update_pending(key)
    _update_state(key)
    return {"KeyId": key.arn, "KeyMaterialId": material.id if key.is_symmetric else None}


def delete_imported_key_material(request: Request) -> Answer:
    """Answer DeleteImportedKeyMaterial; the key keeps the id of the material."""
    key = request.key
    _check_origin(key)
    current = key.shared.current_material
    material_id = request.parameters.get("KeyMaterialId") or (current.id if current else "")
    if material_id and material_id not in key.shared.materials:
        raise Refusal("NotFoundException", f"Key material {material_id} does not exist")
    _remove(key, material_id)
    is_known = key.is_symmetric and material_id
    return {"KeyId": key.arn, "KeyMaterialId": material_id if is_known else None}


def expire(key: Key) -> None:
    """Remove the key material that has expired by the clock of the key's account."""
    for material_id, imported in list(key.imported.items()):
        if imported.valid_to and imported.valid_to <= clock.now(key.account_id):
            _remove(key, material_id)
            history.record_of_aws("DeleteExpiredKeyMaterial", key.arn, imported.valid_to)


def has_all(key: Key) -> bool:
    """Return whether a key has all its key material, except material pending rotation."""
    needed = [one.id for one in key.shared.materials.values() if not one.is_pending]
    return bool(needed) and all(one in key.imported for one in needed)


def update_pending(key: Key) -> None:
    """Let key material that is pending rotation wait until all related keys have imported it."""
    for material in _pending(key):
        is_everywhere = all(material.id in one.imported for one in _related(key))
        material.state = (
            "PENDING_ROTATION" if is_everywhere else "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
        )


def _related(key: Key) -> list[Key]:
    return stores.related(key) if key.is_multi_region else [key]


def _pending(key: Key) -> list[KeyMaterial]:
    return [one for one in key.shared.materials.values() if one.is_pending]


# ------------------------------------------------------------------------------- unwrapping


def _check_origin(key: Key) -> None:
    if not key.is_imported:
        message = f"{key.arn} origin is {key.origin} which is not valid for this operation."
        raise Refusal("UnsupportedOperationException", message)


def _check_wrapping(key: Key, algorithm: str, spec: str) -> None:
    """Check that a wrapping algorithm can wrap key material of this kind.

    AWS: "Select a wrapping algorithm", AWS KMS Developer Guide.
    """
    is_usable = algorithm not in ("RSAES_PKCS1_V1_5", "SM2PKE") and spec != "SM2"
    too_long = ("RSA", "ECC_NIST_P521") if spec == "RSA_2048" else ("RSA",)
    if not is_usable or (algorithm.startswith("RSAES") and key.key_spec.startswith(too_long)):
        raise Refusal(
            "UnsupportedOperationException",
            f"Wrapping algorithm {algorithm} with wrapping key spec {spec} is not supported for "
            f"key material of key spec {key.key_spec}.",
        )


def _parameters_for_import(request: Request) -> ImportParameters:
    parameters = request.key.import_parameters.get(request.call.binary("ImportToken"))
    if parameters is None:
        raise Refusal("InvalidImportTokenException")
    if parameters.valid_to <= request.now:
        raise Refusal("ExpiredImportTokenException")
    return parameters


def _unwrapped(request: Request, parameters: ImportParameters) -> bytes:
    """Return the key material, decrypted with the wrapping key."""
    wrapped = request.call.binary("EncryptedKeyMaterial")
    private = key_material.private_key(parameters.private_key)
    digest = parameters.algorithm.rpartition("_SHA_")[2]
    padding = encryption.oaep(f"RSAES_OAEP_SHA_{digest}")
    try:
        if parameters.algorithm.startswith("RSAES"):
            return bytes(private.decrypt(wrapped, padding))
        size = private.key_size // 8
        wrapping_key = private.decrypt(wrapped[:size], padding)
        return keywrap.aes_key_unwrap_with_padding(wrapping_key, wrapped[size:])
    except (ValueError, keywrap.InvalidUnwrap) as error:
        raise invalid_ciphertext() from error


def _checked(key: Key, secret: bytes) -> bytes:
    """Return key material once it fits the key spec."""
    if key.is_symmetric:
        fits = len(secret) == key_material.SYMMETRIC_BYTES
    elif key.key_spec.startswith("HMAC_"):
        fits = len(secret) == int(key.key_spec.removeprefix("HMAC_")) // 8
    else:
        private = _private_key(secret)
        fits = key_material.spec_of(private) == key.key_spec
        secret = key_material.private_der(private) if fits else secret
    if not fits:
        raise _incorrect()
    return secret


def _private_key(secret: bytes) -> Any:
    """Return the private key; other encodings than PKCS #8 have no algorithm after the version.

    AWS: "Requirements for imported key material", AWS KMS Developer Guide.
    """
    if not _PKCS8.match(secret):
        raise _incorrect()
    try:
        return serialization.load_der_private_key(secret, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _incorrect() from error


# --------------------------------------------------------------- which material a key can have


def _associated(request: Request, given: KeyMaterial) -> KeyMaterial:
    """Return the key's own material that equals the given one, or the given one as the key's new.

    AWS: ``ImportType``, ``KeyMaterialId``, ImportKeyMaterial, AWS KMS API Reference.
    """
    key, known = request.key, request.key.shared.materials.get(given.id)
    kind = request.parameters.get("ImportType") or _default_type(key)
    named = request.parameters.get("KeyMaterialId", given.id)
    if kind == "NEW_KEY_MATERIAL" and "KeyMaterialId" in request.parameters:
        raise invalid("KeyMaterialId cannot be set if the ImportType is NEW_KEY_MATERIAL")
    is_existing = kind == "EXISTING_KEY_MATERIAL"
    if is_existing is (known is None) or named != given.id:
        raise _incorrect()
    material = known or _new(key, given)
    material.description = request.parameters.get("KeyMaterialDescription", material.description)
    return material


def _default_type(key: Key) -> str:
    return "EXISTING_KEY_MATERIAL" if key.shared.materials else "NEW_KEY_MATERIAL"


def _new(key: Key, material: KeyMaterial) -> KeyMaterial:
    if key.shared.materials and not key.is_symmetric:
        raise _incorrect()
    if key.is_multi_region and not key.is_primary:
        message = f"{key.arn} is not a multi-region primary key."
        raise Refusal("UnsupportedOperationException", message)
    for other in _pending(key):
        raise Refusal(
            "KMSInvalidStateException",
            f"New key material (id: {material.id}) cannot be imported into KMS key {key.arn}, "
            f"because another key material (id: {other.id}) is pending rotation.",
        )
    if key.shared.materials:
        material.state = "PENDING_ROTATION"
    key.shared.materials[material.id] = material
    return material


def _remove(key: Key, material_id: str) -> None:
    """Remove key material from a key; pending material of a primary key also from its replicas.

    AWS: DeleteImportedKeyMaterial, "Considerations for multi-Region symmetric encryption keys",
    AWS KMS API Reference.
    """
    key.imported.pop(material_id, None)
    material = key.shared.materials.get(material_id)
    if material and material.is_pending:
        if key.is_primary or not key.is_multi_region:
            for one in _related(key):
                one.imported.pop(material_id, None)
            del key.shared.materials[material_id]
        update_pending(key)
    elif key.key_state in ("Enabled", "Disabled"):
        key.key_state = "PendingImport"


def _update_state(key: Key) -> None:
    if key.key_state == "PendingImport" and has_all(key):
        key.key_state = "Enabled"


def _valid_to(request: Request) -> datetime | None:
    expires = request.parameters.get("ExpirationModel") != "KEY_MATERIAL_DOES_NOT_EXPIRE"
    stamp = request.parameters.get("ValidTo")
    if stamp is None:
        if expires:
            raise invalid(_NO_DATE)
        return None
    if not expires:
        raise invalid(_DATE)
    valid_to = datetime.fromtimestamp(stamp, timezone.utc)
    if not request.now < valid_to <= request.now + _LONGEST:
        raise invalid("The validTo date must be in the future, and within 365 days.")
    return valid_to


def _incorrect() -> Refusal:
    return Refusal("IncorrectKeyMaterialException")
