"""Accounts of learners, each in one state, and the findings of the check in them.

``python -m … `` prepares and checks each account, and prints the findings as JSON.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import botocore.session

from kmsdemo import keys, table
from kmsdemo.account import environment
from kmsdemo.account.clients import Clients, connect
from kmsdemo.cipher import Plain
from kmsdemo.learners import check
from kmsdemo.sandbox import mock_kms
from kmsdemo.shared_account import sessions
from kmsdemo.vault import Vault

if TYPE_CHECKING:
    from kmsdemo.keys import Key

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
PASSWORD = "correct horse battery staple"

Prepare = Callable[[Clients], object]
ACCOUNTS: dict[str, Prepare] = {}


def account(prepare: Prepare) -> Prepare:
    ACCOUNTS[prepare.__name__] = prepare
    return prepare


def ready(clients: Clients) -> Key:
    table.create(clients.dynamodb)
    return keys.create(clients.kms)


def put(clients: Clients, **attributes: Any) -> None:
    clients.dynamodb.put_item(
        TableName=table.TABLE_NAME, Item={"appuser": {"S": "12345"}, **attributes}
    )


@account
def empty(_: Clients) -> None:
    pass


@account
def key_without_alias(clients: Clients) -> None:
    clients.kms.create_key()
    table.create(clients.dynamodb)


@account
def alias_without_suffix(clients: Clients) -> None:
    table.create(clients.dynamodb)
    key_id = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    clients.kms.create_alias(AliasName="alias/demo-kms", TargetKeyId=key_id)


@account
def asymmetric_key(clients: Clients) -> None:
    made = clients.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    key_id = made["KeyMetadata"]["KeyId"]
    clients.kms.create_alias(AliasName="alias/demo-kms-1", TargetKeyId=key_id)
    table.create(clients.dynamodb)


@account
def two_keys(clients: Clients) -> None:
    ready(clients)
    keys.create(clients.kms)


@account
def partition_key_with_capitals(clients: Clients) -> None:
    keys.create(clients.kms)
    clients.dynamodb.create_table(
        TableName=table.TABLE_NAME,
        AttributeDefinitions=[{"AttributeName": "AppUser", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "AppUser", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


@account
def table_with_another_name(clients: Clients) -> None:
    keys.create(clients.kms)
    table.create(clients.dynamodb, "demo-kms2")


@account
def table_without_items(clients: Clients) -> None:
    ready(clients)


@account
def password_as_text(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"S": "cGFzc3dvcmQ="})


@account
def another_attribute(clients: Clients) -> None:
    ready(clients)
    put(clients, userpassword={"B": b"\x01\x02"})


@account
def password_itself(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"B": PASSWORD.encode()})


@account
def password_in_base64(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"B": base64.b64encode(PASSWORD.encode())})


@account
def noise(clients: Clients) -> None:
    ready(clients)
    put(clients, userpasswd={"B": bytes(range(128, 240))})


@account
def another_key(clients: Clients) -> None:
    ready(clients)
    other = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    put(clients, userpasswd={"B": Plain(clients.kms, other).encrypt(PASSWORD, "12345")})


@account
def encrypted(clients: Clients) -> Key:
    key = ready(clients)
    Vault(clients.kms, clients.dynamodb, key.key_id).store(PASSWORD)
    Vault(clients.kms, clients.dynamodb, key.key_id, cipher=Plain).store(PASSWORD)
    return key


@account
def disabled(clients: Clients) -> None:
    keys.disable(clients.kms, encrypted_key(clients))


@account
def thirty_days(clients: Clients) -> None:
    keys.schedule_deletion(clients.kms, encrypted_key(clients))


@account
def seven_days(clients: Clients) -> None:
    keys.schedule_deletion(clients.kms, encrypted_key(clients), waiting_period_days=7)


@account
def cleaned_up(clients: Clients) -> None:
    seven_days(clients)
    table.delete(clients.dynamodb)


def encrypted_key(clients: Clients) -> str:
    key = ready(clients)
    Vault(clients.kms, clients.dynamodb, key.key_id).store(PASSWORD)
    return key.key_id


def main() -> None:
    """Check each account; print the findings and the operations that the check called."""
    operations: set[str] = set()
    found = {}

    def note(session: botocore.session.Session) -> None:
        session.register("before-call", called)

    def called(**event: Any) -> None:
        operations.add(event["model"].name)

    with environment.isolated(VARIABLES), mock_kms() as sandbox:
        for name, prepare in ACCOUNTS.items():
            sandbox.empty()
            prepare(connect())
            with sessions.initializer(note):
                findings = check.check_account()
            found[name] = [
                (one.requirement, one.verdict, one.actual, one.next_step) for one in findings
            ]
    print(json.dumps({"found": found, "operations": sorted(operations)}))


if __name__ == "__main__":
    main()
