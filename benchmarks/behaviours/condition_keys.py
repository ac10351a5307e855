"""Each condition key in each operation that has it: what it allows, and what it denies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, MALFORMED
from benchmarks.behaviours.grants import User
from benchmarks.behaviours.imported_material import FOREVER, parameters, wrapped

IRELAND = "eu-west-1"
_ALL: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
_KINDS: dict[str, dict[str, Any]] = {
    "symmetric": {},
    "signing": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    "HMAC": {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    "key agreement": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
    "multi-Region": {"MultiRegion": True},
    "imported": {"Origin": "EXTERNAL"},
}
_CONTEXT = {"team": "blue"}
_GRANT = {"Constraints": {"EncryptionContextSubset": _CONTEXT}}
_TAGS = [{"TagKey": "a", "TagValue": "b"}]
_ENCRYPTING: dict[str, dict[str, Any]] = {
    "encrypt": {"Plaintext": b"secret"},
    "generate_data_key": {"KeySpec": "AES_256"},
    "generate_data_key_without_plaintext": {"KeySpec": "AES_256"},
    "generate_data_key_pair": {"KeyPairSpec": "ECC_NIST_P256"},
    "generate_data_key_pair_without_plaintext": {"KeyPairSpec": "ECC_NIST_P256"},
}
_MANAGING: dict[str, dict[str, Any]] = {
    "describe_key": {},
    "disable_key": {},
    "get_key_policy": {},
    "list_grants": {},
    "tag_resource": {"Tags": _TAGS},
    "update_key_description": {"Description": "new"},
}
_OF_EVERY_KEY: list[tuple[str, str, str]] = [
    ("StringEquals", "kms:KeySpec", "SYMMETRIC_DEFAULT"),
    ("StringEquals", "kms:KeyUsage", "ENCRYPT_DECRYPT"),
    ("StringEquals", "kms:KeyOrigin", "AWS_KMS"),
    ("Bool", "kms:MultiRegion", "false"),
    ("StringEquals", "aws:ResourceTag/env", "prod"),
    ("ForAnyValue:StringLike", "kms:ResourceAliases", "alias/*"),
]
_OF_EVERY_CALL: list[tuple[str, str, str]] = [
    ("StringEquals", "kms:CallerAccount", "123456789012"),
    ("StringEquals", "aws:PrincipalAccount", "123456789012"),
    ("StringEquals", "aws:ResourceAccount", "123456789012"),
    ("StringLike", "aws:username", "user-*"),
    ("Null", "aws:userid", "false"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/user-*"),
    ("StringLike", "aws:UserAgent", "*Boto3*"),
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8"),
    ("DateGreaterThan", "aws:CurrentTime", "2024-01-01T00:00:00Z"),
    ("DateGreaterThan", "aws:EpochTime", "1700000000"),
    ("Bool", "aws:SecureTransport", "true"),
    ("Bool", "aws:ViaAWSService", "false"),
    ("Bool", "aws:PrincipalIsAWSService", "false"),
]
_OF_PARAMETERS: list[tuple[str, str, str, str, str, dict[str, Any]]] = [
    ("symmetric", "ForAnyValue:StringEquals", "aws:TagKeys", "a", "untag_resource", {}),
    ("symmetric", "StringEquals", "aws:RequestTag/a", "b", "tag_resource", {"Tags": _TAGS}),
    ("symmetric", "Bool", "kms:GrantIsForAWSResource", "false", "list_grants", {}),
    (
        "symmetric",
        "NumericEquals",
        "kms:ScheduleKeyDeletionPendingWindowInDays",
        "30",
        "schedule_key_deletion",
        {},
    ),
    ("symmetric", "NumericEquals", "kms:RotationPeriodInDays", "365", "enable_key_rotation", {}),
    ("signing", "StringEquals", "kms:SigningAlgorithm", "ECDSA_SHA_256", "sign", {}),
    ("signing", "StringEquals", "kms:SigningAlgorithm", "ECDSA_SHA_256", "verify", {}),
    ("signing", "StringEquals", "kms:MessageType", "RAW", "sign", {}),
    ("signing", "StringEquals", "kms:MessageType", "RAW", "verify", {}),
    ("HMAC", "StringEquals", "kms:MacAlgorithm", "HMAC_SHA_256", "generate_mac", {}),
    ("HMAC", "StringEquals", "kms:MacAlgorithm", "HMAC_SHA_256", "verify_mac", {}),
    (
        "key agreement",
        "StringEquals",
        "kms:KeyAgreementAlgorithm",
        "ECDH",
        "derive_shared_secret",
        {},
    ),
    ("multi-Region", "StringEquals", "kms:MultiRegionKeyType", "PRIMARY", "describe_key", {}),
    (
        "imported",
        "StringEquals",
        "kms:WrappingAlgorithm",
        "RSAES_OAEP_SHA_256",
        "get_parameters_for_import",
        {},
    ),
    (
        "imported",
        "StringEquals",
        "kms:WrappingKeySpec",
        "RSA_2048",
        "get_parameters_for_import",
        {},
    ),
    (
        "imported",
        "StringEquals",
        "kms:ExpirationModel",
        "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "import_key_material",
        FOREVER,
    ),
]
_IN_NO_REQUEST = (
    *("kms:ViaService", "kms:RecipientAttestation:ImageSha384", "kms:RecipientAttestation:PCR0"),
    *("aws:PrincipalOrgID", "aws:SourceVpce", "aws:SourceArn", "aws:SourceAccount"),
    *("aws:MultiFactorAuthAge", "aws:CalledViaFirst", "aws:PrincipalTag/team"),
)


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    keys = "AWS KMS condition keys, AWS KMS Developer Guide"
    everywhere = "AWS global condition context keys, IAM User Guide"
    yield from rows("Conditions of policies", keys, _of_encrypting())
    yield from rows("Conditions of policies", keys, _of_keys_and_parameters())
    yield from rows("Conditions of policies", everywhere, _of_aws())
    yield from rows("Conditions of policies", keys, _of_grants_and_re_encrypt())
    yield from rows("Conditions of policies", keys, _of_several_calls())


def _of_encrypting() -> Iterator[Row]:
    for operation, options in _ENCRYPTING.items():
        given = {**options, "EncryptionContext": _CONTEXT}
        for operator, key, value in (
            ("StringEquals", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
            ("StringEquals", "kms:EncryptionContext:team", "blue"),
            ("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "team"),
        ):
            yield from _both("symmetric", operator, key, value, operation, given)
    for operation, options in {**_ENCRYPTING, "describe_key": {}}.items():
        yield (
            f"kms:RequestAlias in {operation}",
            SUCCESS,
            _decided("symmetric", _named_by_alias(), operation, options, by_alias=True),
        )


def _of_keys_and_parameters() -> Iterator[Row]:
    for operation, options in _MANAGING.items():
        for operator, key, value in _OF_EVERY_KEY:
            condition = {operator: {key: value}}
            yield f"A Deny of {key} in {operation}", DENIED, _denied(operation, condition, options)
    for kind, operator, key, value, operation, options in _OF_PARAMETERS:
        yield from _both(kind, operator, key, value, operation, options)


def _of_aws() -> Iterator[Row]:
    for operator, key, value in _OF_EVERY_CALL:
        yield from _both("symmetric", operator, key, value, "describe_key", {})
    for key in _IN_NO_REQUEST:
        unless = {"StringNotEquals": {key: "x"}}
        yield f"{key}, which is not in the request", DENIED, _allowed({"StringLike": {key: "*"}})
        yield f"A Deny unless {key} has a value", DENIED, _denied("describe_key", unless, {})


def _of_grants_and_re_encrypt() -> Iterator[Row]:
    for operation in ("create_grant", "re_encrypt"):
        for operator, key, value in (
            ("StringEquals", "kms:EncryptionContext:team", "blue"),
            ("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "team"),
        ):
            yield from _both("symmetric", operator, key, value, operation, {})
    for operator, key, value in (
        ("StringEquals", "kms:GrantConstraintType", "EncryptionContextSubset"),
        ("ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt"),
        ("StringLike", "kms:GranteePrincipal", "arn:aws:iam::*:user/user-*"),
        ("StringLike", "kms:RetiringPrincipal", "arn:aws:iam::*:user/user-*"),
    ):
        yield from _both("symmetric", operator, key, value, "create_grant", {})
    for operator, key, value in (
        ("StringEquals", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        ("Bool", "kms:ReEncryptOnSameKey", "true"),
    ):
        yield from _both("symmetric", operator, key, value, "re_encrypt", {})


def _of_several_calls() -> Iterator[Row]:
    yield "kms:RequestAlias in re_encrypt, both keys by alias", SUCCESS, _re_encrypted_by_alias
    for name, documented, region in (("another", DENIED, "us-west-2"), ("the", SUCCESS, IRELAND)):
        condition = {"StringEquals": {"kms:ReplicaRegion": region}}
        yield f"kms:ReplicaRegion of {name} Region", documented, _replicated(condition)
        condition = {"StringEquals": {"kms:PrimaryRegion": region}}
        yield f"kms:PrimaryRegion of {name} Region", documented, _moved(condition)
    for name, days, documented in (("later", 30, SUCCESS), ("earlier", 1, DENIED)):
        yield f"kms:ValidTo, a {name} date", documented, _expiring(days)
    yield (
        "kms:ExpirationModel is missing by Null, in a call without it",
        SUCCESS,
        _expiring(None),
    )
    for key in ("kms:EncryptionContext:team", "aws:RequestTag/team"):
        yield (
            f"ForAllValues with {key}",
            MALFORMED,
            _put_with({"ForAllValues:StringEquals": {key: "blue"}}),
        )


# ------------------------------------------------------------------------------------- calls


def _both(
    kind: str, operator: str, key: str, value: str, operation: str, options: Mapping[str, Any]
) -> Iterator[Row]:
    condition = {operator: {key: value}}
    allow, deny = _statement("Allow", condition), _statement("Deny", condition)
    yield f"{key} in {operation}", SUCCESS, _decided(kind, [allow], operation, options)
    everything = _statement("Allow", {})
    yield (
        f"A Deny of {key} in {operation}",
        DENIED,
        _decided(kind, [everything, deny], operation, options),
    )


def _statement(effect: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    return {**_ALL, "Effect": effect, "Condition": condition}


def _named_by_alias() -> list[dict[str, Any]]:
    return [_statement("Allow", {"StringLike": {"kms:RequestAlias": "alias/*"}})]


def _denied(operation: str, condition: Mapping[str, Any], options: Mapping[str, Any]) -> Call:
    statements = [_statement("Allow", {}), _statement("Deny", condition)]
    return _decided("symmetric", statements, operation, options)


def _allowed(condition: Mapping[str, Any]) -> Call:
    return _decided("symmetric", [_statement("Allow", condition)], "describe_key", {})


def _decided(
    kind: str,
    statements: list[dict[str, Any]],
    operation: str,
    options: Mapping[str, Any],
    *,
    by_alias: bool = False,
) -> Call:
    """Return a call of a user for whom only these statements of the key policy decide."""

    def call(account: Account) -> None:
        user = User(account)
        key_id = _key(account, kind)
        given = {**_prepared(account, user, operation, key_id), **options}
        _put(account, key_id, *({**one, "Principal": {"AWS": user.arn}} for one in statements))
        if operation != "re_encrypt":
            given["KeyId"] = f"alias/{key_id}" if by_alias else key_id
        getattr(user.kms, operation)(**given)

    return call


def _key(account: Account, kind: str) -> str:
    key_id = account.key(**_KINDS[kind], Tags=[{"TagKey": "env", "TagValue": "prod"}])
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=key_id)
    return key_id


def _put(account: Account, key_id: str, *statements: dict[str, Any]) -> None:
    """Let the account's root user do everything, and statements decide on the rest."""
    root = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    document = {
        "Version": "2012-10-17",
        "Statement": [{**_ALL, "Principal": {"AWS": root}}, *statements],
    }
    account.kms.put_key_policy(KeyId=key_id, Policy=json.dumps(document))


def _put_with(condition: Mapping[str, Any]) -> Call:
    statement = {**_statement("Allow", condition), "Principal": {"AWS": "123456789012"}}
    return lambda account: _put(account, account.key(), statement)


def _prepared(account: Account, user: User, operation: str, key_id: str) -> dict[str, Any]:
    """Return the parameters of an operation, with what the account's root user makes for it."""
    if operation == "create_grant":
        principals = {"GranteePrincipal": user.arn, "RetiringPrincipal": user.arn}
        return {**principals, **_GRANT, "Operations": ["Decrypt"]}
    if operation == "re_encrypt":
        return {
            "CiphertextBlob": account.blob(key_id, **_CONTEXT),
            "SourceEncryptionContext": _CONTEXT,
            "DestinationKeyId": key_id,
            "DestinationEncryptionContext": _CONTEXT,
        }
    if operation in ("sign", "verify"):
        signing = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
        signature = account.kms.sign(KeyId=key_id, **signing)["Signature"]
        return signing | ({"Signature": signature} if operation == "verify" else {})
    if operation in ("generate_mac", "verify_mac"):
        making = {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
        mac = account.kms.generate_mac(KeyId=key_id, **making)["Mac"]
        return making | ({"Mac": mac} if operation == "verify_mac" else {})
    return _of_import(account, operation, key_id)


def _of_import(account: Account, operation: str, key_id: str) -> dict[str, Any]:
    if operation == "get_parameters_for_import":
        return {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    if operation == "import_key_material":
        given = parameters(account, key_id)
        material = wrapped(bytes(32), given["PublicKey"], "RSAES_OAEP_SHA_256")
        return {"ImportToken": given["ImportToken"], "EncryptedKeyMaterial": material}
    if operation == "derive_shared_secret":
        return {"KeyAgreementAlgorithm": "ECDH", "PublicKey": _public_key()}
    return {"TagKeys": ["a"]} if operation == "untag_resource" else {}


def _public_key() -> bytes:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _re_encrypted_by_alias(account: Account) -> None:
    user, key_id = User(account), _key(account, "symmetric")
    named = _named_by_alias()[0]
    _put(account, key_id, {**named, "Principal": {"AWS": user.arn}})
    alias = f"alias/{key_id}"
    user.kms.re_encrypt(
        CiphertextBlob=account.blob(key_id), SourceKeyId=alias, DestinationKeyId=alias
    )


def _replicated(condition: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        user, key_id = User(account), _key(account, "multi-Region")
        _may_create_keys(account, user)
        _put(account, key_id, {**_statement("Allow", condition), "Principal": {"AWS": user.arn}})
        user.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)

    return call


def _moved(condition: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        user, key_id = User(account), _key(account, "multi-Region")
        account.kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)
        replica = Account(account.emulator)
        replica.kms = account.in_region(IRELAND)
        for one in (account, replica):
            _put(one, key_id, {**_statement("Allow", condition), "Principal": {"AWS": user.arn}})
        user.kms.update_primary_region(KeyId=key_id, PrimaryRegion=IRELAND)

    return call


def _may_create_keys(account: Account, user: User) -> None:
    statement = {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"}
    account.emulator.client("iam").put_user_policy(
        UserName=user.arn.rpartition("/")[2],
        PolicyName="may",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def _expiring(days: int | None) -> Call:
    """Return the import of a user who may let material expire up to some days from now.

    Args:
        days: ``None`` for a user who must not name an expiration model.
    """

    def call(account: Account) -> None:
        user, key_id = User(account), _key(account, "imported")
        now = parameters(account, key_id)["ParametersValidTo"] - timedelta(days=1)
        condition: dict[str, Any] = {"Null": {"kms:ExpirationModel": "true"}}
        if days:
            latest = str(int((now + timedelta(days=days)).timestamp()))
            condition = {"NumericLessThanEquals": {"kms:ValidTo": latest}}
        _put(account, key_id, {**_statement("Allow", condition), "Principal": {"AWS": user.arn}})

        given = _of_import(account, "import_key_material", key_id)
        user.kms.import_key_material(KeyId=key_id, **given, ValidTo=now + timedelta(days=10))

    return call
