"""Corner cases of signing, MACs and key agreement."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DISABLED, DRY_RUN, UNSUPPORTED, USAGE, VALIDATION

_PSS = "RSASSA_PSS_SHA_256"
_EDWARDS = ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
_CURVE = ("ECC_NIST_P256", "SIGN_VERIFY")
_AGREEMENT = ("ECC_NIST_P256", "KEY_AGREEMENT")
_RSA_SIGNING = ("RSA_2048", "SIGN_VERIFY")
_RSA = ("RSA_2048", "ENCRYPT_DECRYPT")
_HMAC = ("HMAC_256", "GENERATE_VERIFY_MAC")


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of signing, MACs and key agreement."""
    reference = "AWS KMS API Reference"
    yield from rows("Signing", f"Sign, Verify and GetPublicKey, {reference}", _signing())
    yield from rows("MACs", f"GenerateMac and VerifyMac, {reference}", _macs())
    yield from rows("Key agreement", f"DeriveSharedSecret, {reference}", _agreement())
    yield from rows("Dry runs", "Testing your permissions, AWS KMS Developer Guide", _dry_runs())


def _signing() -> Iterator[Row]:
    yield "An Ed25519 signature verifies outside", SUCCESS, _edwards_outside
    yield (
        "ED25519_SHA_512 with a digest",
        VALIDATION,
        _signed(_EDWARDS, "ED25519_SHA_512", b"x" * 64, "DIGEST"),
    )
    yield (
        "ED25519_PH_SHA_512 with a raw message",
        VALIDATION,
        _signed(_EDWARDS, "ED25519_PH_SHA_512", b"x" * 64, "RAW"),
    )
    yield (
        "A representative μ for an elliptic curve",
        VALIDATION,
        _signed(_CURVE, "ECDSA_SHA_256", b"x" * 64, "EXTERNAL_MU"),
    )
    yield "Sign no message", VALIDATION, _signed(_CURVE, "ECDSA_SHA_256", b"")
    yield "Sign with an unknown algorithm", VALIDATION, _signed(_CURVE, "ECDSA_SHA_1")
    yield "SM2DSA with another key spec", USAGE, _signed(_CURVE, "SM2DSA")
    yield "Verify bytes that are no signature", "KMSInvalidSignatureException", _verified()
    yield (
        "Verify by PSS what PKCS #1 v1.5 signed",
        "KMSInvalidSignatureException",
        _other_padding,
    )
    yield "Verify with a disabled key", DISABLED, _verified(is_disabled=True)
    yield (
        "Verify with an encryption key",
        USAGE,
        lambda a: _verify(a, a.key(*_RSA), b"x" * 256),
    )
    yield "A message, and its digest signed: one verifies the other", SUCCESS, _digest_or_raw
    yield (
        "The public key of an HMAC key",
        UNSUPPORTED,
        lambda a: a.kms.get_public_key(KeyId=a.key(*_HMAC)),
    )
    yield (
        "The public key of a key for key agreement",
        "ECDH",
        lambda a: " ".join(
            a.kms.get_public_key(KeyId=a.key(*_AGREEMENT))["KeyAgreementAlgorithms"]
        ),
    )
    yield "An ML-DSA public key is for signing", "SIGN_VERIFY", _ml_dsa


def _macs() -> Iterator[Row]:
    yield "Two MACs of one message", "equal", _same_macs
    yield "A MAC under another key", "KMSInvalidMacException", _foreign_mac
    yield "A MAC that is cut short", "KMSInvalidMacException", lambda a: _mac_of(a, _short)
    yield "VerifyMac of an empty MAC", VALIDATION, lambda a: _mac_of(a, lambda _: b"")
    yield "A MAC of 4,096 bytes", SUCCESS, lambda a: _maced(a, b"x" * 4096)
    yield "A MAC with an algorithm of signing", VALIDATION, lambda a: _maced(a, b"x", _PSS)
    yield "A MAC with a key for signing", USAGE, lambda a: _maced(a, b"x", key=_CURVE)
    yield (
        "CreateKey of HMAC_256 in several Regions",
        "mrk-",
        lambda a: a.key(*_HMAC, MultiRegion=True)[:4],
    )


def _agreement() -> Iterator[Row]:
    yield "The secret with its own public key", "32", lambda a: _length(a, _own)
    yield "Of ECC_NIST_P521, a secret of 66 bytes", "66", _long
    yield "A public key in PEM", VALIDATION, lambda a: _length(a, lambda *_: _pem())
    yield "A public key of Ed25519", VALIDATION, lambda a: _length(a, lambda *_: _edwards())
    yield (
        "DeriveSharedSecret with DryRun",
        DRY_RUN,
        lambda a: _length(a, _own, DryRun=True),
    )
    yield (
        "Decrypt with a key for key agreement",
        "IncorrectKeyException",
        lambda a: a.kms.decrypt(KeyId=a.key(*_AGREEMENT), CiphertextBlob=b"x"),
    )
    yield (
        "Sign with a key for key agreement",
        USAGE,
        _signed(_AGREEMENT, "ECDSA_SHA_256"),
    )
    yield (
        "The origin of the key is in the answer",
        "AWS_KMS",
        lambda a: str(_derive(a, _own)["KeyOrigin"]),
    )


def _dry_runs() -> Iterator[Row]:
    yield (
        "Verify with DryRun of a wrong signature",
        "KMSInvalidSignatureException",
        lambda a: _verify(a, a.key(*_RSA_SIGNING), b"x" * 256, DryRun=True),
    )
    yield (
        "VerifyMac with DryRun of a wrong MAC",
        "KMSInvalidMacException",
        lambda a: _mac_of(a, lambda mac: mac[::-1], DryRun=True),
    )


# --------------------------------------------------------------------------------- signing


def _signed(key: tuple[str, str], algorithm: str, message: bytes = b"x", kind: str = "") -> Call:
    def call(account: Account) -> None:
        account.unchecked.sign(
            KeyId=account.key(*key),
            Message=message,
            SigningAlgorithm=algorithm,
            **({"MessageType": kind} if kind else {}),
        )

    return call


def _edwards_outside(account: Account) -> None:
    key_id = account.key(*_EDWARDS)
    signature = account.kms.sign(
        KeyId=key_id, Message=b"message", SigningAlgorithm="ED25519_SHA_512"
    )["Signature"]
    public: Any = serialization.load_der_public_key(
        account.kms.get_public_key(KeyId=key_id)["PublicKey"]
    )
    public.verify(signature, b"message")


def _verify(account: Account, key_id: str, signature: bytes, **options: Any) -> None:
    account.kms.verify(
        KeyId=key_id, Message=b"x", Signature=signature, SigningAlgorithm=_PSS, **options
    )


def _verified(*, is_disabled: bool = False) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(*_RSA_SIGNING)
        if is_disabled:
            account.kms.disable_key(KeyId=key_id)
        _verify(account, key_id, b"no signature")

    return call


def _other_padding(account: Account) -> None:
    key_id = account.key(*_RSA_SIGNING)
    algorithm = "RSASSA_PKCS1_V1_5_SHA_256"
    signed = account.kms.sign(KeyId=key_id, Message=b"x", SigningAlgorithm=algorithm)
    _verify(account, key_id, signed["Signature"])


def _digest_or_raw(account: Account) -> None:
    asked: Any = {"KeyId": account.key(*_CURVE), "SigningAlgorithm": "ECDSA_SHA_256"}
    digest = hashlib.sha256(b"message").digest()
    signed = account.kms.sign(**asked, Message=digest, MessageType="DIGEST")
    account.kms.verify(**asked, Message=b"message", Signature=signed["Signature"])


def _ml_dsa(account: Account) -> str:
    return str(
        account.kms.get_public_key(KeyId=account.key("ML_DSA_44", "SIGN_VERIFY"))["KeyUsage"]
    )


# ------------------------------------------------------------------------------------ MACs


def _maced(
    account: Account, message: bytes, algorithm: str = "HMAC_SHA_256", key: tuple[str, str] = _HMAC
) -> None:
    account.unchecked.generate_mac(KeyId=account.key(*key), Message=message, MacAlgorithm=algorithm)


def _mac(account: Account, key_id: str) -> bytes:
    answer = account.kms.generate_mac(KeyId=key_id, Message=b"x", MacAlgorithm="HMAC_SHA_256")
    return bytes(answer["Mac"])


def _same_macs(account: Account) -> str:
    key_id = account.key(*_HMAC)
    return "equal" if _mac(account, key_id) == _mac(account, key_id) else "different"


def _mac_of(account: Account, change: Callable[[bytes], bytes], **options: Any) -> None:
    key_id = account.key(*_HMAC)
    account.unchecked.verify_mac(
        KeyId=key_id,
        Message=b"x",
        Mac=change(_mac(account, key_id)),
        MacAlgorithm="HMAC_SHA_256",
        **options,
    )


def _foreign_mac(account: Account) -> None:
    other = _mac(account, account.key(*_HMAC))
    _mac_of(account, lambda _: other)


def _short(mac: bytes) -> bytes:
    return mac[:-1]


# --------------------------------------------------------------------------- key agreement


def _own(account: Account, key_id: str) -> bytes:
    return bytes(account.kms.get_public_key(KeyId=key_id)["PublicKey"])


def _derive(account: Account, public: Callable[[Account, str], bytes], **options: Any) -> Any:
    key_id = account.key(*_AGREEMENT)
    return account.kms.derive_shared_secret(
        KeyId=key_id,
        PublicKey=public(account, key_id),
        KeyAgreementAlgorithm="ECDH",
        **options,
    )


def _length(account: Account, public: Callable[[Account, str], bytes], **options: Any) -> str:
    return str(len(_derive(account, public, **options)["SharedSecret"]))


def _long(account: Account) -> str:
    key_id = account.key("ECC_NIST_P521", "KEY_AGREEMENT")
    answer = account.kms.derive_shared_secret(
        KeyId=key_id, PublicKey=_own(account, key_id), KeyAgreementAlgorithm="ECDH"
    )
    return str(len(answer["SharedSecret"]))


def _pem() -> bytes:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _edwards() -> bytes:
    return (
        ed25519.Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
