"""What the console reads of an account: keys, tables and items."""

from __future__ import annotations

from kmsdemo import key_policy, keys, table
from kmsdemo.account.clients import Clients
from kmsdemo.console.account_view import AccountView, AttributeValue, ItemView, read_account
from kmsdemo.errors import TableNotFound, Throttled
from tests.learners import accounts


def test_an_empty_account_has_nothing_and_no_error(clients: Clients) -> None:
    assert read_account(clients) == AccountView()


def test_a_key_has_its_aliases_and_its_policy_in_words(clients: Clients) -> None:
    key = keys.create(clients.kms, alias="demo-kms-1")
    (view,) = read_account(clients).keys
    assert (view.key, view.aliases) == (key, ["alias/demo-kms-1"])
    assert view.policy == key_policy.in_words(keys.policy(clients.kms, key.key_id))


def test_an_item_has_each_attribute_with_its_type(clients: Clients) -> None:
    table.create(clients.dynamodb)
    accounts.put(
        clients, userpasswd={"B": b"cipher"}, pin={"B": b"x"}, name={"S": "Anna"}, age={"N": "7"}
    )
    view = read_account(clients)
    assert [one.name for one in view.tables] == [table.TABLE_NAME]
    assert view.items == [
        ItemView(
            "12345",
            {
                "userpasswd": AttributeValue("Y2lwaGVy", "binary data, 6 bytes"),
                "pin": AttributeValue("eA==", "binary data, 1 byte"),
                "name": AttributeValue("Anna", "string"),
                "age": AttributeValue("7", "type N"),
            },
        )
    ]


def test_other_tables_are_named(clients: Clients) -> None:
    table.create(clients.dynamodb, "another")
    view = read_account(clients)
    assert (view.tables, view.items, view.other_tables) == ([], [], ["another"])


def test_what_cannot_be_read_is_kept_as_a_sentence() -> None:
    def refuse(error: Exception) -> list[str]:
        raise error

    view = AccountView()
    assert view.read(refuse, Throttled("ListKeys")) == []
    assert view.read(refuse, TableNotFound("demo-kms")) == []
    assert view.read(lambda one: [one], "read") == ["read"]
    assert view.errors == [Throttled("ListKeys").what]
