"""What AWS KMS says when it refuses: the code and the words, by the module that refuses."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.behaviours.imported_material import FOREVER, wrapped
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import mock_kms
from tests.sandbox.kms.test_recorded import Account

Refused = Callable[[Account], Any]
KEY = "arn:aws:kms:us-east-1:123456789012:key/"
ROOT = "arn:aws:iam::123456789012:root"
NOBODY = "00000000-0000-0000-0000-000000000000"
VALIDATION = "ValidationException"
UNSUPPORTED = "UnsupportedOperationException"
STATE = "KMSInvalidStateException"
CONSTRAINT = "1 validation error detected: Value{value} at '{name}' failed to satisfy constraint: "


@pytest.fixture
def account(clients: Clients) -> Account:
    return Account(clients)


def constraint(value: str, name: str, rule: str) -> str:
    return CONSTRAINT.format(value=value, name=name) + rule


def null(name: str) -> str:
    return constraint(" null", name, "Member must not be null")


def new(a: Account, **options: Any) -> str:
    """Create a key, and return its id."""
    return str(a.key(**options)["KeyId"])


def rsa(a: Account) -> str:
    return new(a, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")


def signing(a: Account) -> str:
    return str(a.signing()["KeyId"])


def external(a: Account) -> str:
    return str(a.external()["KeyId"])


def aliased(a: Account, number: int) -> str:
    key_id = new(a)
    for place in range(number):
        a.kms.create_alias(AliasName=f"alias/{place}", TargetKeyId=key_id)
    return key_id


def moved_to_a_full_key(a: Account) -> None:
    full = aliased(a, 50)
    a.kms.update_alias(AliasName="alias/0", TargetKeyId=full)  # it is there already
    a.kms.create_alias(AliasName="alias/a", TargetKeyId=new(a))
    a.kms.update_alias(AliasName="alias/a", TargetKeyId=full)


def re_encrypted_under(a: Account, *, disabled: str) -> None:
    source, target = new(a), new(a)
    blob = a.kms.encrypt(KeyId=source, Plaintext=b"x")["CiphertextBlob"]
    a.kms.disable_key(KeyId=source if disabled == "source" else target)
    a.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=target)


def imported_into_a_replica(a: Account) -> None:
    key_id = new(a, Origin="EXTERNAL", MultiRegion=True)
    imported(a, key_id)
    a.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    there = Account(a.clients.in_region("eu-west-1"))
    imported(there, key_id, b"y" * 32, ImportType="NEW_KEY_MATERIAL")


def retargeted(a: Account) -> None:
    a.kms.create_alias(AliasName="alias/a", TargetKeyId=new(a))
    a.kms.update_alias(AliasName="alias/a", TargetKeyId=signing(a))


ALIASES: list[tuple[Refused, str, str]] = [
    (
        lambda a: a.kms.create_alias(AliasName="mine", TargetKeyId=new(a)),
        VALIDATION,
        'Alias must start with the prefix "alias/". Please see '
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    ),
    (
        lambda a: a.kms.create_alias(AliasName="alias/aws/s3", TargetKeyId=new(a)),
        "NotAuthorizedException",
        "",
    ),
    (
        lambda a: a.kms.create_alias(AliasName="alias/a:b", TargetKeyId=new(a)),
        VALIDATION,
        constraint(
            " 'alias/a:b'",
            "aliasName",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ),
    ),
    (
        retargeted,
        VALIDATION,
        "<key> must have the same type and key usage as <key>, the current target of alias/a.",
    ),
    (
        moved_to_a_full_key,
        "LimitExceededException",
        "Aliases per key quota for this account in this region is 50, current usage is 50.",
    ),
    (
        lambda a: aliased(a, 51),
        "LimitExceededException",
        "Aliases per key quota for this account in this region is 50, current usage is 50.",
    ),
]

ENCLAVE = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"x"}
NO_ENCLAVE = (
    "The sandbox cannot verify the attestation document of an enclave, and never returns plaintext "
    "instead. Leave Recipient out, or ask AWS KMS."
)
UNKNOWN_MATERIAL = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)


def of_deleted_key(a: Account) -> bytes:
    """Return a ciphertext whose key is gone."""
    key_id = new(a)
    blob: bytes = a.kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    a.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    mock_kms.advance(days=8)
    return blob


CRYPTOGRAPHY: list[tuple[Refused, str, str]] = [
    (lambda a: a.kms.generate_random(NumberOfBytes=1, Recipient=ENCLAVE), UNSUPPORTED, NO_ENCLAVE),
    (lambda a: a.kms.generate_random(), VALIDATION, "NumberOfBytes is required."),
    (
        lambda a: a.kms.generate_random(NumberOfBytes=1, CustomKeyStoreId="cks-1"),
        "CustomKeyStoreNotFoundException",
        "Custom key store 'cks-1' does not exist. The sandbox has no custom key stores.",
    ),
    (
        lambda a: a.kms.generate_data_key(KeyId=new(a)),
        VALIDATION,
        "Please specify either number of bytes or key spec.",
    ),
    (
        lambda a: a.kms.generate_data_key(KeyId=rsa(a), KeySpec="AES_256"),
        "InvalidKeyUsageException",
        "<key> key spec is RSA_2048 which is not valid for GenerateDataKey.",
    ),
    (
        lambda a: a.kms.encrypt(
            KeyId=rsa(a), Plaintext=b"x" * 191, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
        VALIDATION,
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 "
        "bytes.",
    ),
    (
        lambda a: a.kms.encrypt(
            KeyId=rsa(a), Plaintext=b"x" * 215, EncryptionAlgorithm="RSAES_OAEP_SHA_1"
        ),
        VALIDATION,
        "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 "
        "bytes.",
    ),
    (
        lambda a: a.kms.encrypt(
            KeyId=rsa(a),
            Plaintext=b"x",
            EncryptionAlgorithm="RSAES_OAEP_SHA_1",
            EncryptionContext={"a": "b"},
        ),
        VALIDATION,
        "EncryptionContext is not compatible with algorithm RSAES_OAEP_SHA_1.",
    ),
    (
        lambda a: a.kms.encrypt(KeyId=rsa(a), Plaintext=b"x"),
        "InvalidKeyUsageException",
        "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.",
    ),
    (
        lambda a: a.kms.decrypt(
            KeyId=rsa(a),
            CiphertextBlob=b"x",
            EncryptionAlgorithm="RSAES_OAEP_SHA_1",
            EncryptionContext={"a": "b"},
        ),
        VALIDATION,
        "EncryptionContext is not compatible with algorithm RSAES_OAEP_SHA_1.",
    ),
    (
        lambda a: a.kms.decrypt(CiphertextBlob=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_1"),
        VALIDATION,
        "KeyId is required for the algorithm RSAES_OAEP_SHA_1.",
    ),
    (
        lambda a: a.kms.re_encrypt(
            CiphertextBlob=b"x",
            DestinationKeyId=new(a),
            SourceEncryptionAlgorithm="RSAES_OAEP_SHA_1",
        ),
        VALIDATION,
        "SourceKeyId is required for the algorithm RSAES_OAEP_SHA_1.",
    ),
    (lambda a: a.kms.decrypt(KeyId=new(a)), VALIDATION, null("ciphertextBlob")),
    (
        lambda a: a.kms.decrypt(DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"]),
        VALIDATION,
        null("keyId"),
    ),
    (
        lambda a: a.kms.decrypt(CiphertextBlob=of_deleted_key(a)),
        "AccessDeniedException",
        UNKNOWN_MATERIAL,
    ),
    (lambda a: re_encrypted_under(a, disabled="source"), "DisabledException", "<key> is disabled."),
    (lambda a: re_encrypted_under(a, disabled="target"), "DisabledException", "<key> is disabled."),
    (
        lambda a: a.kms.get_public_key(KeyId=new(a)),
        UNSUPPORTED,
        "<key> is a symmetric key.",
    ),
    (
        lambda a: a.kms.get_public_key(KeyId=a.hmac()["KeyId"]),
        UNSUPPORTED,
        "<key> is a symmetric key.",
    ),
    (
        lambda a: a.kms.sign(KeyId=signing(a), Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256"),
        "InvalidKeyUsageException",
        "Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_NIST_P256.",
    ),
    (
        lambda a: a.kms.sign(
            KeyId=signing(a),
            Message=b"x",
            MessageType="EXTERNAL_MU",
            SigningAlgorithm="ECDSA_SHA_256",
        ),
        VALIDATION,
        "MessageType EXTERNAL_MU is not compatible with algorithm ECDSA_SHA_256.",
    ),
    (
        lambda a: a.kms.sign(
            KeyId=signing(a), Message=b"x", MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
        ),
        VALIDATION,
        "Digest is invalid length for algorithm ECDSA_SHA_256.",
    ),
    (
        lambda a: a.kms.sign(
            KeyId=a.signing("ECC_NIST_EDWARDS25519")["KeyId"],
            Message=b"x",
            MessageType="DIGEST",
            SigningAlgorithm="ED25519_SHA_512",
        ),
        VALIDATION,
        "MessageType DIGEST is not compatible with algorithm ED25519_SHA_512.",
    ),
    (
        lambda a: a.kms.verify(
            KeyId=signing(a), Message=b"x", Signature=b"y", SigningAlgorithm="ECDSA_SHA_256"
        ),
        "KMSInvalidSignatureException",
        "",
    ),
    (
        lambda a: a.kms.verify_mac(
            KeyId=a.hmac()["KeyId"], Message=b"x", Mac=b"y", MacAlgorithm="HMAC_SHA_256"
        ),
        "KMSInvalidMacException",
        "",
    ),
]

STORE = {"CustomKeyStoreName": "mine"}


def manage_store(a: Account) -> Any:
    return a.kms.connect_custom_key_store(CustomKeyStoreId="cks-1")


NO_STORE = "Custom key store '{}' does not exist. The sandbox has no custom key stores."
KEYS: list[tuple[Refused, str, str]] = [
    (
        lambda a: a.kms.create_custom_key_store(**STORE),
        VALIDATION,
        "CloudHsmClusterId is required for a custom key store of type AWS_CLOUDHSM.",
    ),
    (
        lambda a: a.kms.create_custom_key_store(
            **STORE,
            CloudHsmClusterId="cluster-2a23b4cdefg",
            TrustAnchorCertificate="x",
            KeyStorePassword="1234567",
        ),
        "CloudHsmClusterNotFoundException",
        "The sandbox has no CloudHSM cluster.",
    ),
    (
        lambda a: a.kms.create_custom_key_store(
            **STORE,
            CustomKeyStoreType="EXTERNAL_KEY_STORE",
            XksProxyUriEndpoint="https://xks.test",
            XksProxyUriPath="/kms/xks/v1",
            XksProxyAuthenticationCredential={
                "AccessKeyId": "A" * 20,
                "RawSecretAccessKey": "x" * 43,
            },
            XksProxyConnectivity="VPC_ENDPOINT_SERVICE",
        ),
        VALIDATION,
        "XksProxyVpcEndpointServiceName is required for a custom key store of type "
        "EXTERNAL_KEY_STORE.",
    ),
    (
        lambda a: a.kms.create_custom_key_store(
            **STORE,
            CustomKeyStoreType="EXTERNAL_KEY_STORE",
            XksProxyUriEndpoint="https://xks.test",
            XksProxyUriPath="/kms/xks/v1",
            XksProxyAuthenticationCredential={
                "AccessKeyId": "A" * 20,
                "RawSecretAccessKey": "x" * 43,
            },
            XksProxyConnectivity="PUBLIC_ENDPOINT",
        ),
        "XksProxyUriUnreachableException",
        "The sandbox reaches no external key store proxy.",
    ),
    (
        lambda a: a.kms.describe_custom_key_stores(CustomKeyStoreName="mine"),
        "CustomKeyStoreNotFoundException",
        NO_STORE.format("mine"),
    ),
    (
        lambda a: a.kms.describe_custom_key_stores(
            CustomKeyStoreName="mine", CustomKeyStoreId="cks-1"
        ),
        VALIDATION,
        "Specify either CustomKeyStoreId or CustomKeyStoreName, not both.",
    ),
    (
        lambda a: a.kms.create_custom_key_store(**STORE, KeyStorePassword="secret"),
        VALIDATION,
        constraint("", "keyStorePassword", "Member must have length greater than or equal to 7"),
    ),
    (manage_store, "CustomKeyStoreNotFoundException", NO_STORE.format("cks-1")),
    (
        lambda a: a.key(KeySpec="RSA_2048", CustomerMasterKeySpec="RSA_2048"),
        VALIDATION,
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
        "CustomerMasterKeySpec is deprecated.",
    ),
    (
        lambda a: a.key(KeySpec="RSA_2048"),
        VALIDATION,
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    ),
    (
        lambda a: a.key(KeySpec="RSA_2048", KeyUsage="KEY_AGREEMENT"),
        VALIDATION,
        "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
    ),
    (
        lambda a: a.key(KeySpec="SM2", KeyUsage="SIGN_VERIFY"),
        UNSUPPORTED,
        "SM2 is available only in China Regions.",
    ),
    (
        lambda a: a.key(CustomKeyStoreId="cks-1"),
        VALIDATION,
        "CustomKeyStoreId is not compatible with Origin AWS_KMS.",
    ),
    (
        lambda a: a.key(XksKeyId="x", Origin="EXTERNAL"),
        VALIDATION,
        "XksKeyId is not compatible with Origin EXTERNAL.",
    ),
    (
        lambda a: a.key(Origin="AWS_CLOUDHSM"),
        VALIDATION,
        "CustomKeyStoreId is required for Origin AWS_CLOUDHSM.",
    ),
    (
        lambda a: a.key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId="cks-1"),
        VALIDATION,
        "XksKeyId is required for Origin EXTERNAL_KEY_STORE.",
    ),
    (
        lambda a: a.key(Origin="AWS_CLOUDHSM", CustomKeyStoreId="cks-1"),
        "CustomKeyStoreNotFoundException",
        NO_STORE.format("cks-1"),
    ),
    (
        lambda a: a.kms.get_key_policy(KeyId=new(a), PolicyName="mine"),
        "NotFoundException",
        "No such policy exists",
    ),
    (
        lambda a: a.kms.put_key_policy(KeyId=new(a), PolicyName="AWS_RAM", Policy="{}"),
        VALIDATION,
        "The AWS_RAM policy can only be managed by the RAM service",
    ),
    (
        lambda a: a.kms.put_key_policy(KeyId=new(a), PolicyName="mine", Policy="{}"),
        UNSUPPORTED,
        "Only default policy is supported",
    ),
    (
        lambda a: a.kms.list_key_policies(KeyId=new(a), Marker="m"),
        "InvalidMarkerException",
        "Could not deserialize marker 'm'",
    ),
    (
        lambda a: a.kms.list_keys(Marker="m"),
        "InvalidMarkerException",
        "Could not deserialize marker 'm'",
    ),
    (
        lambda a: a.kms.list_keys(Limit=1001),
        VALIDATION,
        constraint(" '1001'", "limit", "Member must have value less than or equal to 1000"),
    ),
]


def tags(*names: str) -> list[dict[str, str]]:
    return [{"TagKey": name, "TagValue": "x"} for name in names]


def tagged(a: Account, *calls: list[dict[str, str]]) -> None:
    key_id = new(a)
    for given in calls:
        a.kms.tag_resource(KeyId=key_id, Tags=given)


FIFTY = tags(*map(str, range(50)))
TAGS: list[tuple[Refused, str, str]] = [
    (lambda a: tagged(a, tags("a", "a")), "TagException", "Duplicate tag keys"),
    (lambda a: tagged(a, FIFTY, tags("a")), "TagException", "Too many tags"),
    (lambda a: tagged(a, [*FIFTY, *tags("a")]), "TagException", "Too many tags"),
    (
        lambda a: tagged(a, tags("AWS:a")),
        "TagException",
        "Tags beginning with aws: are reserved",
    ),
]


def granted(a: Account, key_id: str = "", **options: Any) -> Any:
    given = {"GranteePrincipal": ROOT, "Operations": ["Decrypt"], **options}
    return a.kms.create_grant(KeyId=key_id or new(a), **given)


def subset(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


NO_SERVICES = "The sandbox has no services of AWS that use grants."
GRANTS: list[tuple[Refused, str, str]] = [
    (
        lambda a: a.kms.create_grant(KeyId=new(a), Operations=["Decrypt"]),
        VALIDATION,
        "You must specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
    ),
    (
        lambda a: a.kms.create_grant(
            KeyId=new(a), Operations=["Decrypt"], GranteeServicePrincipal="x.amazonaws.com"
        ),
        UNSUPPORTED,
        NO_SERVICES,
    ),
    (
        lambda a: granted(a, RetiringServicePrincipal="x.amazonaws.com"),
        UNSUPPORTED,
        NO_SERVICES,
    ),
    (
        lambda a: granted(a, RetiringPrincipal=ROOT, RetiringServicePrincipal="x.amazonaws.com"),
        VALIDATION,
        "You must specify either RetiringPrincipal or RetiringServicePrincipal, but not both.",
    ),
    (
        lambda a: a.kms.list_grants(
            KeyId=new(a), GranteePrincipal=ROOT, GranteeServicePrincipal="x.amazonaws.com"
        ),
        VALIDATION,
        "You must specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
    ),
    (
        lambda a: granted(a, GranteePrincipal=f"{ROOT[:-4]}user/nobody"),
        "InvalidArnException",
        f"ARN does not refer to a valid principal: {ROOT[:-4]}user/nobody",
    ),
    (
        lambda a: granted(
            a,
            Constraints={
                "EncryptionContextSubset": {"a": "1"},
                "EncryptionContextEquals": {"a": "1"},
            },
        ),
        VALIDATION,
        "More than one constraint supplied",
    ),
    (
        lambda a: granted(a, rsa(a), **subset(a="1")),
        VALIDATION,
        "An encryption context grant constraint needs a symmetric encryption KMS key.",
    ),
    (
        lambda a: granted(a, **subset(**dict.fromkeys("abcdefghi", "1"))),
        VALIDATION,
        "EncryptionContextSubset can include up to 8 encryption context pairs.",
    ),
    (
        lambda a: granted(a, **subset(a="x" * 385)),
        VALIDATION,
        "A value in EncryptionContextSubset cannot exceed 384 characters.",
    ),
    (
        lambda a: granted(a, Operations=[]),
        VALIDATION,
        constraint("", "operations", "Member must have length greater than or equal to 1"),
    ),
    (
        lambda a: granted(a, Operations=["Sign"]),
        VALIDATION,
        "Operation Sign is not valid in a grant for <key>, whose key spec is SYMMETRIC_DEFAULT "
        "and whose key usage is ENCRYPT_DECRYPT.",
    ),
    (
        lambda a: granted(a, Operations=["GetPublicKey"]),
        VALIDATION,
        "Operation GetPublicKey is not valid in a grant for <key>, whose key spec is "
        "SYMMETRIC_DEFAULT and whose key usage is ENCRYPT_DECRYPT.",
    ),
    (
        lambda a: granted(a, a.hmac()["KeyId"], Operations=["GetPublicKey"]),
        VALIDATION,
        "Operation GetPublicKey is not valid in a grant for <key>, whose key spec is HMAC_256 "
        "and whose key usage is GENERATE_VERIFY_MAC.",
    ),
    (
        lambda a: a.kms.list_grants(KeyId=new(a), GrantId="x" * 64),
        "InvalidGrantIdException",
        "",
    ),
    (
        lambda a: a.kms.revoke_grant(KeyId=new(a), GrantId="x" * 64),
        "NotFoundException",
        f"Grant ID {'x' * 64} not found",
    ),
    (
        lambda a: a.kms.retire_grant(KeyId=new(a), GrantId="x" * 64),
        "NotFoundException",
        f"Grant ID {'x' * 64} not found",
    ),
    (
        lambda a: a.kms.retire_grant(GrantId="x" * 64),
        VALIDATION,
        "Grant token OR (grant ID, key ID) must be specified",
    ),
    (lambda a: a.kms.retire_grant(GrantToken="x"), "InvalidGrantTokenException", ""),
    (
        lambda a: a.kms.encrypt(KeyId=new(a), Plaintext=b"x", GrantTokens=["x"]),
        "InvalidGrantTokenException",
        "",
    ),
]

WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}


def imported(a: Account, key_id: str, secret: bytes = b"x" * 32, **options: Any) -> Any:
    """Import key material."""
    given = a.kms.get_parameters_for_import(KeyId=key_id, **WRAPPING)
    blob = wrapped(secret, given["PublicKey"], "RSAES_OAEP_SHA_256")
    asked = {"ImportToken": given["ImportToken"], "EncryptedKeyMaterial": blob, **FOREVER}
    return a.kms.import_key_material(KeyId=key_id, **asked | options)


def with_two_materials(a: Account, *, pending: bool) -> str:
    """Return a key with two key materials, of which the second is pending, or current."""
    key_id = external(a)
    imported(a, key_id)
    imported(a, key_id, b"y" * 32, ImportType="NEW_KEY_MATERIAL")
    if not pending:
        a.kms.rotate_key_on_demand(KeyId=key_id)
    return key_id


def imported_as_another(a: Account) -> None:
    key_id = external(a)
    imported(a, key_id)
    imported(a, key_id, KeyMaterialId="0" * 64)


def imported_again_as_new(a: Account) -> None:
    key_id = external(a)
    imported(a, key_id)
    imported(a, key_id, ImportType="NEW_KEY_MATERIAL")


def imported_late(a: Account) -> None:
    key_id = external(a)
    given = a.kms.get_parameters_for_import(KeyId=key_id, **WRAPPING)
    mock_kms.advance(days=1)
    a.kms.import_key_material(
        KeyId=key_id, ImportToken=given["ImportToken"], EncryptedKeyMaterial=b"x", **FOREVER
    )


def in_days(days: float) -> dict[str, Any]:
    until = datetime.now(timezone.utc) + timedelta(days=days)
    return {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": until}


BAD_DATE = "The validTo date must be in the future, and within 365 days."
INCORRECT = "IncorrectKeyMaterialException"
IMPORTS: list[tuple[Refused, str, str]] = [
    (
        lambda a: a.kms.get_parameters_for_import(KeyId=new(a), **WRAPPING),
        UNSUPPORTED,
        "<key> origin is AWS_KMS which is not valid for this operation.",
    ),
    (
        lambda a: a.kms.delete_imported_key_material(KeyId=new(a)),
        UNSUPPORTED,
        "<key> origin is AWS_KMS which is not valid for this operation.",
    ),
    (
        lambda a: a.kms.get_parameters_for_import(
            KeyId=external(a), **WRAPPING | {"WrappingAlgorithm": "RSAES_PKCS1_V1_5"}
        ),
        UNSUPPORTED,
        "Wrapping algorithm RSAES_PKCS1_V1_5 with wrapping key spec RSA_2048 is not supported for "
        "key material of key spec SYMMETRIC_DEFAULT.",
    ),
    (
        lambda a: a.kms.get_parameters_for_import(
            KeyId=new(a, Origin="EXTERNAL", KeySpec="ECC_NIST_P521", KeyUsage="SIGN_VERIFY"),
            **WRAPPING,
        ),
        UNSUPPORTED,
        "Wrapping algorithm RSAES_OAEP_SHA_256 with wrapping key spec RSA_2048 is not supported "
        "for key material of key spec ECC_NIST_P521.",
    ),
    (
        lambda a: imported(a, external(a), ImportToken=b"x"),
        "InvalidImportTokenException",
        "",
    ),
    (imported_late, "ExpiredImportTokenException", ""),
    (
        lambda a: imported(a, external(a), EncryptedKeyMaterial=b"x"),
        "InvalidCiphertextException",
        "",
    ),
    (lambda a: imported(a, external(a), b"x" * 31), INCORRECT, ""),
    (
        lambda a: imported(a, external(a), ExpirationModel="KEY_MATERIAL_EXPIRES"),
        VALIDATION,
        "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
    ),
    (
        lambda a: imported(a, external(a), **in_days(1) | FOREVER),
        VALIDATION,
        "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
    ),
    (lambda a: imported(a, external(a), **in_days(-1)), VALIDATION, BAD_DATE),
    (lambda a: imported(a, external(a), **in_days(366)), VALIDATION, BAD_DATE),
    (
        lambda a: imported(a, external(a), ImportType="NEW_KEY_MATERIAL", KeyMaterialId="0" * 64),
        VALIDATION,
        "KeyMaterialId cannot be set if the ImportType is NEW_KEY_MATERIAL",
    ),
    (lambda a: imported(a, external(a), ImportType="EXISTING_KEY_MATERIAL"), INCORRECT, ""),
    (imported_as_another, INCORRECT, ""),
    (imported_again_as_new, INCORRECT, ""),
    (
        lambda a: imported(
            a,
            with_two_materials(a, pending=True),
            b"z" * 32,
            ImportType="NEW_KEY_MATERIAL",
        ),
        STATE,
        "New key material (id: <id>) cannot be imported into KMS key <key>, because another key "
        "material (id: <id>) is pending rotation.",
    ),
    (
        imported_into_a_replica,
        UNSUPPORTED,
        "arn:aws:kms:eu-west-1:123456789012:key/<mrk> is not a multi-region primary key.",
    ),
    (
        lambda a: a.kms.delete_imported_key_material(KeyId=external(a), KeyMaterialId="0" * 64),
        "NotFoundException",
        f"Key material {'0' * 64} does not exist",
    ),
    (
        lambda a: a.kms.enable_key_rotation(KeyId=external(a)),
        UNSUPPORTED,
        "<key> origin is EXTERNAL which is not valid for this operation.",
    ),
    (
        lambda a: a.kms.rotate_key_on_demand(KeyId=with_two_materials(a, pending=False)),
        STATE,
        "No available key material pending rotation for the key: <key>.",
    ),
]


def primary(a: Account, *regions: str) -> str:
    key_id = new(a, MultiRegion=True)
    for region in regions:
        a.kms.replicate_key(KeyId=key_id, ReplicaRegion=region)
    return key_id


def rotated(a: Account, times: int) -> None:
    key_id = new(a)
    for _ in range(times):
        a.kms.rotate_key_on_demand(KeyId=key_id)


def rotated_as_a_replica(a: Account) -> None:
    key_id = primary(a, "eu-west-1")
    a.clients.in_region("eu-west-1").kms.enable_key_rotation(KeyId=key_id)


def rotated_too_soon(a: Account) -> None:
    key_id = new(a)
    a.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    mock_kms.advance(days=90 - 19 / (24 * 60))
    a.kms.rotate_key_on_demand(KeyId=key_id)


NOT_PRIMARY = "<key> is not a multi-region primary key."
REGIONS: list[tuple[Refused, str, str]] = [
    (
        lambda a: a.kms.replicate_key(KeyId=new(a), ReplicaRegion="eu-west-1"),
        UNSUPPORTED,
        NOT_PRIMARY,
    ),
    (
        lambda a: a.kms.replicate_key(KeyId=primary(a), ReplicaRegion="mars-north-1"),
        UNSUPPORTED,
        "mars-north-1 is not a Region in which <key> can have a related key.",
    ),
    (
        lambda a: a.kms.replicate_key(KeyId=primary(a), ReplicaRegion="cn-north-1"),
        UNSUPPORTED,
        "cn-north-1 is not a Region in which <key> can have a related key.",
    ),
    (
        lambda a: primary(a, "eu-west-1", "eu-west-1"),
        "AlreadyExistsException",
        "A replica of <key> already exists in eu-west-1.",
    ),
    (
        lambda a: a.kms.update_primary_region(KeyId=primary(a), PrimaryRegion="eu-west-1"),
        "NotFoundException",
        "Key 'arn:aws:kms:eu-west-1:123456789012:key/<mrk>' does not exist",
    ),
    (
        lambda a: a.kms.enable_key_rotation(KeyId=signing(a)),
        UNSUPPORTED,
        "<key> is not a symmetric key.",
    ),
    (
        rotated_as_a_replica,
        UNSUPPORTED,
        "arn:aws:kms:eu-west-1:123456789012:key/<mrk> is not a multi-region primary key.",
    ),
    (
        rotated_too_soon,
        "ConflictException",
        "An automatic rotation of <key> begins within the next 20 minutes.",
    ),
    (
        lambda a: rotated(a, 26),
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
        "rotations can be performed for this key: <key>",
    ),
]


@pytest.mark.behaviour
@pytest.mark.program  # they need no program, and one Python is enough
@pytest.mark.parametrize(
    ("call", "code", "message"),
    [*ALIASES, *CRYPTOGRAPHY, *KEYS, *TAGS, *GRANTS, *IMPORTS, *REGIONS],
)
def test_a_refusal_has_the_code_and_the_words_of_aws(
    account: Account, call: Refused, code: str, message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        call(account)
    said = raised.value.response["Error"]
    assert said["Code"] == code
    assert re.fullmatch(pattern_of(message), said.get("Message", ""))


def pattern_of(message: str) -> str:
    """Return a pattern for a message, in which the names of keys and key materials are drawn."""
    drawn = {"<key>": rf"{re.escape(KEY)}[\w-]+", "<id>": "[0-9a-f]{64}", "<mrk>": r"mrk-\w{32}"}
    return "".join(drawn.get(part) or re.escape(part) for part in re.split("(<[a-z]+>)", message))


@pytest.mark.behaviour
@pytest.mark.program
@pytest.mark.parametrize(
    "call",
    [
        lambda a: aliased(a, 50),
        lambda a: tagged(a, FIFTY[:49], tags("a")),
        lambda a: granted(a, **subset(**dict.fromkeys("abcdefgh", "x" * 384))),
        lambda a: rotated(a, 25),
        lambda a: a.kms.list_keys(Limit=1000),
        lambda a: imported(a, external(a), **in_days(364.9)),
        lambda a: imported(a, external(a), os.urandom(32)),
        lambda a: granted(a, signing(a), Operations=["GetPublicKey", "Sign"]),
        lambda a: a.kms.list_key_policies(KeyId=new(a)),
        lambda a: a.kms.encrypt(
            KeyId=rsa(a), Plaintext=b"x" * 190, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        ),
    ],
)
def test_what_is_just_within_a_limit_is_not_refused(account: Account, call: Refused) -> None:
    call(account)
