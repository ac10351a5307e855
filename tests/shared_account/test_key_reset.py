"""A used key becomes as a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmsdemo import errors, key_policy, keys
from kmsdemo.keys import Key
from kmsdemo.shared_account.key_reset import prepare_reset

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@pytest.fixture
def used(kms: KMSClient) -> Key:
    """A key that is used in every way, and has two aliases, two grants and another policy."""
    key = keys.create(kms, alias="demo-kms-1", tags={"team": "blue", "kept": "yes"})
    kms.create_alias(AliasName="alias/demo-kms-2", TargetKeyId=key.key_id)
    kms.enable_key_rotation(KeyId=key.key_id)
    for _ in range(2):
        kms.create_grant(KeyId=key.key_id, GranteePrincipal=key.root_arn, Operations=["Decrypt"])
    denied = '{"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}'
    policy = keys.policy(kms, key.key_id).replace('"Statement": [', f'"Statement": [{denied}, ')
    keys.put_policy(kms, key.key_id, policy)
    return key


def assert_is_new(kms: KMSClient, key: Key) -> None:
    assert keys.describe(kms, key.key_id).state == "Enabled"
    assert keys.policy(kms, key.key_id) == key_policy.for_principals(key.root_arn)
    assert keys.aliases(kms, key.key_id) == []
    assert keys.tags(kms, key.key_id) == {"kept": "yes"}
    assert kms.list_grants(KeyId=key.key_id)["Grants"] == []
    assert not kms.get_key_rotation_status(KeyId=key.key_id)["KeyRotationEnabled"]


@pytest.mark.parametrize("end", ["disable", "schedule_deletion", "keep"])
def test_whatever_its_state_it_becomes_new(kms: KMSClient, used: Key, end: str) -> None:
    if end != "keep":
        getattr(keys, end)(kms, used.key_id)
    prepare_reset(kms, used.key_id, keeping=["kept"])()
    assert_is_new(kms, used)


def test_reading_it_changes_nothing(kms: KMSClient, used: Key) -> None:
    prepare_reset(kms, used.key_id)
    assert len(keys.aliases(kms, used.key_id)) == 2
    assert len(kms.list_grants(KeyId=used.key_id)["Grants"]) == 2


def test_without_names_to_keep_no_tag_is_left(kms: KMSClient, used: Key) -> None:
    prepare_reset(kms, used.key_id)()
    assert keys.tags(kms, used.key_id) == {}
    prepare_reset(kms, used.key_id)()  # again, with nothing to remove


def test_a_key_that_is_not_there_is_named(kms: KMSClient) -> None:
    with pytest.raises(errors.KeyNotFound):
        prepare_reset(kms, "12345678-1234-1234-1234-123456789012")
