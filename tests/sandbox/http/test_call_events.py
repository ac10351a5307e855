"""What a subscriber receives for each call."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.http import moto_services
from kmsdemo.sandbox.http.application import Application
from kmsdemo.sandbox.trail import history
from kmsdemo.sandbox.trail.records import ServedCall
from tests.sandbox.http.signed_requests import (
    ask,
    signed,
)


def test_a_subscriber_is_told_of_the_parameters_as_they_were_received(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(_: str, call: Call, *__: Any) -> tuple[int, dict[str, str], str]:
        call.parameters["Limit"] = 99
        return 200, {}, "{}"

    told: list[ServedCall] = []
    application.subscribers.append(told.append)
    monkeypatch.setattr(moto_services, "perform", change)
    ask(application, "kms", "ListKeys", b'{"Limit": 3}')
    assert (told[0].parameters, told[0].user_agent) == ({"Limit": 3}, "")


@pytest.mark.parametrize(
    ("operation", "body", "parameters", "status"),
    [
        ("ListKeys", b'{"Limit": 3}', {"Limit": 3}, 200),
        ("DescribeKey", b'{"KeyId": "alias/none"}', {"KeyId": "alias/none"}, 400),
    ],
)
def test_a_subscriber_is_told_of_a_call_with_its_answer(
    application: Application,
    operation: str,
    body: bytes,
    parameters: dict[str, Any],
    status: int,
) -> None:
    told: list[ServedCall] = []
    application.subscribers.append(told.append)
    headers = signed("kms", "eu-west-1", X_Amz_Target=f"TrentService.{operation}", User_Agent="me")
    answer = Client(application).post(
        "/", data=body, headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    (call,) = told
    assert (call.service, call.operation, call.parameters) == ("kms", operation, parameters)
    assert (call.principal.account, call.region) == ("123456789012", "eu-west-1")
    assert (call.source_ip, call.user_agent) == ("203.0.113.9", "me")
    assert call.request_id == answer.headers["x-amzn-RequestId"]
    assert (call.status, call.body) == (status, answer.get_data())
    assert [event["eventName"] for event in history.newest_first("123456789012")] == [operation]


def test_a_subscriber_is_told_which_key_a_call_used(
    application: Application, clients: Clients
) -> None:
    told: list[ServedCall] = []
    application.subscribers.append(told.append)
    key = keys.create(clients.kms)
    ask(application, "kms", "DescribeKey", json.dumps({"KeyId": key.key_id}).encode())
    assert told[0].key_arns == [key.arn]


def test_an_answer_has_the_time_of_the_account(application: Application) -> None:
    clock.move(30, "123456789012")
    told = datetime.fromisoformat(ask(application, "kms", "ListKeys").headers[clock.HEADER])
    assert abs(told - clock.real_time() - timedelta(days=30)) < timedelta(hours=1)


def test_the_trail_of_a_region_is_looked_up_there(
    application: Application, clients: Clients
) -> None:
    clients.in_region("eu-west-1").kms.list_keys()
    clients.kms.list_aliases()
    answer = ask(application, "cloudtrail", "LookupEvents")
    found = [event["EventName"] for event in answer.get_json(force=True)["Events"]]
    assert found == ["ListAliases"]
