"""The guard of a run: which calls it lets through, and what it tags and records."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.hooks import HierarchicalEmitter

from kmsdemo.account.clients import Clients
from kmsdemo.shared_account.errors import NotOfThisRun
from kmsdemo.shared_account.run import Run

ARN = "arn:aws:kms:us-east-1:123456789012:"


class Calls:
    """A run, and calls in botocore's events."""

    def __init__(self, clients: Clients) -> None:
        self.run = Run()
        self._events = HierarchicalEmitter()
        self.run.register_handlers(self._events)  # type: ignore[arg-type]
        self._clients = clients

    def call(self, operation: str, answer: dict[str, Any] | None = None, **params: Any) -> Any:
        """Make a call that AWS answers so, and return its parameters as they are sent."""
        client = next(
            client
            for client in (self._clients.kms, self._clients.dynamodb, self._clients.iam)
            if operation in client.meta.service_model.operation_names
        )
        service, context = client.meta.service_model.service_name, dict[str, Any]()
        model = client.meta.service_model.operation_model(operation)
        event = {"params": params, "model": model, "context": context}
        self._events.emit(f"before-parameter-build.{service}.{operation}", **event)
        done = {"parsed": answer or {}, "model": model, "context": context}
        self._events.emit(f"after-call.{service}.{operation}", **done)
        return params

    def create_key(self, key_id: str = "mine") -> Any:
        return self.call("CreateKey", {"KeyMetadata": {"KeyId": key_id}})


@pytest.fixture
def calls(clients: Clients) -> Calls:
    """A run that created a key with an alias."""
    calls = Calls(clients)
    calls.create_key()
    calls.call("CreateAlias", AliasName="alias/mine", TargetKeyId="mine")
    return calls


@pytest.mark.parametrize("name", ["mine", f"{ARN}key/mine", "alias/mine", f"{ARN}alias/mine"])
def test_what_it_created_it_may_change_by_any_name(calls: Calls, name: str) -> None:
    calls.call("DisableKey", KeyId=name)


@pytest.mark.parametrize("name", ["other", f"{ARN}key/other", "alias/other", f"{ARN}alias/other"])
def test_what_others_created_it_may_only_read(calls: Calls, name: str) -> None:
    calls.call("DescribeKey", KeyId=name)
    with pytest.raises(NotOfThisRun) as raised:
        calls.call("DisableKey", KeyId=name)
    assert (raised.value.resource, raised.value.operation) == (name, "DisableKey")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("UpdateAlias", {"AliasName": "alias/mine", "TargetKeyId": "other"}),
        ("UpdateAlias", {"AliasName": "alias/other", "TargetKeyId": "mine"}),
        ("CreateAlias", {"AliasName": "alias/new", "TargetKeyId": "other"}),
        ("DeleteAlias", {"AliasName": "alias/other"}),
    ],
)
def test_each_name_of_a_call_must_be_its_own(
    calls: Calls, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(NotOfThisRun):
        calls.call(operation, **params)


def test_an_alias_that_aws_refused_is_not_its_own(calls: Calls) -> None:
    refused = {"Error": {"Code": "AlreadyExistsException"}}
    calls.call("CreateAlias", refused, AliasName="alias/other", TargetKeyId="mine")
    with pytest.raises(NotOfThisRun):
        calls.call("DeleteAlias", AliasName="alias/other")


def test_a_key_that_aws_refused_is_not_recorded(calls: Calls) -> None:
    calls.call("CreateKey", {"Error": {"Code": "LimitExceededException"}})
    assert calls.run.record.key_ids == ["mine"]


def test_a_key_of_the_pool_is_used_again_and_recorded_once(calls: Calls) -> None:
    calls.create_key()
    assert calls.run.key_ids == ["mine", "mine"]
    assert calls.run.record.key_ids == ["mine"]


def test_a_table_is_its_own_by_the_id_of_the_run_in_its_name(calls: Calls) -> None:
    mine = f"demo-kms-{calls.run.tags.run_id}-1"
    calls.call("PutItem", TableName=mine)
    calls.call("DescribeTable", TableName="demo-kms")
    calls.call("ListTables")


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("PutItem", {"TableName": "demo-kms"}, "demo-kms"),
        ("BatchWriteItem", {}, "a resource without a table name"),
    ],
)
def test_a_table_without_it_is_of_others(
    calls: Calls, operation: str, params: dict[str, Any], resource: str
) -> None:
    with pytest.raises(NotOfThisRun) as raised:
        calls.call(operation, **params)
    assert (raised.value.resource, raised.value.operation) == (resource, operation)


@pytest.mark.parametrize("operation", ["CreateKey", "ReplicateKey"])
def test_a_key_has_the_tags_of_the_run_and_its_own(calls: Calls, operation: str) -> None:
    own = {"TagKey": "team", "TagValue": "blue"}
    params: dict[str, Any] = {"KeyId": "mine"} if operation == "ReplicateKey" else {}
    sent = calls.call(operation, Tags=[own], **params)
    assert sent["Tags"] == [own, *calls.run.tags.for_kms()]


@pytest.mark.parametrize(
    ("operation", "params"), [("CreateTable", {"TableName": "NAME"}), ("CreateUser", {})]
)
def test_a_table_and_a_user_have_them_too(
    calls: Calls, operation: str, params: dict[str, Any]
) -> None:
    name = f"demo-kms-{calls.run.tags.run_id}"
    named: dict[str, Any] = dict.fromkeys(params, name)
    sent = calls.call(operation, **named)
    assert sent["Tags"] == calls.run.tags.for_others()
    recorded = [name] if params else []
    assert calls.run.table_names == calls.run.record.table_names == recorded
