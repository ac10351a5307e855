"""Keys: specs, usages, origins, metadata, AWS managed keys, custom key stores, last usage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, VALIDATION

_ALGORITHMS = {
    ("RSA_2048", "ENCRYPT_DECRYPT"): "RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256",
    ("RSA_2048", "SIGN_VERIFY"): (
        "RSASSA_PKCS1_V1_5_SHA_256 RSASSA_PKCS1_V1_5_SHA_384 RSASSA_PKCS1_V1_5_SHA_512 "
        "RSASSA_PSS_SHA_256 RSASSA_PSS_SHA_384 RSASSA_PSS_SHA_512"
    ),
    ("ECC_NIST_P256", "SIGN_VERIFY"): "ECDSA_SHA_256",
    ("ECC_NIST_P384", "SIGN_VERIFY"): "ECDSA_SHA_384",
    ("ECC_NIST_P521", "SIGN_VERIFY"): "ECDSA_SHA_512",
    ("ECC_SECG_P256K1", "SIGN_VERIFY"): "ECDSA_SHA_256",
    ("ECC_NIST_P256", "KEY_AGREEMENT"): "ECDH",
    ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"): "ED25519_PH_SHA_512 ED25519_SHA_512",
    ("ML_DSA_44", "SIGN_VERIFY"): "ML_DSA_SHAKE_256",
    ("HMAC_224", "GENERATE_VERIFY_MAC"): "HMAC_SHA_224",
    ("HMAC_256", "GENERATE_VERIFY_MAC"): "HMAC_SHA_256",
    ("HMAC_384", "GENERATE_VERIFY_MAC"): "HMAC_SHA_384",
    ("HMAC_512", "GENERATE_VERIFY_MAC"): "HMAC_SHA_512",
}
_INCOMPATIBLE = [
    ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
    ("SYMMETRIC_DEFAULT", "GENERATE_VERIFY_MAC"),
    ("RSA_2048", "KEY_AGREEMENT"),
    ("RSA_2048", "GENERATE_VERIFY_MAC"),
    ("ECC_NIST_P256", "ENCRYPT_DECRYPT"),
    ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
    ("HMAC_256", "ENCRYPT_DECRYPT"),
    ("HMAC_256", "SIGN_VERIFY"),
]
_STORE_ID = "cks-1234567890abcdef0"
_NO_STORE = "CustomKeyStoreNotFoundException"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of keys."""
    yield from rows("Keys", "CreateKey, DescribeKey, AWS KMS API Reference", _keys())
    yield from rows("AWS managed keys", "AWS KMS keys, AWS KMS Developer Guide", _MANAGED)
    yield from rows("Custom key stores", "AWS KMS API Reference", _STORES)
    yield from rows("Last usage", "GetKeyLastUsage, AWS KMS API Reference", _LAST_USAGE)


def _keys() -> Iterator[Row]:
    for (spec, usage), algorithms in _ALGORITHMS.items():
        yield f"The algorithms of {spec}, {usage}", algorithms, _algorithms(spec, usage)
    for spec, usage in _INCOMPATIBLE:
        yield f"CreateKey of {spec}, {usage}", VALIDATION, _created(KeySpec=spec, KeyUsage=usage)
    for spec in ("RSA_2048", "ECC_NIST_P256", "HMAC_256"):
        yield f"CreateKey of {spec} without usage", VALIDATION, _created(KeySpec=spec)
    yield "CreateKey with an unknown spec", VALIDATION, _created(KeySpec="RSA_1024")
    yield "CreateKey with an unknown usage", VALIDATION, _created(KeyUsage="DANCE")
    yield (
        "CreateKey with both specs",
        VALIDATION,
        _created(KeySpec="SYMMETRIC_DEFAULT", CustomerMasterKeySpec="SYMMETRIC_DEFAULT"),
    )
    yield (
        "CreateKey with the deprecated CustomerMasterKeySpec",
        "HMAC_256",
        lambda a: _field(
            a, "KeySpec", CustomerMasterKeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"
        ),
    )
    yield "A description of 8,192 characters", SUCCESS, _created(Description="x" * 8192)
    yield "A description of 8,193 characters", VALIDATION, _created(Description="x" * 8193)
    yield (
        "The id of a multi-Region key has no hyphens but one",
        "1",
        lambda a: str(a.key(MultiRegion=True).count("-")),
    )
    yield (
        "A key for imported material",
        "PendingImport",
        lambda a: _field(a, "KeyState", Origin="EXTERNAL"),
    )
    yield (
        "CreateKey in a custom key store that does not exist",
        _NO_STORE,
        _created(Origin="AWS_CLOUDHSM", CustomKeyStoreId=_STORE_ID),
    )
    yield (
        "CreateKey with origin AWS_CLOUDHSM without a custom key store",
        VALIDATION,
        _created(Origin="AWS_CLOUDHSM"),
    )
    yield (
        "The key material id of a symmetric key",
        "64",
        lambda a: str(len(_field(a, "CurrentKeyMaterialId"))),
    )
    yield (
        "An HMAC key has no key material id",
        "",
        lambda a: _field(
            a, "CurrentKeyMaterialId", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"
        ),
    )
    yield "UpdateKeyDescription", "changed", _described_again


def _created(**options: Any) -> Call:
    return lambda account: account.unchecked.create_key(**options)


def _field(account: Account, name: str, **options: Any) -> str:
    return str(account.unchecked.create_key(**options)["KeyMetadata"].get(name, ""))


def _algorithms(spec: str, usage: str) -> Call:
    def call(account: Account) -> str:
        metadata = account.metadata(account.key(spec, usage))
        listed = [name for name in metadata if name.endswith("Algorithms")]
        return " ".join(sorted(metadata[listed[0]])) if len(listed) == 1 else str(listed)

    return call


def _described_again(account: Account) -> str:
    key_id = account.key(Description="first")
    account.kms.update_key_description(KeyId=key_id, Description="changed")
    return str(account.metadata(key_id)["Description"])


# ------------------------------------------------------------------------- AWS managed keys


def _managed(account: Account) -> Any:
    return account.metadata("alias/aws/s3")


def _listed_aliases_describe(account: Account) -> None:
    """Every alias that is listed with a key must have that key."""
    account.kms.create_alias(AliasName=f"alias/a-{account.key()}", TargetKeyId=account.key())
    for alias in account.kms.list_aliases()["Aliases"]:
        if "TargetKeyId" in alias:
            account.metadata(alias["TargetKeyId"])


_MANAGED: list[Row] = [
    (
        "DescribeKey of a predefined alias creates its key",
        "AWS",
        lambda a: _managed(a)["KeyManager"],
    ),
    ("A listed alias has a key that is there", SUCCESS, _listed_aliases_describe),
    (
        "ScheduleKeyDeletion of an AWS managed key",
        DENIED,
        lambda a: a.kms.schedule_key_deletion(KeyId=_managed(a)["KeyId"]),
    ),
    (
        "DisableKey of an AWS managed key",
        DENIED,
        lambda a: a.kms.disable_key(KeyId=_managed(a)["KeyId"]),
    ),
    (
        "TagResource of an AWS managed key",
        DENIED,
        lambda a: a.kms.tag_resource(
            KeyId=_managed(a)["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}]
        ),
    ),
    (
        "DisableKeyRotation of an AWS managed key",
        DENIED,
        lambda a: a.kms.disable_key_rotation(KeyId=_managed(a)["KeyId"]),
    ),
    (
        "Encrypt with an AWS managed key, not through its service",
        DENIED,
        lambda a: a.kms.encrypt(KeyId="alias/aws/s3", Plaintext=b"x"),
    ),
    (
        "The rotation of an AWS managed key",
        "True",
        lambda a: str(
            a.kms.get_key_rotation_status(KeyId=_managed(a)["KeyId"])["KeyRotationEnabled"]
        ),
    ),
]

# ------------------------------------------------------------------------ custom key stores

_STORES: list[Row] = [
    (
        "DescribeCustomKeyStores in an account without any",
        "[]",
        lambda a: str(a.kms.describe_custom_key_stores()["CustomKeyStores"]),
    ),
    (
        "DescribeCustomKeyStores of one that does not exist",
        _NO_STORE,
        lambda a: a.kms.describe_custom_key_stores(CustomKeyStoreId=_STORE_ID),
    ),
    (
        "ConnectCustomKeyStore",
        _NO_STORE,
        lambda a: a.kms.connect_custom_key_store(CustomKeyStoreId=_STORE_ID),
    ),
    (
        "DisconnectCustomKeyStore",
        _NO_STORE,
        lambda a: a.kms.disconnect_custom_key_store(CustomKeyStoreId=_STORE_ID),
    ),
    (
        "DeleteCustomKeyStore",
        _NO_STORE,
        lambda a: a.kms.delete_custom_key_store(CustomKeyStoreId=_STORE_ID),
    ),
    (
        "UpdateCustomKeyStore",
        _NO_STORE,
        lambda a: a.kms.update_custom_key_store(
            CustomKeyStoreId=_STORE_ID, NewCustomKeyStoreName="mine"
        ),
    ),
    (
        "CreateCustomKeyStore with a cluster that does not exist",
        "CloudHsmClusterNotFoundException",
        lambda a: a.kms.create_custom_key_store(
            CustomKeyStoreName="mine",
            CloudHsmClusterId="cluster-2a23b4cdefg",
            TrustAnchorCertificate="certificate",
            KeyStorePassword="kmsPswd123",
        ),
    ),
    (
        "GenerateRandom in a custom key store that does not exist",
        _NO_STORE,
        lambda a: a.kms.generate_random(NumberOfBytes=1, CustomKeyStoreId=_STORE_ID),
    ),
]

# ------------------------------------------------------------------------------- last usage


def _last_usage(account: Account, *, used: bool) -> str:
    key_id = account.key()
    if used:
        account.blob(key_id)
    usage = account.kms.get_key_last_usage(KeyId=key_id).get("KeyLastUsage", {})
    return str(usage.get("Operation", "none"))


_LAST_USAGE: list[Row] = [
    ("The last usage of a new key", "none", lambda a: _last_usage(a, used=False)),
    ("The last usage after Encrypt", "Encrypt", lambda a: _last_usage(a, used=True)),
]
