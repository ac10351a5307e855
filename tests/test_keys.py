"""Keys, where the features do not reach: failures, parameters and error responses."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import ANY, Stubber

from kmsdemo import errors, key_policy, keys
from kmsdemo.keys import Key
from tests import faults
from tests.fake_endpoint import PAUSE
from tests.faults import Fault, Faults, answer_lost

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

ARN = "arn:aws:kms:us-east-1:123456789012:key/k"
ROOT = "arn:aws:iam::123456789012:root"


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
        parameters = {"KeyId": "k", "PendingWindowInDays": 7}
        aws.add_response(
            "schedule_key_deletion", {"DeletionDate": datetime(2026, 12, 1)}, parameters
        )
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
    with answers_get_lost.into(kms), pytest.raises(errors.KeyMaybeCreated) as raised:
        keys.create(kms)
    assert "closed before" in raised.value.reason
    assert len(keys.key_ids(kms)) == 1


@pytest.mark.parametrize(
    ("operation", "called", "change"),
    [
        (lambda kms: keys.enable(kms, "k"), "enable_key", "is enabled"),
        (lambda kms: keys.disable(kms, "k"), "disable_key", "is disabled"),
        (lambda kms: put_own_policy(kms, "k"), "put_key_policy", "has its new key policy"),
        (
            lambda kms: keys.schedule_deletion(kms, "k"),
            "schedule_key_deletion",
            "is pending deletion",
        ),
        (
            lambda kms: keys.cancel_deletion(kms, "k"),
            "cancel_key_deletion",
            "is no longer pending deletion",
        ),
        (
            lambda kms: replicate_to_ireland(kms, "k"),
            "replicate_key",
            "has a replica in eu-west-1",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_lost_answer_says_what_may_be_done_to_the_key(
    kms: KMSClient, monkeypatch: pytest.MonkeyPatch, operation: Any, called: str, change: str
) -> None:
    monkeypatch.setattr(kms, called, answer_lost)
    with pytest.raises(errors.MaybeDone) as raised:
        operation(kms)
    said = (raised.value.change, raised.value.look)
    assert said == (f"the KMS key k {change}", "kmsdemo describe --key-id k")


def test_a_lost_answer_says_that_the_alias_may_be_deleted(
    kms: KMSClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kms, "delete_alias", answer_lost)
    with pytest.raises(errors.MaybeDone) as raised:
        keys.delete_aliases(kms, ["alias/a"])
    said = (raised.value.change, raised.value.look)
    assert said == ("alias/a is deleted", "kmsdemo describe --key-id alias/a")


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


def test_an_alias_of_the_lab_has_eight_random_digits() -> None:
    made = {keys.random_alias() for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch("alias/demo-kms-[0-9a-f]{8}", alias) for alias in made)


def replicate_to_ireland(kms: KMSClient, key_id: str) -> Key:
    return keys.replicate(kms, key_id, "eu-west-1")


def put_own_policy(kms: KMSClient, key_id: str) -> None:
    keys.put_policy(kms, key_id, key_policy.for_principals(ROOT))


READ = (keys.describe, keys.aliases, keys.policy, keys.tags, keys.replica_regions)
CHANGE = (
    *(keys.disable, keys.enable, keys.schedule_deletion, keys.cancel_deletion),
    *(put_own_policy, replicate_to_ireland),
)


@pytest.mark.parametrize("operation", [*READ, *CHANGE])
def test_an_error_names_the_alias_that_does_not_exist(kms: KMSClient, operation: Any) -> None:
    with pytest.raises(errors.KeyNotFound) as raised:
        operation(kms, "alias/nothing")
    assert raised.value.key_id == "alias/nothing"


def test_an_error_names_the_alias_that_cannot_be_deleted(kms: KMSClient) -> None:
    with pytest.raises(errors.KeyNotFound) as raised:
        keys.delete_aliases(kms, ["alias/nothing"])
    assert raised.value.key_id == "alias/nothing"


def test_an_error_names_the_alias_that_is_taken(kms: KMSClient) -> None:
    keys.create(kms, alias="demo-kms-a")
    with pytest.raises(errors.AliasTaken, match="alias/demo-kms-a"):
        keys.create(kms, alias="demo-kms-a")


@pytest.mark.parametrize(
    ("call", "operation", "named"),
    [(keys.create, "create_key", "the new key"), (keys.key_ids, "list_keys", "this account")],
    ids=["create", "list"],
)
def test_an_error_without_a_key_says_what_was_tried(
    kms: KMSClient, call: Any, operation: str, named: str
) -> None:
    with Stubber(kms) as aws:
        aws.add_client_error(operation, "NotFoundException")
        with pytest.raises(errors.KeyNotFound) as raised:
            call(kms)
    assert raised.value.key_id == named


# ------------------------------------------------------------------------- names of a key


@pytest.fixture
def key(kms: KMSClient) -> Key:
    """A multi-Region key."""
    return keys.create(kms, tags={"team": "blue"}, multi_region=True)


@pytest.fixture(params=["key id", "key ARN", "alias", "alias ARN"])
def name(request: pytest.FixtureRequest, kms: KMSClient, key: Key) -> str:
    """Each name of the key."""
    (alias,) = keys.aliases(kms, key.key_id)
    names = {"key id": key.key_id, "key ARN": key.arn, "alias": alias}
    return names.get(request.param, key.arn.replace(f"key/{key.key_id}", alias))


@pytest.mark.parametrize("operation", READ)
def test_every_name_of_a_key_finds_it(kms: KMSClient, key: Key, name: str, operation: Any) -> None:
    keys.replicate(kms, key.key_id, "eu-west-1")
    found = operation(kms, name)
    assert found == operation(kms, key.key_id)
    assert found


def test_a_key_is_disabled_and_enabled_by_every_name(kms: KMSClient, key: Key, name: str) -> None:
    keys.disable(kms, name)
    assert keys.describe(kms, key.key_id).state == "Disabled"
    keys.enable(kms, name)
    assert keys.describe(kms, key.key_id).state == "Enabled"


def test_a_key_is_pending_deletion_and_saved_by_every_name(
    kms: KMSClient, key: Key, name: str
) -> None:
    deletion_date = keys.schedule_deletion(kms, name, waiting_period_days=7)
    pending = keys.describe(kms, key.key_id)
    assert (pending.state, pending.deletion_date) == ("PendingDeletion", deletion_date)
    keys.cancel_deletion(kms, name)
    assert keys.describe(kms, key.key_id).state == "Disabled"


def test_a_key_gets_a_policy_by_every_name(kms: KMSClient, key: Key, name: str) -> None:
    put_own_policy(kms, name)
    assert keys.policy(kms, key.key_id) == key_policy.for_principals(ROOT)


def test_a_key_is_replicated_by_every_name(kms: KMSClient, key: Key, name: str) -> None:
    replica = replicate_to_ireland(kms, name)
    assert replica.arn == key.arn.replace("us-east-1", "eu-west-1")
    assert keys.replica_regions(kms, key.key_id) == ["eu-west-1"]


def test_the_ids_of_all_keys_are_those_of_every_page(kms: KMSClient) -> None:
    created = {keys.create(kms).key_id for _ in range(101)}
    assert set(keys.key_ids(kms)) == created


def test_a_key_that_is_not_multi_region_has_no_replicas(kms: KMSClient) -> None:
    assert keys.replica_regions(kms, keys.create(kms).key_id) == []


def test_aliases_are_deleted_and_the_key_stays(kms: KMSClient, key: Key) -> None:
    keys.delete_aliases(kms, keys.aliases(kms, key.key_id))
    assert keys.aliases(kms, key.key_id) == []
    assert keys.describe(kms, key.key_id) == key


def test_a_key_has_its_administrators_and_its_users(kms: KMSClient, iam: IAMClient) -> None:
    anna, ben = (iam.create_user(UserName=name)["User"]["Arn"] for name in ("anna", "ben"))
    key = keys.create(kms, administrators=[anna], users=[ben])
    wanted = key_policy.for_principals(ROOT, administrators=[anna], users=[ben])
    assert keys.policy(kms, key.key_id) == wanted


@pytest.mark.parametrize("who", ["administrators", "users"])
def test_a_key_has_the_policy_of_its_own_principals_only(
    kms: KMSClient, iam: IAMClient, who: str
) -> None:
    ben, anna = (iam.create_user(UserName=name)["User"]["Arn"] for name in ("ben", "anna"))
    principals: Any = {who: [ben]}
    others: list[Any] = [{who: [anna]}, {"administrators": [ben], "users": [ben]}, {}]
    key = keys.create(kms, **principals)
    assert keys.has_policy_for(kms, key, **principals)
    assert not any(keys.has_policy_for(kms, key, **other) for other in others)


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


@pytest.mark.parametrize(("days", "words"), [(1, "1 day is not"), (6, "6 days is not")])
def test_an_error_names_the_invalid_waiting_period(kms: KMSClient, days: int, words: str) -> None:
    with Stubber(kms) as aws:
        aws.add_client_error("schedule_key_deletion", "ValidationException")
        with pytest.raises(errors.InvalidWaitingPeriod, match=f"^{words} a valid") as raised:
            keys.schedule_deletion(kms, "k", waiting_period_days=days)
    assert raised.value.key_id == "k"


def test_another_error_of_scheduling_is_not_about_the_waiting_period(kms: KMSClient) -> None:
    with Stubber(kms) as aws:
        aws.add_client_error("schedule_key_deletion", "KMSInternalException")
        with pytest.raises(errors.AwsUnavailable, match="KMSInternal"):
            keys.schedule_deletion(kms, "k")


def test_what_aws_does_not_say_of_a_key_is_empty(kms: KMSClient) -> None:
    created = datetime(2026, 11, 24, tzinfo=timezone.utc)
    said: Any = {"KeyId": "k", "Arn": ARN, "KeyState": "Creating", "CreationDate": created}
    with Stubber(kms) as aws:
        aws.add_response("describe_key", {"KeyMetadata": said})
        found = keys.describe(kms, "k")
    assert found == Key("k", ARN, "Creating", "", "", "", created, None)


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
        key = keys.create(kms, alias="a", description="d")
    assert (key.arn, key.spec, key.usage) == (ARN, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
