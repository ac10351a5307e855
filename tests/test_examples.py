"""The two scripts of the lab: what they cannot do, they say in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.suite import location, script

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


def error_of(clients: Clients, name: str, *arguments: str, **environment: str) -> str:
    path = location.root() / "examples" / f"{name}-passwd.py"
    shown = script.run(path, *arguments, session=clients.session, environment=environment)
    assert shown.exit_code == 1
    return shown.stderr


def test_a_password_that_is_not_utf_8_is_not_stored(clients: Clients) -> None:
    assert error_of(clients, "encrypt", "\udcff", "key").startswith("Not stored: ")


def test_a_plaintext_that_is_not_utf_8_is_not_shown(
    clients: Clients, kms: KMSClient, dynamodb: DynamoDBClient
) -> None:
    key_id = keys.create(kms).key_id
    table.create(dynamodb)
    ciphertext = kms.encrypt(KeyId=key_id, Plaintext=b"\xff")["CiphertextBlob"]
    item = {"appuser": {"S": "1"}, "userpasswd": {"B": ciphertext}}
    dynamodb.put_item(TableName=table.TABLE_NAME, Item=item)  # type: ignore[arg-type]
    assert error_of(clients, "decrypt", "1", key_id).startswith("Not decrypted: ")


@pytest.mark.parametrize(
    ("name", "says"), [("encrypt", "Not stored: "), ("decrypt", "Not decrypted: ")]
)
def test_an_endpoint_that_is_no_url_is_named(clients: Clients, name: str, says: str) -> None:
    error = error_of(clients, name, "1", "key", AWS_ENDPOINT_URL="nonsense")
    assert error == f"{says}Invalid endpoint: nonsense\n"
