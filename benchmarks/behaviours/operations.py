"""What the page of each operation documents: names, answers, limits, and states of other keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.imported_material import external, parameters, ready

VALIDATION = "ValidationException"
NOT_FOUND = "NotFoundException"
DISABLED = "DisabledException"
STATE = "KMSInvalidStateException"
DRY = "DryRunOperationException"
_PAGE = "The page of the operation, AWS KMS API Reference"
_SIGNING = ("ECC_NIST_P256", "SIGN_VERIFY")
_MAC = ("HMAC_256", "GENERATE_VERIFY_MAC")
_AGREEMENT = ("ECC_NIST_P256", "KEY_AGREEMENT")
_RSA = ("RSA_2048", "ENCRYPT_DECRYPT")


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    yield from rows("Key states of other keys", "Key states of AWS KMS keys", _states())
    yield from rows("Names of keys", _PAGE, _names())
    yield from rows("Answers", _PAGE, _answers())
    yield from rows("Limits", _PAGE, _limits())
    yield from rows("Errors of one operation", _PAGE, _errors())


def _states() -> Iterator[Row]:
    for name, key, call in _BY_SPEC:
        yield f"{name}, Disabled", DISABLED, _in_state(_disabled, key, call)
        yield f"{name}, PendingDeletion", STATE, _in_state(_pending_deletion, key, call)
    yield (
        "GetParametersForImport, PendingDeletion",
        STATE,
        lambda a: parameters(a, _pending_deletion(a, external(a))),
    )
    yield (
        "DeleteImportedKeyMaterial, PendingDeletion",
        SUCCESS,
        lambda a: a.kms.delete_imported_key_material(KeyId=_pending_deletion(a, ready(a))),
    )
    yield (
        "ListKeyRotations, PendingDeletion",
        SUCCESS,
        lambda a: a.kms.list_key_rotations(KeyId=_pending_deletion(a, a.key())),
    )
    yield (
        "ReplicateKey, Disabled",
        DISABLED,
        lambda a: a.kms.replicate_key(
            KeyId=_disabled(a, a.key(MultiRegion=True)), ReplicaRegion="eu-west-1"
        ),
    )
    yield (
        "The key state after CancelKeyDeletion",
        "Disabled",
        lambda a: str(a.metadata(_saved(a))["KeyState"]),
    )


def _names() -> Iterator[Row]:
    for name, options in _NO_ALIAS.items():
        yield f"{name} by alias", NOT_FOUND, _by_alias(name, options)
    yield "DescribeKey by alias", SUCCESS, _by_alias("describe_key", {})
    yield "GetPublicKey by alias", SUCCESS, _by_alias("get_public_key", {}, *_SIGNING)
    yield (
        "ListAliases of a key that does not exist",
        NOT_FOUND,
        lambda a: a.kms.list_aliases(KeyId="00000000-0000-0000-0000-000000000000"),
    )
    yield (
        "DescribeKey with an ARN of another service",
        "InvalidArnException",
        lambda a: a.kms.describe_key(KeyId="arn:aws:s3:::bucket"),
    )
    yield "The alias of a key that is gone names another key", SUCCESS, _alias_again


def _answers() -> Iterator[Row]:
    for name in ("schedule_key_deletion", "rotate_key_on_demand", "encrypt"):
        more = {"Plaintext": b"x"} if name == "encrypt" else {}
        yield f"KeyId in the answer of {name}", "arn", _key_id(name, more)
    yield "KeyId in the answer of cancel_key_deletion", "arn", _cancelled
    yield "PendingWindowInDays by default", "30", _pending_window
    yield "DeletionDate after CancelKeyDeletion", "None", _deletion_date
    yield "ScheduleKeyDeletion of a primary key with a replica has no date", "None", _primary
    yield "ListKeyPolicies", "default", lambda a: _policies(a)[0]
    yield (
        "GetKeyPolicy names the policy",
        "default",
        lambda a: str(a.kms.get_key_policy(KeyId=a.key())["PolicyName"]),
    )
    yield "The key manager of a customer managed key", "CUSTOMER", _described("KeyManager")
    yield "The origin of a key", "AWS_KMS", _described("Origin")
    yield "CustomerMasterKeySpec of an RSA key", "RSA_2048", _public("CustomerMasterKeySpec")
    yield "The usage of a public key", "ENCRYPT_DECRYPT", _public("KeyUsage")
    yield "No next rotation while rotation is not enabled", "None", _next_rotation
    yield "A changed rotation period", "100", _other_period
    yield "A replica has the key id of its primary", SUCCESS, _same_id
    yield "A primary key lists its replicas", "eu-west-1", _replica_regions
    yield "The parameters for an import are valid for a day", "24", _hours_valid
    yield "The wrapping key is of its spec", "4096", _wrapping_bits
    yield "VerifyMac says that the MAC is valid", "True", lambda a: _mac(a, b"m", b"m")
    yield "ReEncrypt names the source key", "arn", _re_encrypted
    yield "The last usage after a call that fails", "none", _failed_usage
    yield (
        "DescribeCustomKeyStores is not truncated",
        "False",
        lambda a: str(a.kms.describe_custom_key_stores()["Truncated"]),
    )
    yield "The last page has no marker", "None", lambda a: str(_last_page(a).get("NextMarker"))
    yield "ListRetirableGrants: a page of one", "True", _retirable_page


def _limits() -> Iterator[Row]:
    for name, options in _TOO_MUCH.items():
        operation = name.partition(":")[0]
        yield f"{operation}{name.partition(':')[2]}", VALIDATION, _unchecked(operation, options)
    yield "ReplicateKey with 51 tags", "TagException", _many_tags
    yield "A grant constraint of 8 pairs", SUCCESS, _constrained({str(n): "x" for n in range(8)})
    yield "A grant constraint of 9 pairs", VALIDATION, _constrained({str(n): "x" for n in range(9)})
    yield "A grant constraint of 384 characters", SUCCESS, _constrained({"a": "x" * 384})
    yield "A grant constraint of 385 characters", VALIDATION, _constrained({"a": "x" * 385})


def _errors() -> Iterator[Row]:
    yield "A grant constraint on an RSA key", VALIDATION, _constrained({"a": "x"}, *_RSA)
    yield (
        "ListGrants of a grant that does not exist",
        "InvalidGrantIdException",
        lambda a: a.kms.list_grants(KeyId=a.key(), GrantId="0" * 64),
    )
    yield (
        "ListKeyRotations of an RSA key",
        "UnsupportedOperationException",
        lambda a: a.kms.list_key_rotations(KeyId=a.key(*_RSA)),
    )
    yield (
        "GetKeyPolicy of another name",
        NOT_FOUND,
        lambda a: a.kms.get_key_policy(KeyId=a.key(), PolicyName="mine"),
    )
    yield (
        "PutKeyPolicy of what is no JSON",
        "MalformedPolicyDocumentException",
        lambda a: a.kms.put_key_policy(KeyId=a.key(), Policy="{"),
    )
    yield (
        "VerifyMac of another message",
        "KMSInvalidMacException",
        lambda a: _mac(a, b"one", b"another"),
    )
    yield (
        "GenerateMac with an RSA key",
        "InvalidKeyUsageException",
        lambda a: a.kms.generate_mac(KeyId=a.key(*_RSA), Message=b"m", MacAlgorithm="HMAC_SHA_256"),
    )
    yield (
        "Verify with an algorithm of another key spec",
        "InvalidKeyUsageException",
        lambda a: a.kms.verify(
            KeyId=a.key(*_SIGNING), Message=b"m", Signature=b"s", SigningAlgorithm="ECDSA_SHA_384"
        ),
    )
    yield "Sign a representative μ of 63 bytes", VALIDATION, _represented(63)
    yield "Sign a representative μ of 64 bytes", SUCCESS, _represented(64)
    yield "ReEncrypt of what is no ciphertext", "InvalidCiphertextException", _nonsense
    yield "ReEncrypt under a disabled key", DISABLED, _under_disabled
    yield "A marker of another operation", "InvalidMarkerException", _foreign_marker
    yield "An import token after a day", "ExpiredImportTokenException", _late_token
    yield "A dry run of RevokeGrant", DRY, lambda a: _dry_grant(a, "revoke_grant")
    yield "A dry run of RetireGrant", DRY, lambda a: _dry_grant(a, "retire_grant")
    yield "XksKeyId with origin AWS_KMS", VALIDATION, lambda a: a.key(XksKeyId="b" * 8)
    yield (
        "Two names of a custom key store",
        VALIDATION,
        lambda a: a.kms.describe_custom_key_stores(CustomKeyStoreId="c", CustomKeyStoreName="n"),
    )


# ---------------------------------------------------------------------------------- the calls

_NO_ALIAS: dict[str, dict[str, Any]] = {
    "cancel_key_deletion": {},
    "create_grant": {
        "Operations": ["Encrypt"],
        "GranteePrincipal": "arn:aws:iam::123456789012:root",
    },
    "disable_key": {},
    "enable_key": {},
    "enable_key_rotation": {},
    "get_key_policy": {},
    "get_key_rotation_status": {},
    "list_key_policies": {},
    "list_resource_tags": {},
    "put_key_policy": {"Policy": "{}"},
    "rotate_key_on_demand": {},
    "schedule_key_deletion": {},
    "tag_resource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "untag_resource": {"TagKeys": ["a"]},
    "update_key_description": {"Description": "x"},
}
"""The operations that take key ids and key ARNs only, and their other parameters."""

_TOO_MUCH: dict[str, dict[str, Any]] = {
    "encrypt: no plaintext": {"Plaintext": b""},
    "encrypt: 11 grant tokens": {"Plaintext": b"x", "GrantTokens": ["t"] * 11},
    "encrypt: an empty grant token": {"Plaintext": b"x", "GrantTokens": [""]},
    "decrypt: 6,145 bytes": {"CiphertextBlob": b"x" * 6145},
    "create_grant: a name of 257 characters": {
        "GranteePrincipal": "arn:aws:iam::123456789012:root",
        "Operations": ["Encrypt"],
        "Name": "x" * 257,
    },
    "put_key_policy: 131,073 characters": {"Policy": "x" * 131_073},
    "list_key_rotations: an unknown kind": {"IncludeKeyMaterial": "SOME"},
    "get_parameters_for_import: an unknown spec": {
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_1024",
    },
    "replicate_key: a Region of 33 characters": {"ReplicaRegion": "x" * 33},
    "generate_mac: no message": {"Message": b"", "MacAlgorithm": "HMAC_SHA_256"},
    "verify_mac: a MAC of 6,145 bytes": {
        "Message": b"m",
        "Mac": b"x" * 6145,
        "MacAlgorithm": "HMAC_SHA_256",
    },
    "verify: a signature of 6,145 bytes": {
        "Message": b"m",
        "Signature": b"x" * 6145,
        "SigningAlgorithm": "ECDSA_SHA_256",
    },
    "derive_shared_secret: a public key of 8,193 bytes": {
        "PublicKey": b"x" * 8193,
        "KeyAgreementAlgorithm": "ECDH",
    },
}
"""Parameters that break one limit, by operation and limit."""


def _signed(account: Account, key_id: str) -> Any:
    return account.kms.sign(KeyId=key_id, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")


def _verified(account: Account, key_id: str) -> Any:
    return account.kms.verify(
        KeyId=key_id, Message=b"m", Signature=b"s", SigningAlgorithm="ECDSA_SHA_256"
    )


def _made_mac(account: Account, key_id: str) -> Any:
    return account.kms.generate_mac(KeyId=key_id, Message=b"m", MacAlgorithm="HMAC_SHA_256")


def _verified_mac(account: Account, key_id: str) -> Any:
    return account.kms.verify_mac(KeyId=key_id, Message=b"m", Mac=b"m", MacAlgorithm="HMAC_SHA_256")


def _agreed(account: Account, key_id: str) -> Any:
    public = account.kms.get_public_key(KeyId=account.key(*_AGREEMENT))["PublicKey"]
    return account.kms.derive_shared_secret(
        KeyId=key_id, PublicKey=public, KeyAgreementAlgorithm="ECDH"
    )


def _public_key(account: Account, key_id: str) -> Any:
    return account.kms.get_public_key(KeyId=key_id)


_BY_SPEC = (
    ("Sign", _SIGNING, _signed),
    ("Verify", _SIGNING, _verified),
    ("GetPublicKey", _SIGNING, _public_key),
    ("GenerateMac", _MAC, _made_mac),
    ("VerifyMac", _MAC, _verified_mac),
    ("DeriveSharedSecret", _AGREEMENT, _agreed),
)


def _in_state(change: Any, key: tuple[str, str], call: Any) -> Call:
    return lambda account: call(account, change(account, account.key(*key)))


def _disabled(account: Account, key_id: str) -> str:
    account.kms.disable_key(KeyId=key_id)
    return key_id


def _pending_deletion(account: Account, key_id: str) -> str:
    account.kms.schedule_key_deletion(KeyId=key_id)
    return key_id


def _saved(account: Account) -> str:
    key_id = _pending_deletion(account, account.key())
    account.kms.cancel_key_deletion(KeyId=key_id)
    return key_id


def _alias(account: Account, key_id: str) -> str:
    alias = f"alias/of-{key_id}"
    account.kms.create_alias(AliasName=alias, TargetKeyId=key_id)
    return alias


def _by_alias(operation: str, options: dict[str, Any], *key: str) -> Call:
    def call(account: Account) -> None:
        alias = _alias(account, account.key(*key))
        getattr(account.kms, operation)(KeyId=alias, **options)

    return call


def _alias_again(account: Account) -> None:
    key_id, other = account.key(), account.key()
    alias = _alias(account, key_id)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    account.emulator.advance(days=8)
    account.kms.create_alias(AliasName=alias, TargetKeyId=other)


def _key_id(operation: str, options: dict[str, Any]) -> Call:
    return lambda account: _prefix(getattr(account.kms, operation)(KeyId=account.key(), **options))


def _prefix(answer: Any, field: str = "KeyId") -> str:
    return str(answer.get(field)).partition(":")[0]


def _cancelled(account: Account) -> str:
    return _prefix(account.kms.cancel_key_deletion(KeyId=_pending_deletion(account, account.key())))


def _pending_window(account: Account) -> str:
    answer = account.kms.schedule_key_deletion(KeyId=account.key())
    return str(answer.get("PendingWindowInDays"))


def _deletion_date(account: Account) -> str:
    return str(account.metadata(_saved(account)).get("DeletionDate"))


def _replicated(account: Account) -> str:
    key_id = account.key(MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    return key_id


def _primary(account: Account) -> str:
    answer = account.kms.schedule_key_deletion(KeyId=_replicated(account))
    return str(answer.get("DeletionDate"))


def _policies(account: Account) -> Any:
    return account.kms.list_key_policies(KeyId=account.key())["PolicyNames"]


def _described(field: str) -> Call:
    return lambda account: str(account.metadata(account.key()).get(field))


def _public(field: str) -> Call:
    return lambda account: str(_public_key(account, account.key(*_RSA)).get(field))


def _next_rotation(account: Account) -> str:
    status = account.kms.get_key_rotation_status(KeyId=account.key())
    return str(status.get("NextRotationDate"))


def _other_period(account: Account) -> str:
    key_id = account.key()
    for days in (90, 100):
        account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)
    status = account.kms.get_key_rotation_status(KeyId=key_id)
    return str(status.get("RotationPeriodInDays"))


def _same_id(account: Account) -> None:
    key_id = _replicated(account)
    account.in_region("eu-west-1").describe_key(KeyId=key_id)


def _replica_regions(account: Account) -> str:
    configuration = account.metadata(_replicated(account))["MultiRegionConfiguration"]
    return " ".join(one["Region"] for one in configuration["ReplicaKeys"])


def _hours_valid(account: Account) -> str:
    key_id = external(account)
    end = parameters(account, key_id)["ParametersValidTo"]
    return str(round((end - account.metadata(key_id)["CreationDate"]).total_seconds() / 3600))


def _wrapping_bits(account: Account) -> str:
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    given = parameters(account, external(account), spec="RSA_4096")
    public: Any = load_der_public_key(given["PublicKey"])
    return str(public.key_size)


def _mac(account: Account, message: bytes, other: bytes) -> str:
    asked = {"KeyId": account.key(*_MAC), "MacAlgorithm": "HMAC_SHA_256"}
    mac = account.kms.generate_mac(Message=message, **asked)["Mac"]
    return str(account.kms.verify_mac(Message=other, Mac=mac, **asked)["MacValid"])


def _re_encrypted(account: Account) -> str:
    key_id = account.key()
    answer = account.kms.re_encrypt(CiphertextBlob=account.blob(key_id), DestinationKeyId=key_id)
    return _prefix(answer, "SourceKeyId")


def _failed_usage(account: Account) -> str:
    key_id = account.key()
    account.kms.disable_key(KeyId=key_id)
    try:
        account.blob(key_id)
    except account.kms.exceptions.DisabledException:
        account.kms.enable_key(KeyId=key_id)
    usage = account.kms.get_key_last_usage(KeyId=key_id).get("KeyLastUsage") or {}
    return str(usage.get("Operation", "none"))


def _last_page(account: Account) -> Any:
    account.key()
    return list(account.kms.get_paginator("list_keys").paginate())[-1]


def _grant(account: Account, key_id: str, **options: Any) -> Any:
    root = account.metadata(key_id)["Arn"].split(":")[4]
    given = {"GranteePrincipal": f"arn:aws:iam::{root}:root", "Operations": ["Decrypt"]}
    return account.kms.create_grant(KeyId=key_id, **given, **options)


def _retirable_page(account: Account) -> str:
    key_id = account.key()
    retiring = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    for _ in range(2):
        _grant(account, key_id, RetiringPrincipal=retiring)
    page = account.kms.list_retirable_grants(RetiringPrincipal=retiring, Limit=1)
    return str(page["Truncated"])


def _unchecked(operation: str, options: dict[str, Any]) -> Call:
    def call(account: Account) -> None:
        key = {} if operation == "decrypt" else {"KeyId": account.key()}
        getattr(account.unchecked, operation)(**key, **options)

    return call


def _many_tags(account: Account) -> None:
    tags = [{"TagKey": str(number), "TagValue": ""} for number in range(51)]
    key_id = account.key(MultiRegion=True)
    account.unchecked.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Tags=tags)


def _constrained(pairs: dict[str, str], *key: str) -> Call:
    constraints = {"EncryptionContextSubset": pairs}
    return lambda account: _grant(account, account.key(*key), Constraints=constraints)


def _represented(length: int) -> Call:
    return lambda account: account.kms.sign(
        KeyId=account.key("ML_DSA_44", "SIGN_VERIFY"),
        Message=b"x" * length,
        MessageType="EXTERNAL_MU",
        SigningAlgorithm="ML_DSA_SHAKE_256",
    )


def _nonsense(account: Account) -> None:
    account.kms.re_encrypt(CiphertextBlob=b"x" * 64, DestinationKeyId=account.key())


def _under_disabled(account: Account) -> None:
    blob, key_id = account.blob(account.key()), _disabled(account, account.key())
    account.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)


def _foreign_marker(account: Account) -> None:
    for _ in range(2):
        account.key()
    marker = account.kms.list_keys(Limit=1)["NextMarker"]
    account.kms.list_aliases(Marker=marker)


def _late_token(account: Account) -> None:
    key_id = external(account)
    given = parameters(account, key_id)
    account.emulator.advance(days=2)
    account.kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=b"x",
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )


def _dry_grant(account: Account, operation: str) -> None:
    key_id = account.key()
    grant = _grant(account, key_id)["GrantId"]
    key_arn = account.metadata(key_id)["Arn"]
    getattr(account.kms, operation)(KeyId=key_arn, GrantId=grant, DryRun=True)
