"""The sandbox in moto: what is replaced, and what is recorded of calls in this process."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import moto.core.responses
import pytest
from botocore.exceptions import ClientError
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import BaseResponse
from moto.core.serialize import AttributePicker
from moto.kms.models import kms_backends

from kmsdemo.account.clients import Clients, connect
from kmsdemo.sandbox import moto_hook
from kmsdemo.sandbox.moto_hook import HOOK
from kmsdemo.sandbox.moto_kms.models import KmsBackend
from kmsdemo.sandbox.trail import history

ACCOUNT = "123456789012"


@pytest.fixture
def root(clients: Clients) -> Clients:
    """The root user of an account, in this process."""
    return connect(access_key_id=ACCOUNT, secret_access_key="x", region="eu-west-1")


@pytest.mark.parametrize(
    ("owner", "name", "ours"),
    [
        (BaseResponse, "_dispatch", moto_hook._dispatch),
        (CloudTrailResponse, "lookup_events", moto_hook._lookup_events),
        (moto.core.responses, "method_names_from_class", moto_hook._method_names),
        (moto.core.responses, "gen_amzn_requestid_long", moto_hook._request_id),
        (AttributePicker, "__call__", moto_hook._attribute),
        (kms_backends, "backend", KmsBackend),
    ],
)
def test_a_running_sandbox_takes_the_place_of_what_differs_from_aws(
    clients: Clients, owner: Any, name: str, ours: Any
) -> None:
    assert getattr(owner, name) is ours


def test_another_user_of_the_hook_installs_and_removes_nothing(clients: Clients) -> None:
    assert HOOK.install() is False
    HOOK.remove()
    assert BaseResponse._dispatch is moto_hook._dispatch


@pytest.mark.parametrize(
    ("service", "call", "event_name", "parameters", "region"),
    [
        ("kms", lambda c: c.list_keys(Limit=3), "ListKeys", {"limit": 3}, "eu-west-1"),
        ("dynamodb", lambda c: c.list_tables(Limit=3), "ListTables", {"limit": 3}, "eu-west-1"),
        ("iam", lambda c: c.list_users(MaxItems=3), "ListUsers", {"maxItems": 3}, "us-east-1"),
        ("cloudtrail", lambda c: c.lookup_events(), "LookupEvents", None, "eu-west-1"),
    ],
)
def test_a_call_is_recorded_once_with_what_its_answer_says(
    root: Clients, service: str, call: Any, event_name: str, parameters: Any, region: str
) -> None:
    answer = call(getattr(root, service))
    (event,) = history.newest_first(ACCOUNT)
    assert (event["eventName"], event["requestParameters"]) == (event_name, parameters)
    assert event["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert (event["sourceIPAddress"], event["awsRegion"]) == ("127.0.0.1", region)
    assert event["userAgent"].startswith("Botocore")
    assert "errorCode" not in event


def test_a_refused_call_is_recorded_with_its_error(root: Clients) -> None:
    with pytest.raises(ClientError):
        root.dynamodb.describe_table(TableName="none")
    (event,) = history.newest_first(ACCOUNT)
    assert event["errorCode"] == "ResourceNotFoundException"


def test_a_call_that_uses_a_key_is_recorded_with_the_key(root: Clients) -> None:
    key = root.kms.create_key()["KeyMetadata"]
    root.kms.describe_key(KeyId=key["KeyId"])
    event = next(iter(history.newest_first(ACCOUNT)))
    assert [one["ARN"] for one in event["resources"]] == [key["Arn"]]


def test_a_call_of_nobody_is_not_recorded(clients: Clients) -> None:
    nobody = connect(
        access_key_id="AKIAIOSFODNN7EXAMPLF", secret_access_key="x", region="us-east-1"
    )
    with pytest.raises(ClientError):
        nobody.dynamodb.list_tables()
    assert history.accounts() == []


def test_who_may_not_look_up_is_refused_with_the_status_of_aws(root: Clients) -> None:
    with pytest.raises(ClientError) as raised:
        root.cloudtrail.lookup_events(MaxResults=50, NextToken="x")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert raised.value.response["Error"]["Code"] == "InvalidNextTokenException"


STRUCTURE = SimpleNamespace(type_name="structure", members={"A": 1, "B": 2})


@pytest.mark.parametrize(
    ("obj", "parent", "is_named_so"),
    [
        ({"A": 1}, STRUCTURE, True),
        ({"A": 1, "B": 2}, STRUCTURE, True),
        ({}, STRUCTURE, True),
        ({"a": 1}, STRUCTURE, False),
        ([], STRUCTURE, False),
        ({"A": 1}, SimpleNamespace(type_name="list", members={"A": 1}), False),
        ({"A": 1}, None, False),
    ],
)
def test_a_member_is_read_at_once_where_all_names_are_those_of_the_model(
    obj: Any, parent: Any, is_named_so: bool
) -> None:
    context: Any = SimpleNamespace(obj=obj, shape=SimpleNamespace(parent=parent))
    assert moto_hook._has_model_names(context) is is_named_so
