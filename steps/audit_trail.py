"""The audit trail: who used the key, and what it does not record."""

from __future__ import annotations

import base64

import pytest
from pytest_bdd import then

from kmsdemo import audit_trail
from kmsdemo.account.clients import Clients
from kmsdemo.audit_trail import Event
from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.keys import Key
from steps.passwords import StoredPassword


@pytest.fixture
def caller_arn(clients: Clients) -> str:
    """Who I am."""
    return clients.sts.get_caller_identity()["Arn"]


def events_of_key(clients: Clients, key: Key, operation: str) -> list[Event]:
    every = audit_trail.events(clients.cloudtrail, key.arn)
    return [event for event in every if event.operation == operation]


@then("the trail shows that I decrypted the password of that user")
def decryption_is_recorded(
    clients: Clients, key: Key, caller_arn: str, stored: StoredPassword
) -> None:
    (event,) = events_of_key(clients, key, "Decrypt")
    assert (event.caller_arn, event.error_code) == (caller_arn, "")
    assert event.encryption_context["appuser"] == stored.appuser


@then("the trail shows a decryption that failed because the key is disabled")
def refused_decryption_is_recorded(clients: Clients, key: Key, caller_arn: str) -> None:
    (event,) = events_of_key(clients, key, "Decrypt")
    assert (event.caller_arn, event.error_code) == (caller_arn, "DisabledException")


@then("the trail shows that AWS KMS deleted the key")
def deletion_is_recorded(clients: Clients, key: Key) -> None:
    (event,) = events_of_key(clients, key, "DeleteKey")
    assert event.caller_arn == ""


@then("the trail shows that I encrypted a password with it")
def encryption_is_recorded(
    clients: Clients, key: Key, caller_arn: str, stored: StoredPassword
) -> None:
    (event,) = events_of_key(clients, key, "Encrypt")
    assert event.caller_arn == caller_arn
    assert event.encryption_context["appuser"] == stored.appuser


@then("neither the password nor the ciphertext is in the trail")
def nothing_secret_is_recorded(
    clients: Clients, key: Key, stored: StoredPassword, ciphertext_blob: bytes
) -> None:
    records = "\n".join(one.record for one in audit_trail.events(clients.cloudtrail, key.arn))
    assert "Encrypt" in records
    assert encodings_that_show(stored.password, records.encode()) == []
    assert base64.b64encode(ciphertext_blob).decode() not in records


@then("the trail shows that I created the table")
def creation_is_recorded(clients: Clients, table_name: str, caller_arn: str) -> None:
    events = audit_trail.events(clients.cloudtrail, table_name)
    assert ("CreateTable", caller_arn) in {(one.operation, one.caller_arn) for one in events}


@then("the trail does not show that I read the item")
def reading_is_not_recorded(clients: Clients, table_name: str) -> None:
    events = audit_trail.events(clients.cloudtrail, table_name)
    assert "GetItem" not in {one.operation for one in events}
