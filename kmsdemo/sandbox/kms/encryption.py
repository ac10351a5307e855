"""Encrypt, Decrypt and ReEncrypt.

AWS: "Symmetric encryption KMS keys" and "Asymmetric keys in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kmsdemo.sandbox.key import Answer, Key, KeyMaterial
from kmsdemo.sandbox.kms import attestation, ciphertexts, key_material, key_specs, key_usage
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import invalid, invalid_ciphertext

SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
_OAEP: Final = {"RSAES_OAEP_SHA_1": hashes.SHA1, "RSAES_OAEP_SHA_256": hashes.SHA256}


def encrypt(request: Request) -> Answer:
    """Answer Encrypt."""
    algorithm = request.parameters.get("EncryptionAlgorithm", SYMMETRIC)
    blob = _encrypted(
        request.key, algorithm, request.call.binary("Plaintext"), request.call.encryption_context()
    )
    return {"CiphertextBlob": blob, "KeyId": request.key.arn, "EncryptionAlgorithm": algorithm}


def decrypt(request: Request) -> Answer:
    """Answer Decrypt."""
    attestation.check_recipient(request)
    algorithm = request.parameters.get("EncryptionAlgorithm", SYMMETRIC)
    plaintext, material = _decrypted(
        request, request.key, algorithm, request.call.encryption_context()
    )
    return {
        "Plaintext": plaintext,
        "KeyId": request.key.arn,
        "EncryptionAlgorithm": algorithm,
        "KeyMaterialId": _id_of_symmetric(request.key, material),
    }


def re_encrypt(request: Request) -> Answer:
    """Answer ReEncrypt."""
    from_algorithm = request.parameters.get("SourceEncryptionAlgorithm", SYMMETRIC)
    to_algorithm = request.parameters.get("DestinationEncryptionAlgorithm", SYMMETRIC)
    plaintext, material = _decrypted(
        request,
        request.source_key,
        from_algorithm,
        request.call.encryption_context("SourceEncryptionContext"),
    )
    context = request.call.encryption_context("DestinationEncryptionContext")
    return {
        "CiphertextBlob": _encrypted(request.key, to_algorithm, plaintext, context),
        "SourceKeyId": request.source_key.arn,
        "KeyId": request.key.arn,
        "SourceEncryptionAlgorithm": from_algorithm,
        "DestinationEncryptionAlgorithm": to_algorithm,
        "SourceKeyMaterialId": _id_of_symmetric(request.source_key, material),
        "DestinationKeyMaterialId": _id_of_symmetric(request.key, request.key.current_material),
    }


def under_symmetric_key(key: Key, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Return the ciphertext blob of a plaintext under a symmetric encryption key."""
    return ciphertexts.encrypt(key.current_material, plaintext, context)


def _id_of_symmetric(key: Key, material: KeyMaterial) -> str | None:
    return material.id if key.is_symmetric else None


def _encrypted(key: Key, algorithm: str, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    key_specs.check_algorithm(key, algorithm)
    if key.is_symmetric:
        return under_symmetric_key(key, plaintext, context)
    _check_no_context(algorithm, context)
    public: rsa.RSAPublicKey = key_material.private_key(key.current_material.secret).public_key()
    longest = public.key_size // 8 - 2 * _OAEP[algorithm]().digest_size - 2
    if len(plaintext) > longest:
        raise invalid(
            f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than "
            f"{longest} bytes."
        )
    return public.encrypt(plaintext, oaep(algorithm))


def _decrypted(
    request: Request, key: Key, algorithm: str, context: Mapping[str, str]
) -> tuple[bytes, KeyMaterial]:
    key_specs.check_algorithm(key, algorithm)
    if request.ignores_ciphertext:
        request.end_dry_run()
    blob = request.call.binary("CiphertextBlob")
    if key.is_symmetric:
        return _decrypted_by_symmetric(key, blob, context)
    _check_no_context(algorithm, context)
    private: rsa.RSAPrivateKey = key_material.private_key(key.current_material.secret)
    try:
        return private.decrypt(blob, oaep(algorithm)), key.current_material
    except ValueError as error:
        raise invalid_ciphertext() from error


def _decrypted_by_symmetric(
    key: Key, ciphertext_blob: bytes, context: Mapping[str, str]
) -> tuple[bytes, KeyMaterial]:
    blob = ciphertexts.parse(ciphertext_blob)
    material = key.shared.materials.get(blob.material_id)
    if material is None:
        raise key_usage.incorrect_key()
    return ciphertexts.decrypt(material, blob, context), material


def oaep(algorithm: str) -> padding.OAEP:
    """Return the padding of ``RSAES_OAEP_SHA_1`` or ``RSAES_OAEP_SHA_256``."""
    digest = _OAEP[algorithm]
    return padding.OAEP(padding.MGF1(digest()), digest(), None)


def _check_no_context(algorithm: str, context: Mapping[str, str]) -> None:
    """Check that an asymmetric algorithm, which cannot authenticate a context, gets none."""
    if context:
        raise invalid(f"EncryptionContext is not compatible with algorithm {algorithm}.")


def check_algorithm_names_a_key(algorithm: str, parameter: str) -> None:
    """Check that a ciphertext without a key id is symmetric: no other one names its key.

    Raises:
        Refusal: ``ValidationException``.
    """
    if algorithm != SYMMETRIC:
        raise invalid(f"{parameter} is required for the algorithm {algorithm}.")
