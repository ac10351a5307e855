"""Asymmetric keys and HMAC keys: their results agree with other programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import INVALID_CIPHERTEXT, UNSUPPORTED, USAGE, VALIDATION

_HASHES: Any = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
_RSA_SIGNATURES = [
    f"RSASSA_{kind}_SHA_{size}" for kind in ("PKCS1_V1_5", "PSS") for size in _HASHES
]
_CURVES = {
    "ECC_NIST_P256": "ECDSA_SHA_256",
    "ECC_NIST_P384": "ECDSA_SHA_384",
    "ECC_NIST_P521": "ECDSA_SHA_512",
    "ECC_SECG_P256K1": "ECDSA_SHA_256",
}
_SIGNING = [*(("RSA_2048", one) for one in _RSA_SIGNATURES), *_CURVES.items()]
_LARGEST = {
    ("RSA_2048", "RSAES_OAEP_SHA_1"): 214,
    ("RSA_2048", "RSAES_OAEP_SHA_256"): 190,
    ("RSA_3072", "RSAES_OAEP_SHA_1"): 342,
    ("RSA_3072", "RSAES_OAEP_SHA_256"): 318,
    ("RSA_4096", "RSAES_OAEP_SHA_1"): 470,
    ("RSA_4096", "RSAES_OAEP_SHA_256"): 446,
}
MESSAGE = b"a message"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of asymmetric keys and HMAC keys."""
    yield from rows("Signing", "Sign, Verify, AWS KMS API Reference", _signing())
    yield from rows("RSA encryption", "Encrypt, AWS KMS API Reference", _rsa())
    yield from rows("MACs", "GenerateMac, VerifyMac, AWS KMS API Reference", _macs())
    yield from rows("Key agreement", "DeriveSharedSecret, AWS KMS API Reference", _agreement())


def public_key(account: Account, key_id: str) -> Any:
    """Return the public key of a key, as ``cryptography`` has it."""
    return serialization.load_der_public_key(account.kms.get_public_key(KeyId=key_id)["PublicKey"])


# --------------------------------------------------------------------------------- signing


def _signing() -> Iterator[Row]:
    for spec, algorithm in _SIGNING:
        end = f"{spec}, {algorithm}"
        yield f"A signature verifies outside: {end}", SUCCESS, _verified_outside(spec, algorithm)
        yield f"Sign a digest: {end}", SUCCESS, _digest(spec, algorithm)
        name = f"Verify a wrong signature: {end}"
        yield name, "KMSInvalidSignatureException", _wrong_signature(spec, algorithm)
        yield f"Sign a digest of 20 bytes: {end}", VALIDATION, _short_digest(spec, algorithm)
    sign = "SIGN_VERIFY"
    yield (
        "Sign with the algorithm of another curve",
        USAGE,
        _signed("ECC_NIST_P256", "ECDSA_SHA_384"),
    )
    yield (
        "Sign with an elliptic curve and an RSA algorithm",
        USAGE,
        _signed("ECC_NIST_P256", _RSA_SIGNATURES[0]),
    )
    yield "Sign with an RSA key and ECDSA", USAGE, _signed("RSA_2048", "ECDSA_SHA_256")
    yield "Sign 4,096 bytes", SUCCESS, _signed("ECC_NIST_P256", "ECDSA_SHA_256", b"x" * 4096)
    yield "Sign 4,097 bytes", VALIDATION, _signed("ECC_NIST_P256", "ECDSA_SHA_256", b"x" * 4097)
    yield (
        "Sign with an RSA key for encryption",
        USAGE,
        lambda a: _sign(a, a.key("RSA_2048", "ENCRYPT_DECRYPT"), _RSA_SIGNATURES[0]),
    )
    yield (
        "The public key of a symmetric key",
        UNSUPPORTED,
        lambda a: a.kms.get_public_key(KeyId=a.key()),
    )
    yield (
        "The public key says what it is for",
        "SIGN_VERIFY ECC_NIST_P256 ECDSA_SHA_256",
        lambda a: _told(a.kms.get_public_key(KeyId=a.key("ECC_NIST_P256", sign))),
    )
    yield "Verify of another message", "KMSInvalidSignatureException", _another_message


def _told(public: Any) -> str:
    return f"{public['KeyUsage']} {public['KeySpec']} {public['SigningAlgorithms'][0]}"


def _sign(
    account: Account, key_id: str, algorithm: str, message: bytes = MESSAGE, **more: Any
) -> Any:
    call = account.unchecked.sign
    return call(KeyId=key_id, Message=message, SigningAlgorithm=algorithm, **more)["Signature"]


def _signed(spec: str, algorithm: str, message: bytes = MESSAGE) -> Call:
    return lambda account: _sign(account, account.key(spec, "SIGN_VERIFY"), algorithm, message)


def _hash(algorithm: str) -> hashes.HashAlgorithm:
    made: hashes.HashAlgorithm = _HASHES[algorithm[-3:]]()
    return made


def _check(public: Any, signature: bytes, algorithm: str) -> None:
    """Verify a signature outside, with a PSS salt as long as the digest."""
    digest = _hash(algorithm)
    if algorithm.startswith("ECDSA"):
        public.verify(signature, MESSAGE, ec.ECDSA(digest))
    elif "PSS" in algorithm:
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        public.verify(signature, MESSAGE, pss, digest)
    else:
        public.verify(signature, MESSAGE, padding.PKCS1v15(), digest)


def _verified_outside(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> str:
        key_id = account.key(spec, "SIGN_VERIFY")
        try:
            _check(public_key(account, key_id), _sign(account, key_id, algorithm), algorithm)
        except InvalidSignature:
            return "does not verify"
        return SUCCESS

    return call


def _digest(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(spec, "SIGN_VERIFY")
        digest = hashlib.new(f"sha{algorithm[-3:]}", MESSAGE).digest()
        signature = _sign(account, key_id, algorithm, digest, MessageType="DIGEST")
        account.kms.verify(
            KeyId=key_id, Message=MESSAGE, Signature=signature, SigningAlgorithm=algorithm
        )

    return call


def _wrong_signature(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(spec, "SIGN_VERIFY")
        account.kms.verify(
            KeyId=key_id, Message=MESSAGE, Signature=b"x" * 256, SigningAlgorithm=algorithm
        )

    return call


def _short_digest(spec: str, algorithm: str) -> Call:
    return lambda account: _sign(
        account, account.key(spec, "SIGN_VERIFY"), algorithm, b"x" * 20, MessageType="DIGEST"
    )


def _another_message(account: Account) -> None:
    key_id, algorithm = account.key("ECC_NIST_P256", "SIGN_VERIFY"), "ECDSA_SHA_256"
    signature = _sign(account, key_id, algorithm)
    account.kms.verify(
        KeyId=key_id, Message=b"another", Signature=signature, SigningAlgorithm=algorithm
    )


# ---------------------------------------------------------------------------- RSA encryption


def _rsa() -> Iterator[Row]:
    for (spec, algorithm), size in _LARGEST.items():
        end = f"{spec}, {algorithm}"
        yield f"Encrypt {size} bytes: {end}", SUCCESS, _rsa_round_trip(spec, algorithm, size)
        yield (
            f"Encrypt {size + 1} bytes: {end}",
            VALIDATION,
            _rsa_round_trip(spec, algorithm, size + 1),
        )
        yield (
            f"Decrypt what the public key encrypted outside: {end}",
            "hello",
            _outside(spec, algorithm),
        )
    yield (
        "Encrypt without an algorithm",
        USAGE,
        lambda a: a.kms.encrypt(KeyId=_rsa_key(a), Plaintext=b"x"),
    )
    yield (
        "Encrypt with an encryption context",
        VALIDATION,
        lambda a: a.kms.encrypt(
            KeyId=_rsa_key(a),
            Plaintext=b"x",
            EncryptionAlgorithm="RSAES_OAEP_SHA_256",
            EncryptionContext={"a": "b"},
        ),
    )
    yield (
        "Encrypt with RSAES_OAEP_SHA_256 under a symmetric key",
        USAGE,
        lambda a: a.kms.encrypt(
            KeyId=a.key(), Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
    )
    yield (
        "Decrypt without a key id",
        VALIDATION,
        lambda a: a.kms.decrypt(
            CiphertextBlob=b"x" * 256, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
    )
    yield (
        "Decrypt without an algorithm",
        USAGE,
        lambda a: a.kms.decrypt(KeyId=_rsa_key(a), CiphertextBlob=b"x" * 256),
    )
    yield (
        "Decrypt what is no ciphertext",
        INVALID_CIPHERTEXT,
        lambda a: a.kms.decrypt(
            KeyId=_rsa_key(a), CiphertextBlob=b"x" * 256, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
    )
    yield "Decrypt with the other algorithm", INVALID_CIPHERTEXT, _other_algorithm
    yield (
        "A data key under an RSA key",
        USAGE,
        lambda a: a.kms.generate_data_key(KeyId=_rsa_key(a), KeySpec="AES_256"),
    )
    yield (
        "A data key pair under an RSA key",
        USAGE,
        lambda a: a.kms.generate_data_key_pair(KeyId=_rsa_key(a), KeyPairSpec="ECC_NIST_P256"),
    )
    yield "ReEncrypt from an RSA key to a symmetric key", SUCCESS, _re_encrypted


def _rsa_key(account: Account) -> str:
    return account.key("RSA_2048", "ENCRYPT_DECRYPT")


def _rsa_round_trip(spec: str, algorithm: str, size: int) -> Call:
    def call(account: Account) -> None:
        key: Any = {
            "KeyId": account.key(spec, "ENCRYPT_DECRYPT"),
            "EncryptionAlgorithm": algorithm,
        }
        blob = account.kms.encrypt(Plaintext=b"x" * size, **key)["CiphertextBlob"]
        assert account.kms.decrypt(CiphertextBlob=blob, **key)["Plaintext"] == b"x" * size

    return call


def _outside(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> str:
        key_id = account.key(spec, "ENCRYPT_DECRYPT")
        digest = hashes.SHA1() if algorithm.endswith("_1") else hashes.SHA256()  # noqa: S303
        oaep = padding.OAEP(padding.MGF1(digest), digest, None)
        blob = public_key(account, key_id).encrypt(b"hello", oaep)
        answer = account.kms.decrypt(
            KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm=algorithm
        )
        return str(answer["Plaintext"].decode())

    return call


def _other_algorithm(account: Account) -> None:
    key_id = _rsa_key(account)
    blob = account.kms.encrypt(
        KeyId=key_id, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1"
    )["CiphertextBlob"]
    account.kms.decrypt(KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")


def _re_encrypted(account: Account) -> None:
    source, target = _rsa_key(account), account.key()
    blob = account.kms.encrypt(
        KeyId=source, Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )["CiphertextBlob"]
    again = account.kms.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=source,
        SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=target,
    )["CiphertextBlob"]
    assert account.kms.decrypt(CiphertextBlob=again)["Plaintext"] == b"x"


# -------------------------------------------------------------------- MACs and key agreement


def _macs() -> Iterator[Row]:
    for size in (224, 256, 384, 512):
        spec, algorithm = f"HMAC_{size}", f"HMAC_SHA_{size}"
        other = "HMAC_SHA_512" if size != 512 else "HMAC_SHA_256"  # noqa: PLR2004
        yield f"A MAC verifies: {spec}", SUCCESS, _mac(spec, algorithm)
        yield f"The length of a MAC: {spec}", str(size // 8), _mac_length(spec, algorithm)
        yield f"Verify a wrong MAC: {spec}", "KMSInvalidMacException", _wrong_mac(spec, algorithm)
        yield f"A MAC by {other}: {spec}", USAGE, _mac(spec, other)
    yield (
        "A MAC with a symmetric key",
        USAGE,
        lambda a: a.kms.generate_mac(KeyId=a.key(), Message=MESSAGE, MacAlgorithm="HMAC_SHA_256"),
    )
    yield (
        "A MAC of 4,097 bytes",
        VALIDATION,
        lambda a: a.unchecked.generate_mac(
            KeyId=a.key("HMAC_256", "GENERATE_VERIFY_MAC"),
            Message=b"x" * 4097,
            MacAlgorithm="HMAC_SHA_256",
        ),
    )


def _mac(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> None:
        asked: Any = {
            "KeyId": account.key(spec, "GENERATE_VERIFY_MAC"),
            "Message": MESSAGE,
            "MacAlgorithm": algorithm,
        }
        account.kms.verify_mac(**asked, Mac=account.kms.generate_mac(**asked)["Mac"])

    return call


def _mac_length(spec: str, algorithm: str) -> Call:
    def call(account: Account) -> str:
        key_id = account.key(spec, "GENERATE_VERIFY_MAC")
        made = account.kms.generate_mac(KeyId=key_id, Message=MESSAGE, MacAlgorithm=algorithm)
        return str(len(made["Mac"]))

    return call


def _wrong_mac(spec: str, algorithm: str) -> Call:
    return lambda account: account.kms.verify_mac(
        KeyId=account.key(spec, "GENERATE_VERIFY_MAC"),
        Message=MESSAGE,
        MacAlgorithm=algorithm,
        Mac=b"x" * 32,
    )


_ECDH: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
}


def _agreement() -> Iterator[Row]:
    for spec, curve in _ECDH.items():
        yield f"The other side computes the same secret: {spec}", SUCCESS, _agreed(spec, curve)
    yield "The public key is of another curve", VALIDATION, _agreed("ECC_NIST_P256", ec.SECP384R1())
    yield (
        "The public key is none",
        VALIDATION,
        lambda a: a.kms.derive_shared_secret(
            KeyId=a.key("ECC_NIST_P256", "KEY_AGREEMENT"),
            KeyAgreementAlgorithm="ECDH",
            PublicKey=b"x" * 20,
        ),
    )
    yield (
        "With a key for signing",
        USAGE,
        lambda a: a.kms.derive_shared_secret(
            KeyId=a.key("ECC_NIST_P256", "SIGN_VERIFY"),
            KeyAgreementAlgorithm="ECDH",
            PublicKey=_der(ec.generate_private_key(ec.SECP256R1())),
        ),
    )


def _agreed(spec: str, curve: ec.EllipticCurve) -> Call:
    def call(account: Account) -> None:
        key_id, mine = account.key(spec, "KEY_AGREEMENT"), ec.generate_private_key(curve)
        theirs = account.kms.derive_shared_secret(
            KeyId=key_id, KeyAgreementAlgorithm="ECDH", PublicKey=_der(mine)
        )["SharedSecret"]
        assert mine.exchange(ec.ECDH(), public_key(account, key_id)) == theirs

    return call


def _der(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
