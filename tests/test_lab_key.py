"""The key of the lab: found by its alias or created, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from kmsdemo import errors, key_policy, keys, lab_key

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


def states(kms: KMSClient) -> list[str]:
    return sorted(keys.describe(kms, key["KeyId"]).state for key in kms.list_keys()["Keys"])


def test_a_key_without_an_alias_of_the_lab_is_not_found(kms: KMSClient) -> None:
    keys.create(kms, alias="something-else")
    with pytest.raises(errors.NoLabKey):
        lab_key.find(kms)


def test_the_only_lab_key_is_found_in_any_state(kms: KMSClient) -> None:
    key = keys.create(kms)
    keys.schedule_deletion(kms, key.key_id)
    assert lab_key.find(kms).key_id == key.key_id


def test_several_lab_keys_are_an_error(kms: KMSClient) -> None:
    keys.create(kms, alias="demo-kms-b")
    keys.create(kms, alias="demo-kms-a")
    with pytest.raises(errors.SeveralLabKeys):
        lab_key.ensure(kms)
    with pytest.raises(errors.SeveralLabKeys) as raised:
        lab_key.find(kms)
    assert raised.value.aliases == ("alias/demo-kms-a", "alias/demo-kms-b")
    assert "alias/demo-kms-a, alias/demo-kms-b" in raised.value.what


def test_two_aliases_of_one_key_are_one_key(kms: KMSClient) -> None:
    key = keys.create(kms)
    kms.create_alias(AliasName=keys.random_alias(), TargetKeyId=key.key_id)
    assert lab_key.find(kms).key_id == key.key_id


@pytest.mark.parametrize("pending_deletion", [False, True])
def test_a_key_pending_deletion_is_ignored_if_there_is_another(
    kms: KMSClient, pending_deletion: bool
) -> None:
    old, new = keys.create(kms), keys.create(kms)
    keys.schedule_deletion(kms, old.key_id)
    expected = old if pending_deletion else new
    assert lab_key.find(kms, pending_deletion=pending_deletion).key_id == expected.key_id


def test_a_key_is_found_by_its_name_and_without_one_by_its_alias(kms: KMSClient) -> None:
    lab, other = keys.create(kms), keys.create(kms, alias="something-else")
    assert lab_key.named(kms, "alias/something-else").key_id == other.key_id
    assert lab_key.named(kms, None).key_id == lab.key_id


@pytest.mark.parametrize("pending_deletion", [False, True])
def test_without_a_name_a_key_pending_deletion_is_found_if_it_is_wanted(
    kms: KMSClient, pending_deletion: bool
) -> None:
    old, new = keys.create(kms), keys.create(kms)
    keys.schedule_deletion(kms, old.key_id)
    found = lab_key.named(kms, None, pending_deletion=pending_deletion)
    assert found.key_id == (old if pending_deletion else new).key_id
    if not pending_deletion:
        assert lab_key.named(kms, None) == found


def test_ensure_creates_one_key_when_called_twice(kms: KMSClient) -> None:
    first, created = lab_key.ensure(kms)
    again, created_again = lab_key.ensure(kms)
    assert (created, created_again) == (True, False)
    assert first.key_id == again.key_id
    assert states(kms) == ["Enabled"]


def test_ensure_ignores_a_key_pending_deletion(kms: KMSClient) -> None:
    old, _ = lab_key.ensure(kms)
    keys.schedule_deletion(kms, old.key_id)
    new, created = lab_key.ensure(kms)
    assert created
    assert new.key_id != old.key_id
    assert states(kms) == ["Enabled", "PendingDeletion"]


def test_ensure_ignores_several_keys_pending_deletion(kms: KMSClient) -> None:
    for _ in range(2):
        keys.schedule_deletion(kms, lab_key.ensure(kms)[0].key_id)
    assert lab_key.in_use(kms) is None
    key, created = lab_key.ensure(kms)
    assert created
    assert lab_key.in_use(kms) == lab_key.find(kms) == key


def test_ensure_with_an_alias_returns_the_key_with_this_alias(kms: KMSClient) -> None:
    other = keys.create(kms)
    mine, created = lab_key.ensure(kms, alias="mine")
    assert created
    assert mine.key_id != other.key_id
    assert lab_key.ensure(kms, alias="alias/mine")[0].key_id == mine.key_id


def test_ensure_rejects_the_alias_of_a_key_pending_deletion(kms: KMSClient) -> None:
    mine, _ = lab_key.ensure(kms, alias="mine")
    keys.schedule_deletion(kms, mine.key_id)
    with pytest.raises(errors.KeyPendingDeletion) as raised:
        lab_key.ensure(kms, alias="mine")
    assert raised.value.key_id == "alias/mine"
    assert raised.value.deletion_date


def test_ensure_creates_the_key_as_it_is_told(kms: KMSClient, iam: IAMClient) -> None:
    anna, ben = (iam.create_user(UserName=name)["User"]["Arn"] for name in ("anna", "ben"))
    key, _ = lab_key.ensure(kms, description="ours", administrators=[anna], users=[ben])
    assert keys.describe(kms, key.key_id).description == "ours"
    said = key_policy.in_words(keys.policy(kms, key.key_id))
    assert said[1:] == ["anna can manage the key.", "ben can use the key."]


def test_an_error_names_the_key_that_has_its_principals_already(kms: KMSClient) -> None:
    key, _ = lab_key.ensure(kms)
    with pytest.raises(errors.LabKeyExists) as raised:
        lab_key.ensure(kms, administrators=["arn:aws:iam::123456789012:user/anna"])
    assert raised.value.key_id == key.key_id


def test_ensure_rejects_principals_for_an_existing_key(kms: KMSClient) -> None:
    key, _ = lab_key.ensure(kms)
    before = keys.policy(kms, key.key_id)
    with pytest.raises(errors.LabKeyExists):
        lab_key.ensure(kms, users=["arn:aws:iam::123456789012:user/ben"])
    assert keys.policy(kms, key.key_id) == before


@pytest.mark.parametrize("who", ["administrators", "users"])
def test_ensure_with_the_same_principals_can_be_repeated(kms: KMSClient, who: str) -> None:
    principals: Any = {who: ["arn:aws:iam::123456789012:root"]}
    key, _ = lab_key.ensure(kms, **principals)
    assert lab_key.ensure(kms, **principals) == (key, False)


def test_who_may_not_list_aliases_is_told_which_are_sought(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_client_error("list_aliases", "AccessDeniedException")
        with pytest.raises(errors.AccessDenied, match="ListAliases on alias/demo-kms- is denied"):
            lab_key.find(kms)
