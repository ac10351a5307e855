"""Key states of all kinds of keys, dry runs without permission, and sizes at their bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, answered, rows
from benchmarks.behaviours.grants import User
from benchmarks.behaviours.imported_material import external, import_into

VALIDATION = "ValidationException"
UNSUPPORTED = "UnsupportedOperationException"
DISABLED = "DisabledException"
STATE = "KMSInvalidStateException"
INCORRECT = "IncorrectKeyMaterialException"
DENIED = "AccessDeniedException"
MALFORMED = "MalformedPolicyDocumentException"
DRY = "DryRunOperationException"
IRELAND = "eu-west-1"
_SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
_MAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
_AGREEMENT = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
_KINDS: dict[str, dict[str, Any]] = {
    "a signing key": _SIGNING,
    "an HMAC key": _MAC,
    "a multi-Region key": {"MultiRegion": True},
}
_ROOT = "arn:aws:iam::123456789012:root"
_TAGS = [{"TagKey": "a", "TagValue": "b"}]
_OPERATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "describe_key": ({}, SUCCESS, SUCCESS),
    "disable_key": ({}, SUCCESS, STATE),
    "enable_key": ({}, SUCCESS, STATE),
    "get_key_policy": ({}, SUCCESS, SUCCESS),
    "list_grants": ({}, SUCCESS, SUCCESS),
    "list_resource_tags": ({}, SUCCESS, SUCCESS),
    "schedule_key_deletion": ({}, SUCCESS, STATE),
    "tag_resource": ({"Tags": _TAGS}, SUCCESS, STATE),
    "untag_resource": ({"TagKeys": ["a"]}, SUCCESS, STATE),
    "update_key_description": ({"Description": "x"}, SUCCESS, STATE),
}
"""Parameters, and the result while the key is disabled and while its deletion is pending."""
_PENDING_IMPORT: dict[str, tuple[dict[str, Any], str]] = {
    "cancel_key_deletion": ({}, STATE),
    "create_grant": ({"GranteePrincipal": _ROOT, "Operations": ["Decrypt"]}, STATE),
    "delete_imported_key_material": ({}, SUCCESS),
    "describe_key": ({}, SUCCESS),
    "disable_key_rotation": ({}, UNSUPPORTED),
    "enable_key": ({}, STATE),
    "enable_key_rotation": ({}, UNSUPPORTED),
    "generate_data_key": ({"KeySpec": "AES_256"}, STATE),
    "generate_data_key_pair": ({"KeyPairSpec": "ECC_NIST_P256"}, STATE),
    "generate_data_key_without_plaintext": ({"KeySpec": "AES_256"}, STATE),
    "get_key_policy": ({}, SUCCESS),
    "list_grants": ({}, SUCCESS),
    "list_key_policies": ({}, SUCCESS),
    "list_resource_tags": ({}, SUCCESS),
    "schedule_key_deletion": ({}, SUCCESS),
    "tag_resource": ({"Tags": _TAGS}, SUCCESS),
    "untag_resource": ({"TagKeys": ["a"]}, SUCCESS),
    "update_key_description": ({"Description": "x"}, SUCCESS),
}
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
    states = "Key states of AWS KMS keys, AWS KMS Developer Guide"
    page = "The page of the operation, AWS KMS API Reference"
    yield from rows("Key states of other keys", states, _states())
    yield from rows("Multi-Region keys", "Change the primary key, the same guide", _primary())
    yield from rows("Imported key material", "Requirements, the same guide", _material())
    yield from rows("Dry runs", "Testing your permissions, the same guide", _dry_runs())
    yield from rows("Pages", "Limit, AWS KMS API Reference", _limits())
    yield from rows("Limits", page, _sizes())
    yield from rows("Signing", "Sign, AWS KMS API Reference", _signatures())
    yield from rows("Grants", "CreateGrant, AWS KMS API Reference", _grants())
    yield from rows("The form of policies", "PutKeyPolicy, AWS KMS API Reference", _services())


def _states() -> Iterator[Row]:
    for kind, options in _KINDS.items():
        for operation, (given, disabled, pending_deletion) in _OPERATIONS.items():
            yield (
                f"{operation} of {kind}, Disabled",
                disabled,
                _in("Disabled", options, operation, given),
            )
            yield (
                f"{operation} of {kind}, PendingDeletion",
                pending_deletion,
                _in("PendingDeletion", options, operation, given),
            )
    for operation, (given, documented) in _PENDING_IMPORT.items():
        yield f"{operation}, PendingImport", documented, _before_import(operation, given)
    yield "sign, PendingImport", STATE, _signed_before_import
    yield "get_public_key, PendingImport", STATE, _public_key_before_import
    yield (
        "The message: CancelKeyDeletion, PendingImport",
        "is not pending deletion.",
        _message_before_import,
    )


def _primary() -> Iterator[Row]:
    yield "UpdatePrimaryRegion to a disabled replica", DISABLED, _moved_to("Disabled")
    yield (
        "UpdatePrimaryRegion to a replica that is pending deletion",
        STATE,
        _moved_to("PendingDeletion"),
    )


def _material() -> Iterator[Row]:
    for name, documented, encoding in (
        ("PKCS #8", SUCCESS, serialization.PrivateFormat.PKCS8),
        ("the traditional encoding", INCORRECT, serialization.PrivateFormat.TraditionalOpenSSL),
    ):
        yield f"An elliptic curve key in {name}", documented, _imported(_SIGNING, encoding)
        options = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
        yield f"An RSA key in {name}", documented, _imported(options, encoding)


def _dry_runs() -> Iterator[Row]:
    for kind, operation, given in _DRY_RUNS:
        yield f"{operation}, a dry run with permission", DRY, _dry(kind, operation, given, may=True)
        yield (
            f"{operation}, a dry run without permission",
            DENIED,
            _dry(kind, operation, given, may=False),
        )


def _limits() -> Iterator[Row]:
    for operation, most in _LIMITS.items():
        yield f"{operation} with the greatest limit", SUCCESS, _listed(operation, most)
        yield f"{operation} with a limit one greater", VALIDATION, _listed(operation, most + 1)
    yield (
        "The message: a limit of 101",
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
        lambda a: _message(_listed("list_aliases", 101), a),
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
        "InvalidCiphertextException",
        lambda a: _round_trip(a, {"Team": "blue"}, {"team": "blue"}),
    )


def _signatures() -> Iterator[Row]:
    for spec, size in _DIGESTS.items():
        yield f"A signature of {spec} is in DER", SUCCESS, _in_der(spec, size)
        for other in sorted({32, 48, 64} - {size}):
            yield f"A digest of {other} bytes for {spec}", VALIDATION, _signed(spec, size, other)
    for bits in (2048, 3072, 4096):
        yield f"The length of a signature of RSA_{bits}", str(bits // 8), _rsa_length(bits)


def _grants() -> Iterator[Row]:
    yield (
        "A grant without operations",
        VALIDATION,
        lambda a: a.kms.create_grant(KeyId=a.key(), GranteePrincipal=_ROOT, Operations=[]),
    )
    both = {"EncryptionContextEquals": {"a": "1"}, "EncryptionContextSubset": {"a": "1"}}
    yield (
        "Both constraints on the encryption context (aws-sdk-java issue 328)",
        VALIDATION,
        lambda a: a.kms.create_grant(
            KeyId=a.key(), GranteePrincipal=_ROOT, Operations=["Decrypt"], Constraints=both
        ),
    )


def _services() -> Iterator[Row]:
    for name, documented in (
        ("logs.us-east-1.amazonaws.com", SUCCESS),
        ("delivery.logs.amazonaws.com", SUCCESS),
        ("cloudtrail", MALFORMED),
        ("cloudtrail.example.com", MALFORMED),
    ):
        yield f"The service {name} as a principal", documented, _for_service(name)


# ------------------------------------------------------------------------------------ states


def _disabled(account: Account, key_id: str) -> None:
    account.kms.disable_key(KeyId=key_id)


def _pending_deletion(account: Account, key_id: str) -> None:
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)


_INTO = {"Disabled": _disabled, "PendingDeletion": _pending_deletion}


def _in(state: str, options: Mapping[str, Any], operation: str, given: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(**options)
        _INTO[state](account, key_id)
        getattr(account.kms, operation)(KeyId=key_id, **given)

    return call


def _before_import(operation: str, given: Mapping[str, Any]) -> Call:
    return lambda account: getattr(account.kms, operation)(KeyId=external(account), **given)


def _signed_before_import(account: Account) -> None:
    key_id = external(account, **_SIGNING)
    account.kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")


def _public_key_before_import(account: Account) -> None:
    account.kms.get_public_key(KeyId=external(account, **_SIGNING))


def _message_before_import(account: Account) -> str:
    found = _message(_before_import("cancel_key_deletion", {}), account)
    return found[-len("is not pending deletion.") :]


def _message(call: Call, account: Account) -> str:
    try:
        call(account)
    except account.kms.exceptions.ClientError as error:
        return str(error.response["Error"]["Message"])
    return SUCCESS


def _moved_to(state: str) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(MultiRegion=True)
        account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)
        replica = Account(account.emulator)
        replica.kms = account.in_region(IRELAND)
        _INTO[state](replica, key_id)
        account.kms.update_primary_region(KeyId=key_id, PrimaryRegion=IRELAND)

    return call


# ---------------------------------------------------------------------------------- material


def _imported(options: dict[str, Any], encoding: serialization.PrivateFormat) -> Call:
    def call(account: Account) -> None:
        is_rsa = options["KeySpec"].startswith("RSA")
        private: Any = (
            rsa.generate_private_key(65537, 2048)
            if is_rsa
            else ec.generate_private_key(ec.SECP256R1())
        )
        secret = private.private_bytes(
            serialization.Encoding.DER, encoding, serialization.NoEncryption()
        )
        wrapping = ("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048")
        import_into(account, external(account, **options), secret, wrapping=wrapping)

    return call


# ---------------------------------------------------------------------------------- dry runs

_SIGN = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
_MAKE = {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
_DRY_RUNS: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({}, "encrypt", {"Plaintext": b"x"}),
    ({}, "generate_data_key", {"KeySpec": "AES_256"}),
    ({}, "generate_data_key_without_plaintext", {"KeySpec": "AES_256"}),
    ({}, "generate_data_key_pair", {"KeyPairSpec": "ECC_NIST_P256"}),
    ({}, "generate_data_key_pair_without_plaintext", {"KeyPairSpec": "ECC_NIST_P256"}),
    ({}, "create_grant", {"GranteePrincipal": _ROOT, "Operations": ["Decrypt"]}),
    (_SIGNING, "sign", _SIGN),
    (_SIGNING, "verify", _SIGN),
    (_MAC, "generate_mac", _MAKE),
    (_MAC, "verify_mac", _MAKE),
    (_AGREEMENT, "derive_shared_secret", {"KeyAgreementAlgorithm": "ECDH"}),
]


def _dry(kind: dict[str, Any], operation: str, given: dict[str, Any], *, may: bool) -> Call:
    def call(account: Account) -> None:
        key_id = account.key(**kind)
        made = _made(account, operation, key_id, given)
        kms = account.kms if may else User(account).kms
        getattr(kms, operation)(KeyId=key_id, DryRun=True, **given, **made)

    return call


def _made(account: Account, operation: str, key_id: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameter of an operation that another one makes."""
    if operation == "verify":
        return {"Signature": account.kms.sign(KeyId=key_id, **given)["Signature"]}
    if operation == "verify_mac":
        return {"Mac": account.kms.generate_mac(KeyId=key_id, **given)["Mac"]}
    if operation == "derive_shared_secret":
        return {"PublicKey": account.kms.get_public_key(KeyId=key_id)["PublicKey"]}
    return {}


# ------------------------------------------------------------------------------------- sizes


def _listed(operation: str, limit: int) -> Call:
    def call(account: Account) -> None:
        named: dict[str, Any] = {"KeyId": account.key()}
        if operation == "list_retirable_grants":
            named = {"RetiringPrincipal": _ROOT}
        elif operation == "list_keys":
            named = {}
        getattr(account.unchecked, operation)(Limit=limit, **named)

    return call


def _mac(size: int) -> Call:
    return lambda account: account.unchecked.generate_mac(
        KeyId=account.key(**_MAC), Message=b"x" * size, MacAlgorithm="HMAC_SHA_256"
    )


def _verified(size: int) -> Call:
    def call(account: Account) -> None:
        key_id, message = account.key(**_SIGNING), b"x" * size
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
    statements = [{**everything, "Principal": one} for one in ({"AWS": _ROOT}, {"Service": name})]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return lambda account: account.kms.put_key_policy(KeyId=account.key(), Policy=policy)
