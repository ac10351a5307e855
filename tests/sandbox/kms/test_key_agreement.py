"""Secrets that two parties come to share: by key agreement, and by encapsulation."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kmsdemo.account.clients import Clients

ENCAPSULATION = {"EncapsulationAlgorithm": "ML_KEM"}


@pytest.fixture
def kms(clients: Clients) -> Any:
    return clients.kms


def created(kms: Any, spec: str, usage: str) -> Any:
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]


def public_der(private: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.DER, form)


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_both_sides_of_an_agreement_derive_the_same_secret(kms: Any) -> None:
    key = created(kms, "ECC_NIST_P256", "KEY_AGREEMENT")
    mine = ec.generate_private_key(ec.SECP256R1())
    answer = kms.derive_shared_secret(
        KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=public_der(mine)
    )
    der = kms.get_public_key(KeyId=key["KeyId"])["PublicKey"]
    theirs: Any = serialization.load_der_public_key(der)
    assert without_metadata(answer) == {
        "KeyId": key["Arn"],
        "SharedSecret": mine.exchange(ec.ECDH(), theirs),
        "KeyAgreementAlgorithm": "ECDH",
        "KeyOrigin": "AWS_KMS",
    }


@pytest.mark.parametrize("public", [b"no key", public_der(ec.generate_private_key(ec.SECP384R1()))])
def test_the_public_key_of_another_curve_is_refused_without_a_word(kms: Any, public: bytes) -> None:
    key = created(kms, "ECC_NIST_P256", "KEY_AGREEMENT")
    with pytest.raises(ClientError) as raised:
        kms.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=public)
    assert raised.value.response["Error"] == {"Code": "ValidationException", "Message": ""}


@pytest.fixture
def kem(kms: Any) -> Any:
    """A key for encapsulation, where botocore and cryptography have it."""
    pytest.importorskip(
        "cryptography.hazmat.primitives.asymmetric.mlkem",
        reason="this version of cryptography does not know ML_KEM_768",
        exc_type=ImportError,
    )
    if not hasattr(kms, "encapsulate"):
        pytest.skip("this version of botocore does not know Encapsulate")
    return created(kms, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")


def test_what_is_encapsulated_is_decapsulated(kms: Any, kem: Any) -> None:
    sent = without_metadata(kms.encapsulate(KeyId=kem["KeyId"], **ENCAPSULATION))
    assert sent.keys() == {
        "KeyId",
        "SharedSecret",
        "SharedSecretCiphertextBlob",
        "EncapsulationAlgorithm",
    }
    received = kms.decapsulate(
        KeyId=kem["KeyId"],
        SharedSecretCiphertextBlob=sent.pop("SharedSecretCiphertextBlob"),
        **ENCAPSULATION,
    )
    assert without_metadata(received) == sent
    assert (sent["KeyId"], sent["EncapsulationAlgorithm"]) == (kem["Arn"], "ML_KEM")
    assert len(sent["SharedSecret"]) == 32


def test_a_ciphertext_of_another_length_is_refused(kms: Any, kem: Any) -> None:
    with pytest.raises(ClientError) as raised:
        kms.decapsulate(KeyId=kem["KeyId"], SharedSecretCiphertextBlob=b"x" * 100, **ENCAPSULATION)
    assert raised.value.response["Error"] == {"Code": "InvalidCiphertextException", "Message": ""}
