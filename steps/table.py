"""The table: created, described, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo import table
from kmsdemo.errors import KmsdemoError, TableNotFound
from kmsdemo.table import Table
from steps.failures import fails

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from kmsdemo.account import Account


@given("the table", target_fixture="created_table")
@when("I create the table", target_fixture="created_table")
def create_table(dynamodb: DynamoDBClient, table_name: str) -> Table:
    return table.create(dynamodb, table_name)


@given(parsers.parse('a table whose partition key is "{name}"'))
def create_foreign_table(dynamodb: DynamoDBClient, table_name: str, name: str) -> None:
    dynamodb.create_table(
        TableName=table_name,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": name, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=table_name)


@given("the table is deleted")
@when("I delete the table")
def delete_table(dynamodb: DynamoDBClient, table_name: str) -> None:
    table.delete(dynamodb, table_name)


@then(parsers.parse('the table is called "{name}"'))
def table_is_called(account: Account, created_table: Table, name: str) -> None:
    assert created_table.name == account.resource_name(name)


@then("the table is active")
def table_is_active(created_table: Table) -> None:
    assert created_table.status == "ACTIVE"


@then(parsers.parse('its partition key is "{name}", a string'))
def table_has_partition_key(created_table: Table, name: str) -> None:
    assert (created_table.partition_key, created_table.partition_key_type) == (name, "S")


@then("its billing mode is on-demand")
def table_is_on_demand(created_table: Table) -> None:
    assert created_table.billing_mode == "PAY_PER_REQUEST"


@then("the table does not exist")
def table_does_not_exist(dynamodb: DynamoDBClient, table_name: str) -> None:
    with pytest.raises(TableNotFound):
        table.describe(dynamodb, table_name)


@then(fails("creating the table"))
def creating_fails(dynamodb: DynamoDBClient, table_name: str, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        table.create(dynamodb, table_name)


@then(fails("deleting the table"))
def deleting_fails(dynamodb: DynamoDBClient, table_name: str, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        table.delete(dynamodb, table_name)
