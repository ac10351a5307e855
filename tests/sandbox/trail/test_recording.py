"""What the trail records of a call, in process and over HTTP alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.trail import history
from kmsdemo.sandbox.trail.history import OBSERVER
from kmsdemo.vault import Vault
from tests.sandbox.access.callers import OTHER_ACCOUNT, policy
from tests.sandbox.trail.events import last, records

PASSWORD = "correct horse battery staple"
CONTEXT = {"appuser": "12345"}
ACCOUNT = "123456789012"


@pytest.fixture(params=["in process", "over HTTP"])
def caller(request: pytest.FixtureRequest, clients: Clients, sandbox_url: str) -> Clients:
    """The root user of an empty account."""
    url = sandbox_url if request.param == "over HTTP" else None
    return connect(
        access_key_id=ACCOUNT, secret_access_key="x", region="us-east-1", endpoint_url=url
    )


@pytest.fixture
def key_arn(caller: Clients) -> str:
    return keys.create(caller.kms).arn


def named(clients: Clients, access_key: Mapping[str, Any], application: str = "") -> Clients:
    """Return the clients of an access key."""
    return connect(
        access_key_id=access_key["AccessKeyId"],
        secret_access_key=access_key["SecretAccessKey"],
        region="us-east-1",
        endpoint_url=clients.endpoint_url,
        application=application or None,
    )


def user(clients: Clients, name: str) -> Clients:
    """Create an IAM user without permissions, and return the user's clients."""
    clients.iam.create_user(UserName=name)
    return named(clients, clients.iam.create_access_key(UserName=name)["AccessKey"])


# --------------------------------------------------------------------------------- AWS KMS


def test_a_use_of_the_key_has_its_context_in_clear_and_no_plaintext(
    caller: Clients, key_arn: str
) -> None:
    caller.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD, EncryptionContext=CONTEXT)
    event = last(caller.cloudtrail, "Encrypt")
    assert event["requestParameters"] == {
        "keyId": key_arn,
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": CONTEXT,
    }
    assert event["responseElements"] is None


def test_a_record_has_the_fields_that_aws_documents(caller: Clients, key_arn: str) -> None:
    caller.kms.describe_key(KeyId=key_arn)
    event = dict(last(caller.cloudtrail, "DescribeKey"))
    for changing in ("eventID", "eventTime", "requestID", "userAgent"):
        assert event.pop(changing)
    assert event == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": ACCOUNT,
            "arn": f"arn:aws:iam::{ACCOUNT}:root",
            "accountId": ACCOUNT,
            "accessKeyId": ACCOUNT,
        },
        "eventSource": "kms.amazonaws.com",
        "eventName": "DescribeKey",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "requestParameters": {"keyId": key_arn},
        "responseElements": None,
        "readOnly": True,
        "resources": [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key_arn}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def test_a_new_key_is_in_the_resources_and_the_response(caller: Clients, key_arn: str) -> None:
    event = last(caller.cloudtrail, "CreateKey")
    assert event["responseElements"]["keyMetadata"]["arn"] == key_arn
    assert [one["ARN"] for one in event["resources"]] == [key_arn]
    assert event["readOnly"] is False


def test_the_key_of_an_alias_is_in_the_resources(caller: Clients, key_arn: str) -> None:
    caller.kms.create_alias(AliasName="alias/demo", TargetKeyId=key_arn)
    caller.kms.encrypt(KeyId="alias/demo", Plaintext=PASSWORD)
    event = last(caller.cloudtrail, "Encrypt")
    assert event["requestParameters"]["keyId"] == "alias/demo"
    assert [one["ARN"] for one in event["resources"]] == [key_arn]


def test_a_decryption_names_the_key_that_the_caller_did_not(caller: Clients, key_arn: str) -> None:
    blob = caller.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD)["CiphertextBlob"]
    caller.kms.decrypt(CiphertextBlob=blob)
    assert [one["ARN"] for one in last(caller.cloudtrail, "Decrypt")["resources"]] == [key_arn]


def test_a_decryption_names_the_key_material(caller: Clients, key_arn: str) -> None:
    blob = caller.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD)["CiphertextBlob"]
    material = caller.kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"]
    event = last(caller.cloudtrail, "Decrypt")
    assert event["additionalEventData"] == {"keyMaterialId": material}


def test_a_change_without_response_records_the_key(caller: Clients, key_arn: str) -> None:
    caller.kms.disable_key(KeyId=key_arn)
    assert last(caller.cloudtrail, "DisableKey")["responseElements"] == {"keyId": key_arn}


def test_a_refused_use_has_its_error(caller: Clients, key_arn: str) -> None:
    keys.disable(caller.kms, key_arn)
    with pytest.raises(ClientError):
        caller.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD)
    event = last(caller.cloudtrail, "Encrypt")
    assert event["errorCode"] == "DisabledException"
    assert event["errorMessage"] == f"{key_arn} is disabled."
    assert [one["ARN"] for one in event["resources"]] == [key_arn]


def test_who_may_not_writes_nothing_of_theirs_into_the_trail(caller: Clients, key_arn: str) -> None:
    ben = user(caller, "ben")
    with pytest.raises(ClientError):
        ben.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD, EncryptionContext=CONTEXT)
    event = last(caller.cloudtrail, "Encrypt")
    assert (event["errorCode"], event["requestParameters"]) == ("AccessDenied", None)
    assert event["userIdentity"]["userName"] == "ben"


def test_a_key_of_another_account_is_recorded_in_both(caller: Clients) -> None:
    shared = policy({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"})
    key_arn = caller.kms.create_key(Policy=shared)["KeyMetadata"]["Arn"]
    stranger = named(caller, {"AccessKeyId": OTHER_ACCOUNT, "SecretAccessKey": "x"})
    stranger.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD)
    own, seen = (last(one.cloudtrail, "Encrypt") for one in (stranger, caller))
    assert own["sharedEventID"] == seen["sharedEventID"]
    assert (own["userIdentity"]["type"], seen["userIdentity"]["type"]) == ("Root", "AWSAccount")


def test_a_deleted_key_is_recorded_as_what_aws_did(caller: Clients, key_arn: str) -> None:
    caller.kms.schedule_key_deletion(KeyId=key_arn, PendingWindowInDays=7)
    mock_kms.advance(days=8)
    event = last(caller.cloudtrail, "DeleteKey")
    assert event["eventType"] == "AwsServiceEvent"
    assert event["userIdentity"] == {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}
    assert [one["ARN"] for one in event["resources"]] == [key_arn]


@pytest.mark.parametrize(
    ("service", "operation", "region"),
    [
        ("kms", "list_keys", "eu-west-1"),
        ("dynamodb", "list_tables", "eu-west-1"),
        ("iam", "list_users", "us-east-1"),
    ],
)
def test_a_record_says_which_request_it_was_and_by_which_program(
    caller: Clients, service: str, operation: str, region: str
) -> None:
    there = caller.in_region("eu-west-1")
    answer = getattr(getattr(there, service), operation)()
    (event,) = history.newest_first(ACCOUNT)
    assert event["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert (event["awsRegion"], event["userAgent"][:8]) == (region, "Botocore")


# ------------------------------------------------------------------------- other services


def test_a_replica_is_recorded_in_its_region_as_what_aws_created(caller: Clients) -> None:
    key_id = caller.kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    caller.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    event = last(caller.in_region("eu-west-1").cloudtrail, "CreateKey")
    replica = caller.in_region("eu-west-1").kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    assert event["eventType"] == "AwsServiceEvent"
    assert [one["ARN"] for one in event["resources"]] == [replica]


def test_the_last_usage_of_a_key_is_an_event_of_its_owner(caller: Clients) -> None:
    if not hasattr(caller.kms, "get_key_last_usage"):
        pytest.skip("this version of botocore does not know GetKeyLastUsage")
    shared = policy({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"})
    key_arn = caller.kms.create_key(Policy=shared)["KeyMetadata"]["Arn"]
    stranger = named(caller, {"AccessKeyId": OTHER_ACCOUNT, "SecretAccessKey": "x"})
    stranger.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD)
    usage = caller.kms.get_key_last_usage(KeyId=key_arn)["KeyLastUsage"]
    assert usage["CloudTrailEventId"] == last(caller.cloudtrail, "Encrypt")["eventID"]


def test_the_table_is_recorded_and_its_items_are_not(caller: Clients) -> None:
    table.create(caller.dynamodb)
    caller.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "1"}})
    caller.dynamodb.get_item(TableName="demo-kms", Key={"appuser": {"S": "1"}})
    caller.dynamodb.delete_table(TableName="demo-kms")
    names = {event["eventName"] for event in records(caller.cloudtrail)}
    assert {"CreateTable", "DescribeTable", "DeleteTable"} <= names
    assert not {"PutItem", "GetItem"} & names


def test_an_access_key_is_recorded_without_its_secret(caller: Clients) -> None:
    caller.iam.create_user(UserName="ben")
    created = caller.iam.create_access_key(UserName="ben")["AccessKey"]
    event = last(caller.cloudtrail, "CreateAccessKey")
    assert event["responseElements"]["accessKey"]["accessKeyId"] == created["AccessKeyId"]
    assert created["SecretAccessKey"] not in json.dumps(event)


def test_a_refusal_has_the_name_of_the_exception(caller: Clients) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        caller.iam.get_user(UserName="nobody")
    assert last(caller.cloudtrail, "GetUser")["errorCode"] == "NoSuchEntityException"


def test_an_assumed_role_is_recorded_with_its_issuer(caller: Clients) -> None:
    trusts = policy(
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    )
    role = caller.iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=trusts)["Role"]
    session = caller.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="anna")
    assert session["Credentials"]["SecretAccessKey"] not in json.dumps(records(caller.cloudtrail))
    of_session = caller.session.__class__(
        aws_access_key_id=session["Credentials"]["AccessKeyId"],
        aws_secret_access_key=session["Credentials"]["SecretAccessKey"],
        aws_session_token=session["Credentials"]["SessionToken"],
        region_name="us-east-1",
    )
    with suppress(ClientError):
        of_session.client("kms", endpoint_url=caller.endpoint_url).list_keys()
    identity = last(caller.cloudtrail, "ListKeys")["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"].endswith(":assumed-role/auditor/anna")
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == role["Arn"]


def test_who_is_nobody_is_not_recorded(caller: Clients) -> None:
    nobody = named(caller, {"AccessKeyId": "AKIAIOSFODNN7EXAMPLF", "SecretAccessKey": "x"})
    with pytest.raises(ClientError):
        nobody.kms.list_keys()
    assert history.accounts() == []


# -------------------------------------------------------------------------------- secrets


def test_no_password_is_in_the_trail(caller: Clients, key_arn: str) -> None:
    table.create(caller.dynamodb)
    vault = Vault(caller.kms, caller.dynamodb, key_arn)
    vault.reveal(vault.store(PASSWORD))
    assert PASSWORD not in str(list(history.newest_first(ACCOUNT)))


# ------------------------------------------------------------------------ what is left out


@pytest.mark.parametrize(
    ("call", "is_recorded"),
    [
        (lambda kms, key, _: kms.describe_key(KeyId=key), False),
        (lambda kms, key, blob: kms.decrypt(KeyId=key, CiphertextBlob=blob), True),
        (lambda kms, key, _: kms.disable_key(KeyId=key), True),
    ],
)
def test_of_the_console_only_what_uses_or_changes_is_recorded(
    caller: Clients, key_arn: str, call: Callable[..., Any], is_recorded: bool
) -> None:
    blob = caller.kms.encrypt(KeyId=key_arn, Plaintext=PASSWORD)["CiphertextBlob"]
    console = named(caller, {"AccessKeyId": ACCOUNT, "SecretAccessKey": "x"}, OBSERVER)
    before = len(list(history.newest_first(ACCOUNT)))
    call(console.kms, key_arn, blob)
    assert len(list(history.newest_first(ACCOUNT))) - before == is_recorded


def test_the_trail_is_emptied_with_the_accounts(caller: Clients, key_arn: str) -> None:
    mock_kms.empty()
    assert (history.accounts(), history.count(ACCOUNT)) == ([], 0)


def test_only_the_newest_events_are_kept(caller: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_EVENTS", 2)
    for _ in range(3):
        caller.kms.list_keys()
    assert len(list(history.newest_first(ACCOUNT))) == 2
    assert history.count(ACCOUNT) == 3


def test_many_accounts_share_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the memory of a sandbox has a limit, however large its class is."""
    assert [history.most_events(accounts) for accounts in (1, 5, 20, 200)] == [
        *(20_000, 20_000, 5_000, 1_000)
    ]
