"""Keys, key policies, lists of keys and custom key stores that AWS KMS refuses."""

from __future__ import annotations

from typing import Any

from tests.sandbox.kms.refusals.refused import UNSUPPORTED, VALIDATION, Refusal, constraint, new
from tests.sandbox.kms.test_recorded import Account

STORE = {"CustomKeyStoreName": "mine"}


def manage_store(a: Account) -> Any:
    return a.kms.connect_custom_key_store(CustomKeyStoreId="cks-1")


NO_STORE = "Custom key store '{}' does not exist. The sandbox has no custom key stores."
KEYS: list[Refusal] = [
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
        "The sandbox cannot reach an external key store proxy.",
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
