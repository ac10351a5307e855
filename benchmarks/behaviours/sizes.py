"""The sizes and numbers that AWS KMS accepts and returns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, answered, rows
from benchmarks.behaviours.error_codes import INVALID_CIPHERTEXT, MALFORMED, VALIDATION
from benchmarks.behaviours.key_states import MAC, ROOT, SIGNING, message

_LIMITS = {
    "list_aliases": 100,
    "list_grants": 100,
    "list_retirable_grants": 100,
    "list_resource_tags": 50,
    "list_keys": 1000,
    "list_key_policies": 1000,
    "list_key_rotations": 1000,
}
_DIGESTS = {"ECC_NIST_P256": 32, "ECC_NIST_P384": 48, "ECC_NIST_P521": 64, "ECC_SECG_P256K1": 32}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    page = "The page of the operation, AWS KMS API Reference"
    yield from rows("Pages", "Limit, AWS KMS API Reference", _limits())
    yield from rows("Limits", page, _sizes())
    yield from rows("Signing", "Sign, AWS KMS API Reference", _signatures())
    yield from rows("The form of policies", "PutKeyPolicy, AWS KMS API Reference", _services())


def _limits() -> Iterator[Row]:
    for operation, most in _LIMITS.items():
        yield f"{operation} with the greatest limit", SUCCESS, _listed(operation, most)
        yield f"{operation} with a limit one greater", VALIDATION, _listed(operation, most + 1)
    yield (
        "The message: a limit of 101",
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
        lambda a: message(_listed("list_aliases", 101), a),
    )


def _sizes() -> Iterator[Row]:
    for name, size, documented in (("4,096", 4096, SUCCESS), ("4,097", 4097, VALIDATION)):
        yield f"generate_mac {name} bytes", documented, _mac(size)
        yield f"verify {name} bytes", documented, _verified(size)
    for name, size, documented in (("8,192", 8192, SUCCESS), ("8,193", 8193, VALIDATION)):
        yield f"update_key_description {name} characters", documented, _described(size)
    yield "update_key_description no characters", SUCCESS, _described(0)
    yield "generate_random 1 byte", "1", lambda a: _random(a, 1)
    for operation in ("generate_data_key", "generate_data_key_without_plaintext"):
        for size, documented in ((1, SUCCESS), (1024, SUCCESS), (1025, VALIDATION)):
            yield f"{operation} {size} bytes", documented, _data_key(operation, size)
    yield (
        "An encryption context with an empty value",
        "secret",
        lambda a: _round_trip(a, {"team": ""}),
    )
    yield "An encryption context of 50 pairs", "secret", _many_pairs
    yield (
        "An encryption context in another order",
        "secret",
        lambda a: _round_trip(a, {"a": "1", "b": "2"}, {"b": "2", "a": "1"}),
    )
    yield (
        "An encryption context in another case",
        INVALID_CIPHERTEXT,
        lambda a: _round_trip(a, {"Team": "blue"}, {"team": "blue"}),
    )


def _signatures() -> Iterator[Row]:
    for spec, size in _DIGESTS.items():
        yield f"A signature of {spec} is in DER", SUCCESS, _in_der(spec, size)
        for other in sorted({32, 48, 64} - {size}):
            yield f"A digest of {other} bytes for {spec}", VALIDATION, _signed(spec, size, other)
    for bits in (2048, 3072, 4096):
        yield f"The length of a signature of RSA_{bits}", str(bits // 8), _rsa_length(bits)


def _services() -> Iterator[Row]:
    for name, documented in (
        ("logs.us-east-1.amazonaws.com", SUCCESS),
        ("delivery.logs.amazonaws.com", SUCCESS),
        ("cloudtrail", MALFORMED),
        ("cloudtrail.example.com", MALFORMED),
    ):
        yield f"The service {name} as a principal", documented, _for_service(name)


def _listed(operation: str, limit: int) -> Call:
    def call(account: Account) -> None:
        named: dict[str, Any] = {"KeyId": account.key()}
        if operation == "list_retirable_grants":
            named = {"RetiringPrincipal": ROOT}
        elif operation == "list_keys":
            named = {}
        getattr(account.unchecked, operation)(Limit=limit, **named)

    return call


def _mac(size: int) -> Call:
    return lambda account: account.unchecked.generate_mac(
        KeyId=account.key(**MAC), Message=b"x" * size, MacAlgorithm="HMAC_SHA_256"
    )


def _verified(size: int) -> Call:
    def call(account: Account) -> None:
        key_id, message = account.key(**SIGNING), b"x" * size
        signing = {"KeyId": key_id, "SigningAlgorithm": "ECDSA_SHA_256"}
        signature = account.kms.sign(Message=message[:4096], **signing)["Signature"]
        account.unchecked.verify(Message=message, Signature=signature, **signing)

    return call


def _described(size: int) -> Call:
    return lambda account: account.unchecked.update_key_description(
        KeyId=account.key(), Description="x" * size
    )


def _random(account: Account, size: int) -> str:
    return str(len(account.kms.generate_random(NumberOfBytes=size)["Plaintext"]))


def _data_key(operation: str, size: int) -> Call:
    return lambda account: getattr(account.unchecked, operation)(
        KeyId=account.key(), NumberOfBytes=size
    )


def _round_trip(
    account: Account, context: dict[str, str], other: dict[str, str] | None = None
) -> str:
    blob = account.blob(account.key(), **context)
    answer = account.kms.decrypt(CiphertextBlob=blob, EncryptionContext=other or context)
    return str(answer["Plaintext"].decode())


def _many_pairs(account: Account) -> str:
    return _round_trip(account, {f"key-{one}": "x" for one in range(50)})


def _in_der(spec: str, size: int) -> Call:
    def call(account: Account) -> str:
        signature = _signature(account, spec, size, size)
        r, s = decode_dss_signature(signature)
        is_der = encode_dss_signature(r, s) == signature
        return SUCCESS if is_der else signature.hex()

    return call


def _signed(spec: str, size: int, length: int) -> Call:
    return lambda account: answered(lambda: _signature(account, spec, size, length))


def _signature(account: Account, spec: str, size: int, length: int) -> bytes:
    return bytes(
        account.kms.sign(
            KeyId=account.key(spec, "SIGN_VERIFY"),
            Message=b"x" * length,
            MessageType="DIGEST",
            SigningAlgorithm=f"ECDSA_SHA_{size * 8}",
        )["Signature"]
    )


def _rsa_length(bits: int) -> Call:
    def call(account: Account) -> str:
        key_id = account.key(f"RSA_{bits}", "SIGN_VERIFY")
        signed = account.kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")
        return str(len(signed["Signature"]))

    return call


def _for_service(name: str) -> Call:
    everything = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    statements = [{**everything, "Principal": one} for one in ({"AWS": ROOT}, {"Service": name})]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return lambda account: account.kms.put_key_policy(KeyId=account.key(), Policy=policy)
