"""The audit trail as the library reads it."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from kmsdemo import audit_trail, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.errors import AccessDenied


def test_events_of_all_pages_come_newest_first(clients: Clients) -> None:
    key_arn = keys.create(clients.kms).arn
    for _ in range(60):
        clients.kms.describe_key(KeyId=key_arn)
    events = list(audit_trail.events(clients.cloudtrail, key_arn))
    assert len(events) == 62
    assert [events[0].operation, events[-1].operation] == ["DescribeKey", "CreateKey"]


def test_an_event_says_who_for_whom_and_how_it_ended(clients: Clients) -> None:
    key_arn = keys.create(clients.kms).arn
    keys.disable(clients.kms, key_arn)
    with pytest.raises(ClientError):
        clients.kms.encrypt(KeyId=key_arn, Plaintext=b"x", EncryptionContext={"a": "b"})
    event = next(audit_trail.events(clients.cloudtrail, key_arn))
    assert event.caller_arn == clients.sts.get_caller_identity()["Arn"]
    assert (event.operation, event.error_code) == ("Encrypt", "DisabledException")
    assert event.encryption_context == {"a": "b"}


def test_an_event_of_aws_itself_has_no_caller_and_its_whole_record(clients: Clients) -> None:
    moment = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
    record = json.dumps({"userIdentity": {"type": "AWSService"}})
    found = {"EventName": "DeleteKey", "EventTime": moment, "CloudTrailEvent": record}
    with Stubber(clients.cloudtrail) as aws:
        aws.add_response("lookup_events", {"Events": [found]})
        (event,) = audit_trail.events(clients.cloudtrail, "arn")
    assert event == audit_trail.Event("DeleteKey", moment, "", {}, "", record)


def test_a_table_is_found_by_its_name(clients: Clients) -> None:
    table.create(clients.dynamodb)
    operations = [one.operation for one in audit_trail.events(clients.cloudtrail, "demo-kms")]
    assert operations[-1] == "CreateTable"


def test_who_may_not_look_is_told_so(clients: Clients) -> None:
    clients.iam.create_user(UserName="ben")
    key = clients.iam.create_access_key(UserName="ben")["AccessKey"]
    ben = connect(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
    with pytest.raises(AccessDenied):
        list(audit_trail.events(ben.cloudtrail, "demo-kms"))
