"""Scheduled deletion: keys are deleted on their date, with everything that belongs to them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import mock_kms

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

IRELAND = "eu-west-1"


@pytest.fixture
def key_id(kms: KMSClient) -> str:
    """A key."""
    return keys.create(kms, alias="demo-kms-mine").key_id


@pytest.mark.parametrize("days", [7, 30])
def test_the_deletion_date_is_exact(kms: KMSClient, key_id: str, days: int) -> None:
    before = datetime.now(timezone.utc)
    answer = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=days)
    after = datetime.now(timezone.utc)
    millisecond = timedelta(milliseconds=1)
    period = timedelta(days=days)
    assert before + period - millisecond <= answer["DeletionDate"] <= after + period + millisecond
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["DeletionDate"] == answer["DeletionDate"]
    assert answer["KeyState"] == "PendingDeletion"
    assert answer["PendingWindowInDays"] == days


def test_the_key_exists_until_its_deletion_date(kms: KMSClient, key_id: str) -> None:
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    mock_kms.advance(days=6.99)
    assert keys.describe(kms, key_id).state == "PendingDeletion"
    mock_kms.advance(days=0.02)
    with pytest.raises(ClientError, match="NotFoundException") as raised:
        kms.describe_key(KeyId=key_id)
    arn = f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"
    assert raised.value.response["Error"]["Message"] == f"Key '{arn}' does not exist"


def test_aliases_grants_and_tags_are_deleted_with_the_key(kms: KMSClient, key_id: str) -> None:
    root = "arn:aws:iam::123456789012:root"
    kms.create_grant(
        KeyId=key_id, GranteePrincipal=root, RetiringPrincipal=root, Operations=["Encrypt"]
    )
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    mock_kms.advance(days=7)
    assert kms.list_keys()["Keys"] == []
    aliases = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]
    assert "alias/demo-kms-mine" not in aliases
    assert kms.list_retirable_grants(RetiringPrincipal=root)["Grants"] == []
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.list_resource_tags(KeyId=key_id)


def test_ciphertext_cannot_be_decrypted_with_a_new_key_of_the_same_alias(
    kms: KMSClient, key_id: str
) -> None:
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    mock_kms.advance(days=7)
    keys.create(kms, alias="demo-kms-mine")
    with pytest.raises(ClientError, match="IncorrectKeyException"):
        kms.decrypt(CiphertextBlob=blob, KeyId="alias/demo-kms-mine")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*does not exist"):
        kms.decrypt(CiphertextBlob=blob)


def test_a_key_with_a_cancelled_deletion_is_not_deleted(kms: KMSClient, key_id: str) -> None:
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    answer = kms.cancel_key_deletion(KeyId=key_id)
    mock_kms.advance(days=100)
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert answer["KeyId"] == described["Arn"]
    assert (described["KeyState"], described["Enabled"]) == ("Disabled", False)
    assert "DeletionDate" not in described


def test_rotation_rests_while_pending_and_survives_a_cancelled_deletion(
    kms: KMSClient, key_id: str
) -> None:
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    kms.schedule_key_deletion(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is False
    kms.cancel_key_deletion(KeyId=key_id)
    status = kms.get_key_rotation_status(KeyId=key_id)
    assert status["KeyRotationEnabled"] is True
    assert status["RotationPeriodInDays"] == 90


def test_each_key_is_deleted_on_its_own_date(kms: KMSClient) -> None:
    first, second = keys.create(kms), keys.create(kms)
    kms.schedule_key_deletion(KeyId=second.key_id, PendingWindowInDays=20)
    kms.schedule_key_deletion(KeyId=first.key_id, PendingWindowInDays=10)
    mock_kms.advance(days=15)
    assert [key["KeyId"] for key in kms.list_keys()["Keys"]] == [second.key_id]
    mock_kms.advance(days=15)
    assert kms.list_keys()["Keys"] == []


def test_the_clock_only_moves_forward(kms: KMSClient) -> None:
    with pytest.raises(ValueError, match="forward"):
        mock_kms.advance(days=-1)


@pytest.mark.parametrize("days", [float("nan"), float("inf"), 1e300, 10**30, 365 * 7500])
def test_the_clock_stays_within_the_calendar(kms: KMSClient, days: float) -> None:
    with pytest.raises(ValueError, match="36500 days at most"):
        mock_kms.advance(days=days)
    assert keys.create(kms).state == "Enabled"


def test_a_new_key_is_created_at_the_sandboxs_time(kms: KMSClient) -> None:
    mock_kms.advance(days=100)
    in_100_days = datetime.now(timezone.utc) + timedelta(days=100)
    assert abs(keys.create(kms).creation_date - in_100_days) < timedelta(minutes=1)


# ------------------------------------------------------------------------------ multi-Region


@pytest.fixture
def primary(kms: KMSClient) -> str:
    """A multi-Region primary key with a replica in Ireland."""
    key_id = keys.create(kms, multi_region=True).key_id
    keys.replicate(kms, key_id, IRELAND)
    return key_id


@pytest.fixture
def irish_kms(clients: Clients) -> KMSClient:
    """AWS KMS in Ireland."""
    return clients.in_region(IRELAND).kms


def test_a_primary_key_with_a_replica_has_no_deletion_date(kms: KMSClient, primary: str) -> None:
    answer = kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    assert answer["KeyState"] == "PendingReplicaDeletion"
    assert "DeletionDate" not in answer
    mock_kms.advance(days=365)
    described = kms.describe_key(KeyId=primary)["KeyMetadata"]
    assert described["KeyState"] == "PendingReplicaDeletion"
    assert described["PendingDeletionWindowInDays"] == 7


def test_a_primary_key_pending_replica_deletion_cannot_be_used(
    kms: KMSClient, primary: str
) -> None:
    kms.schedule_key_deletion(KeyId=primary)
    with pytest.raises(ClientError, match="is pending replica deletion"):
        kms.encrypt(KeyId=primary, Plaintext=b"x")


def test_a_replica_decrypts_while_its_primary_key_is_pending(
    kms: KMSClient, irish_kms: KMSClient, primary: str
) -> None:
    blob = kms.encrypt(KeyId=primary, Plaintext=b"secret")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=primary)
    assert irish_kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    assert irish_kms.decrypt(CiphertextBlob=blob, KeyId=primary)["Plaintext"] == b"secret"


def test_the_waiting_period_of_a_primary_key_starts_when_its_last_replica_is_deleted(
    kms: KMSClient, irish_kms: KMSClient, primary: str
) -> None:
    kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=30)
    gone = irish_kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)["DeletionDate"]
    mock_kms.advance(days=8)
    described = kms.describe_key(KeyId=primary)["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"
    assert described["DeletionDate"] == gone + timedelta(days=30)
    mock_kms.advance(days=30)
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.describe_key(KeyId=primary)


def test_one_move_of_the_clock_deletes_the_replica_and_its_primary_key(
    kms: KMSClient, irish_kms: KMSClient, primary: str
) -> None:
    kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=30)
    irish_kms.schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    mock_kms.advance(days=38)
    assert kms.list_keys()["Keys"] == irish_kms.list_keys()["Keys"] == []


def test_the_deletion_of_a_waiting_primary_key_can_be_cancelled(
    kms: KMSClient, primary: str
) -> None:
    kms.schedule_key_deletion(KeyId=primary)
    kms.cancel_key_deletion(KeyId=primary)
    assert keys.describe(kms, primary).state == "Disabled"


def test_related_multi_region_keys_list_each_other(
    kms: KMSClient, irish_kms: KMSClient, primary: str
) -> None:
    for client, kind in ((kms, "PRIMARY"), (irish_kms, "REPLICA")):
        described = client.describe_key(KeyId=primary)["KeyMetadata"]
        configuration = described["MultiRegionConfiguration"]
        assert configuration["MultiRegionKeyType"] == kind
        assert configuration["PrimaryKey"]["Region"] == "us-east-1"
        assert [replica["Region"] for replica in configuration["ReplicaKeys"]] == [IRELAND]
        assert described["Arn"].split(":")[3] == ("us-east-1" if kind == "PRIMARY" else IRELAND)


def test_a_replica_has_its_own_state_and_description(
    kms: KMSClient, irish_kms: KMSClient, primary: str
) -> None:
    irish_kms.disable_key(KeyId=primary)
    assert keys.describe(kms, primary).state == "Enabled"
    assert keys.describe(irish_kms, primary).description == ""


@pytest.mark.parametrize("twice", [False, True])
def test_only_a_primary_key_can_be_replicated_and_once_in_each_region(
    kms: KMSClient, primary: str, twice: bool
) -> None:
    key_id = primary if twice else keys.create(kms).key_id
    code = "AlreadyExistsException" if twice else "UnsupportedOperationException"
    with pytest.raises(ClientError, match=code):
        kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND)


def test_a_replica_has_its_own_tags(kms: KMSClient, irish_kms: KMSClient) -> None:
    key_id = keys.create(kms, multi_region=True, tags={"a": "1"}).key_id
    tags: Any = [{"TagKey": "b", "TagValue": "2"}]
    kms.replicate_key(KeyId=key_id, ReplicaRegion=IRELAND, Tags=tags)
    assert keys.tags(irish_kms, key_id) == {"b": "2"}
    assert keys.tags(kms, key_id) == {"a": "1"}
