"""Every operation of AWS KMS that a key's state matters to, each as one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from pytest_bdd import given, parsers, then

from kmsdemo import keys
from kmsdemo.aws_errors import translate_errors
from kmsdemo.errors import KmsdemoError
from kmsdemo.keys import Key
from steps.failures import fails

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class InUse:
    """A key with all that operations need: an alias, a grant, a tag, something encrypted.

    Attributes:
        name: What the calls name the key by, where they can choose.
        other_alias: An alias of another key, which is enabled.
    """

    kms: KMSClient
    key: Key
    name: str
    alias: str
    other_alias: str
    grant_id: str
    ciphertext_blob: bytes


def put_in_use(kms: KMSClient, key: Key) -> InUse:
    other = keys.create(kms)
    (alias,), (other_alias,) = keys.aliases(kms, key.key_id), keys.aliases(kms, other.key_id)
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"secret")["CiphertextBlob"]
    grant = kms.create_grant(
        KeyId=key.key_id, GranteePrincipal=key.root_arn, Operations=["Decrypt"]
    )
    return InUse(kms, key, key.key_id, alias, other_alias, grant["GrantId"], blob)


CALLS: dict[str, Callable[[InUse], Any]] = {
    "CancelKeyDeletion": lambda u: u.kms.cancel_key_deletion(KeyId=u.name),
    "CreateAlias": lambda u: u.kms.create_alias(AliasName=keys.random_alias(), TargetKeyId=u.name),
    "CreateGrant": lambda u: u.kms.create_grant(
        KeyId=u.name, GranteePrincipal=u.key.root_arn, Operations=["Encrypt"]
    ),
    "Decrypt": lambda u: u.kms.decrypt(CiphertextBlob=u.ciphertext_blob),
    "DeleteAlias": lambda u: u.kms.delete_alias(AliasName=u.alias),
    "DescribeKey": lambda u: u.kms.describe_key(KeyId=u.name),
    "DisableKey": lambda u: u.kms.disable_key(KeyId=u.name),
    "DisableKeyRotation": lambda u: u.kms.disable_key_rotation(KeyId=u.name),
    "EnableKey": lambda u: u.kms.enable_key(KeyId=u.name),
    "EnableKeyRotation": lambda u: u.kms.enable_key_rotation(KeyId=u.name),
    "Encrypt": lambda u: u.kms.encrypt(KeyId=u.name, Plaintext=b"secret"),
    "GenerateDataKey": lambda u: u.kms.generate_data_key(KeyId=u.name, KeySpec="AES_256"),
    "GenerateDataKeyPair": lambda u: u.kms.generate_data_key_pair(
        KeyId=u.name, KeyPairSpec="ECC_NIST_P256"
    ),
    "GenerateDataKeyPairWithoutPlaintext": lambda u: u.kms.generate_data_key_pair_without_plaintext(
        KeyId=u.name, KeyPairSpec="ECC_NIST_P256"
    ),
    "GenerateDataKeyWithoutPlaintext": lambda u: u.kms.generate_data_key_without_plaintext(
        KeyId=u.name, NumberOfBytes=16
    ),
    "GetKeyPolicy": lambda u: u.kms.get_key_policy(KeyId=u.name, PolicyName="default"),
    "GetKeyRotationStatus": lambda u: u.kms.get_key_rotation_status(KeyId=u.name),
    "ListAliases": lambda u: u.kms.list_aliases(KeyId=u.name),
    "ListGrants": lambda u: u.kms.list_grants(KeyId=u.name),
    "ListKeyPolicies": lambda u: u.kms.list_key_policies(KeyId=u.name),
    "ListResourceTags": lambda u: u.kms.list_resource_tags(KeyId=u.name),
    "PutKeyPolicy": lambda u: u.kms.put_key_policy(
        KeyId=u.name, PolicyName="default", Policy=keys.policy(u.kms, u.key.key_id)
    ),
    "ReEncrypt": lambda u: u.kms.re_encrypt(
        CiphertextBlob=u.ciphertext_blob, DestinationKeyId=u.other_alias
    ),
    "RetireGrant": lambda u: u.kms.retire_grant(KeyId=u.key.arn, GrantId=u.grant_id),
    "RevokeGrant": lambda u: u.kms.revoke_grant(KeyId=u.name, GrantId=u.grant_id),
    "RotateKeyOnDemand": lambda u: u.kms.rotate_key_on_demand(KeyId=u.name),
    "ScheduleKeyDeletion": lambda u: u.kms.schedule_key_deletion(KeyId=u.name),
    "TagResource": lambda u: u.kms.tag_resource(
        KeyId=u.name, Tags=[{"TagKey": "team", "TagValue": "blue"}]
    ),
    "UntagResource": lambda u: u.kms.untag_resource(KeyId=u.name, TagKeys=["kmsdemo"]),
    "UpdateAlias": lambda u: u.kms.update_alias(AliasName=u.other_alias, TargetKeyId=u.name),
    "UpdateKeyDescription": lambda u: u.kms.update_key_description(
        KeyId=u.name, Description="changed"
    ),
}


@pytest.fixture
def in_use(kms: KMSClient) -> InUse:
    """A new key, with all that operations need."""
    return put_in_use(kms, keys.create(kms))


@given("a key in use", target_fixture="key")
def key_in_use(in_use: InUse) -> Key:
    return in_use.key


@then(parsers.parse("the operation {operation} succeeds"))
def operation_succeeds(in_use: InUse, operation: str) -> None:
    CALLS[operation](in_use)


@then(fails("the operation {operation}"))
def operation_fails(in_use: InUse, operation: str, error: type[KmsdemoError]) -> None:
    with pytest.raises(error), translate_errors(key_id=in_use.key.key_id):
        CALLS[operation](in_use)
