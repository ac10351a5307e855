"""The account as a lesson shows it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from kmsdemo import errors, keys, table
from kmsdemo.account import Account
from kmsdemo.account.clients import Clients
from kmsdemo.cipher import Plain
from kmsdemo.lesson.account_state import Fact, describe
from kmsdemo.vault import Vault
from tests.learners import accounts


def test_an_account_without_anything_has_no_key_and_no_table(account: Account) -> None:
    assert describe(account) == [Fact("key", "none"), Fact("table", "none")]


def test_a_key_has_its_aliases_and_its_state(account: Account) -> None:
    kms = account.clients.kms
    named = keys.create(kms, alias="demo-kms-1")
    kms.create_alias(AliasName="alias/demo-kms-2", TargetKeyId=named.key_id)
    pending = kms.create_key()["KeyMetadata"]["KeyId"]
    date = keys.schedule_deletion(kms, pending, waiting_period_days=7)
    facts = {fact.description for fact in describe(account) if fact.resource == "key"}
    assert facts == {
        f"{named.key_id}\nalias/demo-kms-1, alias/demo-kms-2\nEnabled",
        f"{pending}\nno alias\nPendingDeletion, deletion date {date:%Y-%m-%d}",
    }


def test_an_item_has_the_beginning_of_its_ciphertext(account: Account) -> None:
    clients = account.clients
    key = accounts.ready(clients)
    vault = Vault(clients.kms, clients.dynamodb, key.key_id, cipher=Plain)
    appuser = vault.store(accounts.PASSWORD)
    blob = vault.item(appuser).ciphertext_blob
    assert blob
    assert describe(account)[1:] == [
        Fact("table", f"{table.TABLE_NAME}, ACTIVE"),
        Fact(
            "item",
            f"appuser {appuser}  userpasswd {blob[:16].hex()}… ({len(blob)} bytes, plain)",
            f"appuser {appuser}, userpasswd {blob.hex()[:8]}… ({len(blob)} bytes)",
        ),
    ]


def test_a_table_of_another_name_is_described_with_its_items(clients: Clients) -> None:
    table.create(clients.dynamodb, "demo-kms-1")
    item: dict[str, Any] = {"appuser": {"S": "12345"}}
    clients.dynamodb.put_item(TableName="demo-kms-1", Item=item)
    account = Account(clients, list, "-1")
    assert describe(account)[1:] == [
        Fact("table", "demo-kms-1, ACTIVE"),
        Fact("item", "appuser 12345  no ciphertext"),
    ]


def test_a_ciphertext_may_be_one_byte(account: Account) -> None:
    accounts.ready(account.clients)
    accounts.put(account.clients, userpasswd={"B": b"x"})
    assert describe(account)[-1].description == "appuser 12345  userpasswd 78… (1 byte, plain)"


def test_an_item_without_ciphertext_says_so(account: Account) -> None:
    accounts.ready(account.clients)
    accounts.put(account.clients)
    assert describe(account)[-1] == Fact("item", "appuser 12345  no ciphertext")


def test_what_cannot_be_read_is_shown_with_the_reason() -> None:
    def refuse(*_: object, **__: object) -> None:
        raise errors.Throttled("ListKeys")

    clients = SimpleNamespace(kms=None, dynamodb=SimpleNamespace(describe_table=refuse))
    account = Account(clients, refuse)  # type: ignore[arg-type]
    reason = errors.Throttled("ListKeys").what
    assert describe(account) == [Fact("key", reason), Fact("table", reason)]


def test_in_a_step_a_fact_is_one_line_in_brief() -> None:
    key, item = Fact("key", "1234\nalias/a"), Fact("item", "long", "brief")
    assert [one.shortened(str.upper) for one in (key, item)] == [
        Fact("key", "1234, ALIAS/A"),
        Fact("item", "BRIEF"),
    ]
