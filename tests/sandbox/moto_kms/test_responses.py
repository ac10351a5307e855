"""AWS KMS in this process: what is answered to a request that moto intercepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients, connect
from kmsdemo.sandbox import clock, mock_kms
from tests.sandbox.access.callers import policy

ACCOUNT = "123456789012"


@pytest.fixture
def kms(clients: Clients) -> Any:
    caller = connect(access_key_id=ACCOUNT, secret_access_key="x", region="us-east-1")
    return caller.session.client("kms")


def sent_otherwise(kms: Any, change: Callable[[Any], None]) -> tuple[str, str]:
    """Change a request before it is sent, and return its error."""
    kms.meta.events.register("before-sign", lambda request, **_: change(request))
    with pytest.raises(ClientError) as raised:
        kms.list_keys()
    said = raised.value.response["Error"]
    return said["Code"], said.get("Message", "")


def test_an_answer_has_the_headers_of_aws_and_the_time_of_the_account(kms: Any) -> None:
    mock_kms.advance(days=30, account=ACCOUNT)
    answer = kms.list_keys()["ResponseMetadata"]
    headers = answer["HTTPHeaders"]
    assert headers["server"] == "amazon.com"
    assert headers["date"].endswith("GMT")
    assert headers["x-amzn-requestid"] == answer["RequestId"]
    ahead = datetime.fromisoformat(headers[clock.HEADER]) - clock.real_time()
    assert timedelta(days=29) < ahead < timedelta(days=31)


def test_an_operation_that_aws_does_not_have_is_unknown(kms: Any) -> None:
    def change(request: Any) -> None:
        request.headers.replace_header("X-Amz-Target", "TrentService.Fly")

    assert sent_otherwise(kms, change) == ("UnknownOperationException", "")


def test_a_body_that_is_no_json_is_refused(kms: Any) -> None:
    def change(request: Any) -> None:
        request.data = b"garbage"

    assert sent_otherwise(kms, change) == ("SerializationException", "")


@pytest.mark.parametrize(
    ("operator", "condition_key", "value"),
    [("IpAddress", "aws:SourceIp", "127.0.0.1"), ("StringLike", "aws:UserAgent", "Boto*")],
)
def test_a_policy_knows_where_a_call_comes_from(
    kms: Any, operator: str, condition_key: str, value: str
) -> None:
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    everyone = {"Principal": {"AWS": ACCOUNT}, "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "kms:DescribeKey", **everyone}
    document = policy(
        {"Effect": "Allow", "Action": "kms:*", **everyone},
        deny | {"Condition": {operator: {condition_key: value}}},
    )
    kms.put_key_policy(KeyId=key_id, Policy=document)
    with pytest.raises(ClientError, match="AccessDenied"):
        kms.describe_key(KeyId=key_id)
    assert json.loads(kms.get_key_policy(KeyId=key_id)["Policy"]) == json.loads(document)
