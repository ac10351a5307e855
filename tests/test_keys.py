"""Keys, where the features do not reach: failures, parameters and error responses."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY, Stubber

from kmsdemo import errors, keys
from tests import faults
from tests.fake_endpoint import PAUSE
from tests.faults import Fault, Faults

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ARN = "arn:aws:kms:us-east-1:123456789012:key/k"


def metadata(state: str, **more: Any) -> dict[str, Any]:
    return {
        "KeyMetadata": {
            "KeyId": "k",
            "Arn": ARN,
            "KeyState": state,
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "Description": "",
            "CreationDate": datetime(2026, 11, 24, tzinfo=timezone.utc),
            **more,
        }
    }


def test_a_key_with_a_rejected_key_policy_is_scheduled_for_deletion(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_response("create_key", metadata("Enabled"))
        aws.add_response("create_alias", {})
        aws.add_client_error("put_key_policy", "MalformedPolicyDocumentException", "bad principal")
        doom = {"KeyId": "k", "PendingWindowInDays": 7}
        aws.add_response("schedule_key_deletion", {"DeletionDate": datetime(2026, 12, 1)}, doom)
        aws.add_response("describe_key", metadata("PendingDeletion"))
        aws.add_response("delete_alias", {})
        with pytest.raises(errors.InvalidKeyPolicy, match="bad principal"):
            keys.create(kms, administrators=["arn:aws:iam::123456789012:user/nobody"])
        aws.assert_no_pending_responses()


def test_an_error_names_the_new_key_that_could_not_be_deleted(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_response("create_key", metadata("Enabled"))
        aws.add_client_error("create_alias", "AlreadyExistsException")
        aws.add_client_error("schedule_key_deletion", "AccessDeniedException", "not you")
        with pytest.raises(errors.KeyLeftBehind, match="The new KMS key k is incomplete") as raised:
            keys.create(kms)
    assert isinstance(raised.value.__cause__, errors.AliasTaken)


def test_the_alias_of_another_key_is_kept_when_it_is_taken(kms: KMSClient) -> None:
    first = keys.create(kms, alias="demo-kms-taken")
    with pytest.raises(errors.AliasTaken):
        keys.create(kms, alias="demo-kms-taken")
    assert keys.aliases(kms, first.key_id) == ["alias/demo-kms-taken"]


# ------------------------------------------------------------- an answer that does not arrive


@pytest.fixture
def answers_get_lost(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Each call is performed, its first answer is lost, and boto3 repeats it without a pause."""
    monkeypatch.setattr(PAUSE, lambda *_: 0)
    return Faults(Fault(faults.response_lost, attempts=1, goes_on=True), at=1)


def test_a_key_is_not_created_twice(kms: KMSClient, answers_get_lost: Faults) -> None:
    with answers_get_lost.into(kms), pytest.raises(errors.KeyMaybeCreated, match="CreateKey"):
        keys.create(kms)
    assert len(keys.key_ids(kms)) == 1


def test_an_alias_that_was_created_already_is_the_keys_own(
    kms: KMSClient, answers_get_lost: Faults
) -> None:
    answers_get_lost.at = 2
    with answers_get_lost.into(kms):
        key = keys.create(kms, alias="demo-kms-mine")
    assert keys.aliases(kms, key.key_id) == ["alias/demo-kms-mine"]


def test_a_deletion_that_was_scheduled_or_cancelled_already_is_no_error(
    kms: KMSClient, answers_get_lost: Faults
) -> None:
    key_id = keys.create(kms).key_id
    with answers_get_lost.into(kms):
        assert keys.schedule_deletion(kms, key_id) == keys.describe(kms, key_id).deletion_date
        keys.cancel_deletion(kms, key_id)
    assert keys.describe(kms, key_id).state == "Disabled"


# ------------------------------------------------------------------------------------- names


def test_an_alias_is_accepted_with_and_without_its_prefix(kms: KMSClient) -> None:
    bare = keys.create(kms, alias="demo-kms-bare")
    full = keys.create(kms, alias="alias/demo-kms-full")
    assert keys.aliases(kms, bare.key_id) == ["alias/demo-kms-bare"]
    assert keys.aliases(kms, full.key_id) == ["alias/demo-kms-full"]


@pytest.mark.parametrize("operation", [keys.disable, keys.enable, keys.aliases, keys.policy])
def test_an_error_names_the_alias_that_does_not_exist(kms: KMSClient, operation: Any) -> None:
    with pytest.raises(errors.KeyNotFound) as raised:
        operation(kms, "alias/nothing")
    assert raised.value.key_id == "alias/nothing"


def test_scheduling_twice_raises_an_error_with_the_deletion_date(kms: KMSClient) -> None:
    date = datetime(2026, 12, 1, tzinfo=timezone.utc)
    with Stubber(kms) as aws:
        aws.add_client_error(
            "schedule_key_deletion", "KMSInvalidStateException", f"{ARN} is pending deletion."
        )
        aws.add_response("describe_key", metadata("PendingDeletion", DeletionDate=date))
        with pytest.raises(errors.KeyPendingDeletion) as raised:
            keys.schedule_deletion(kms, "k")
    assert raised.value.deletion_date == date


def test_an_error_names_the_invalid_waiting_period(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_client_error("schedule_key_deletion", "ValidationException")
        with pytest.raises(errors.InvalidWaitingPeriod, match="6 days is not a valid"):
            keys.schedule_deletion(kms, "k", waiting_period_days=6)


def test_another_error_of_scheduling_is_not_about_the_waiting_period(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_client_error("schedule_key_deletion", "KMSInternalException")
        with pytest.raises(errors.AwsUnavailable, match="KMSInternal"):
            keys.schedule_deletion(kms, "k")


def test_a_new_key_has_the_given_tags(kms: KMSClient) -> None:
    key = keys.create(kms, tags={"team": "blue"})
    assert keys.tags(kms, key.key_id) == {"team": "blue"}


def test_a_new_key_is_symmetric_and_for_encryption(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_response(
            "create_key",
            metadata("Enabled"),
            {
                "Description": "d",
                "KeySpec": "SYMMETRIC_DEFAULT",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "MultiRegion": False,
                "Tags": ANY,
            },
        )
        aws.add_response("create_alias", {}, {"AliasName": "alias/a", "TargetKeyId": "k"})
        assert keys.create(kms, alias="a", description="d").arn == ARN
