"""Key material: its form by key spec, and what the sandbox cannot create."""

from __future__ import annotations

import cryptography
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kmsdemo.sandbox.kms import key_material
from kmsdemo.sandbox.refusal import Refusal


@pytest.mark.parametrize(
    ("spec", "length"),
    [("SYMMETRIC_DEFAULT", 32), ("HMAC_224", 28), ("HMAC_256", 32), ("HMAC_512", 64)],
)
def test_a_secret_of_bytes_has_the_length_of_its_spec(spec: str, length: int) -> None:
    assert len(key_material.generate_secret(spec)) == length


@pytest.mark.parametrize(
    "spec",
    ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"],
)
def test_a_private_key_is_of_its_spec(spec: str) -> None:
    private = key_material.private_key(key_material.generate_secret(spec))
    assert key_material.spec_of(private) == spec


@pytest.mark.parametrize(("module", "spec"), [("mlkem", "ML_KEM_768"), ("mldsa", "ML_DSA_44")])
def test_a_post_quantum_key_is_of_its_spec(module: str, spec: str) -> None:
    pytest.importorskip(
        f"cryptography.hazmat.primitives.asymmetric.{module}",
        reason=f"this version of cryptography does not know {spec}",
        exc_type=ImportError,
    )
    private = key_material.private_key(key_material.generate_secret(spec))
    assert key_material.spec_of(private) == spec


def test_a_curve_that_aws_does_not_have_is_of_no_spec() -> None:
    assert key_material.spec_of(ec.generate_private_key(ec.SECP224R1())) == ""


def test_a_spec_that_cryptography_does_not_have_is_refused_with_its_version() -> None:
    with pytest.raises(Refusal) as refused:
        key_material.generate_secret("ML_KEM_1")
    assert (refused.value.code, refused.value.message) == (
        "UnsupportedOperationException",
        f"The sandbox cannot use ML_KEM_1: version {cryptography.__version__} of the Python "
        "package cryptography does not have it.",
    )


def test_the_id_depends_on_the_key_and_on_the_secret() -> None:
    ids = {key_material.of(key, secret).id for key in ("a", "b") for secret in (b"x", b"y")}
    assert len(ids) == 4
    assert all(len(one) == 64 for one in ids)
    assert key_material.of("a", b"x").secret == b"x"
