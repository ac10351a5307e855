"""A key of each kind, and what such a key does: it makes a proof, and uses it later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

MESSAGE = b"The lab begins at nine."


@dataclass(frozen=True)
class Kind:
    """A kind of key.

    Attributes:
        parameters: Those of CreateKey.
        making: The operation that makes a proof: ciphertext, a signature, a MAC, a shared secret.
        make: Calls it with the client and the key's ARN, and returns the proof.
        using: The operation that uses the proof.
        use: Calls it with the client, the ARN and the proof, and returns whether the proof is good.
    """

    parameters: dict[str, Any]
    making: str
    make: Callable[[Any, str], bytes]
    using: str
    use: Callable[[Any, str, bytes], bool]

    @property
    def rotates(self) -> bool:
        """Whether AWS KMS can give it new key material."""
        return self.making == "Encrypt" and not {"KeySpec", "Origin"} & self.parameters.keys()

    @property
    def type(self) -> tuple[str, str]:
        """What an alias must not change: symmetric, HMAC or asymmetric, and the key usage."""
        spec = self.parameters.get("KeySpec", "SYMMETRIC")
        kind = spec.partition("_")[0]
        usage = self.parameters.get("KeyUsage", "ENCRYPT_DECRYPT")
        return kind if kind in ("SYMMETRIC", "HMAC") else "asymmetric", usage


def _cipher(algorithm: str, **parameters: Any) -> Kind:
    def make(kms: Any, arn: str) -> bytes:
        blob: bytes = kms.encrypt(KeyId=arn, Plaintext=MESSAGE, EncryptionAlgorithm=algorithm)[
            "CiphertextBlob"
        ]
        return blob

    def use(kms: Any, arn: str, blob: bytes) -> bool:
        answer = kms.decrypt(KeyId=arn, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
        return bool(answer["Plaintext"] == MESSAGE)

    return Kind(parameters, "Encrypt", make, "Decrypt", use)


def _signer(spec: str, algorithm: str) -> Kind:
    def make(kms: Any, arn: str) -> bytes:
        signature: bytes = kms.sign(KeyId=arn, Message=MESSAGE, SigningAlgorithm=algorithm)[
            "Signature"
        ]
        return signature

    def use(kms: Any, arn: str, signature: bytes) -> bool:
        answer = kms.verify(
            KeyId=arn, Message=MESSAGE, Signature=signature, SigningAlgorithm=algorithm
        )
        return bool(answer["SignatureValid"])

    return Kind({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"}, "Sign", make, "Verify", use)


def _mac() -> Kind:
    algorithm = "HMAC_SHA_256"

    def make(kms: Any, arn: str) -> bytes:
        mac: bytes = kms.generate_mac(KeyId=arn, Message=MESSAGE, MacAlgorithm=algorithm)["Mac"]
        return mac

    def use(kms: Any, arn: str, mac: bytes) -> bool:
        answer = kms.verify_mac(KeyId=arn, Message=MESSAGE, Mac=mac, MacAlgorithm=algorithm)
        return bool(answer["MacValid"])

    parameters = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
    return Kind(parameters, "GenerateMac", make, "VerifyMac", use)


def _agreement() -> Kind:
    def make(kms: Any, arn: str) -> bytes:
        secret: bytes = kms.derive_shared_secret(
            KeyId=arn, PublicKey=_of_the_other_side(), KeyAgreementAlgorithm="ECDH"
        )["SharedSecret"]
        return secret

    def use(kms: Any, arn: str, secret: bytes) -> bool:
        return make(kms, arn) == secret

    parameters = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
    return Kind(parameters, "DeriveSharedSecret", make, "DeriveSharedSecret", use)


@cache
def _of_the_other_side() -> bytes:
    """Return the public key of the party that agrees on a secret with AWS KMS."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.DER, form)


KINDS = {
    "symmetric": _cipher("SYMMETRIC_DEFAULT"),
    "multi-Region": _cipher("SYMMETRIC_DEFAULT", MultiRegion=True),
    "imported": _cipher("SYMMETRIC_DEFAULT", Origin="EXTERNAL"),
    "RSA": _cipher("RSAES_OAEP_SHA_256", KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"),
    "signing": _signer("ECC_NIST_P256", "ECDSA_SHA_256"),
    "Edwards": _signer("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
    "MAC": _mac(),
    "agreement": _agreement(),
}


def import_material(kms: Any, arn: str) -> None:
    """Import key material, always the same for a key."""
    wanted = kms.get_parameters_for_import(
        KeyId=arn, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    wrapping: Any = serialization.load_der_public_key(wanted["PublicKey"])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    kms.import_key_material(
        KeyId=arn,
        ImportToken=wanted["ImportToken"],
        EncryptedKeyMaterial=wrapping.encrypt(arn[-32:].encode(), oaep),
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )
