"""The lab's DynamoDB table: create it and wait, delete it and wait, both safe to call twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmsdemo import errors
from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef, WaiterConfigTypeDef

TABLE_NAME: Final = "demo-kms"
PARTITION_KEY: Final = "appuser"

_WAITER: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 60}


@dataclass(frozen=True, slots=True)
class Table:
    """What DynamoDB says of a table; ``status`` and ``billing_mode`` are AWS's own words."""

    name: str
    arn: str
    status: str
    billing_mode: str
    partition_key: str
    partition_key_type: str
    is_the_labs: bool


def create(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> Table:
    """Create the lab's table, on demand, and wait until it is active.

    A table that is there already stays as it is, with its items; one that is just being
    deleted is waited for first.

    Args:
        table_name: 3 to 255 letters, digits, ``_``, ``-`` or ``.``.

    Returns:
        The active table.

    Raises:
        TableSchemaDiffers: A table of this name has another key schema.
        TableNotReady: It is not active after two minutes.

    AWS: CreateTable, DescribeTable, Amazon DynamoDB API Reference.
    """
    with translated(table_name=table_name):
        status = _create(dynamodb, table_name)
        if status in ("DELETING", None):
            wait_until_gone(dynamodb, table_name)
            status = _create(dynamodb, table_name)
        if status != "ACTIVE":
            _wait_until_active(dynamodb, table_name)
    return _the_labs(describe(dynamodb, table_name))


def describe(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> Table:
    """Return what DynamoDB says of a table.

    Raises:
        TableNotFound: No such table in this account and Region.

    AWS: DescribeTable, Amazon DynamoDB API Reference.
    """
    with translated(table_name=table_name):
        return _table(dynamodb.describe_table(TableName=table_name)["Table"])


def names(dynamodb: DynamoDBClient) -> list[str]:
    """Return the names of all tables of this account and Region.

    Raises:
        AccessDenied: The caller may not list them.

    AWS: ListTables, Amazon DynamoDB API Reference.
    """
    with translated(table_name="of this account"):
        pages = dynamodb.get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"]]


def delete(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> bool:
    """Delete the lab's table with all its items, and wait until it is gone.

    Args:
        table_name: The table; it must have the lab's key schema.

    Returns:
        Whether there was a table to delete.

    Raises:
        TableSchemaDiffers: The table is not the lab's; it is left alone.
        TableNotReady: It is not gone after two minutes.

    AWS: DeleteTable, Amazon DynamoDB API Reference.
    """
    try:
        found = _the_labs(describe(dynamodb, table_name))
    except errors.TableNotFound:
        return False
    _start_deletion(dynamodb, found)
    wait_until_gone(dynamodb, table_name)
    return True


def start_deletion(dynamodb: DynamoDBClient, table_name: str) -> None:
    """Have DynamoDB delete a table, whatever its key schema, and do not wait until it is gone.

    A table that is not there, or on its way out, stays as it is; one that is just being
    created is waited for.

    AWS: DeleteTable, Amazon DynamoDB API Reference.
    """
    with suppress(errors.TableNotFound):
        _start_deletion(dynamodb, describe(dynamodb, table_name))


def wait_until_gone(dynamodb: DynamoDBClient, table_name: str) -> None:
    """Wait until a table that is being deleted is gone.

    Raises:
        TableNotReady: It is not gone after two minutes.

    AWS: DescribeTable, Amazon DynamoDB API Reference.
    """
    with translated(table_name=table_name):
        dynamodb.get_waiter("table_not_exists").wait(TableName=table_name, WaiterConfig=_WAITER)


def _start_deletion(dynamodb: DynamoDBClient, found: Table) -> None:
    with translated(table_name=found.name):
        if found.status in ("CREATING", "UPDATING"):
            _wait_until_active(dynamodb, found.name)
        already_deleting = dynamodb.exceptions.ResourceInUseException
        already_gone = dynamodb.exceptions.ResourceNotFoundException
        with suppress(already_deleting, already_gone):
            dynamodb.delete_table(TableName=found.name)


def _create(dynamodb: DynamoDBClient, table_name: str) -> str | None:
    """Create the table, unless there is one, and return the status of what is there, if it is."""
    try:
        created = dynamodb.create_table(
            TableName=table_name,
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    except dynamodb.exceptions.ResourceInUseException:
        return _status(dynamodb, table_name)
    return created["TableDescription"]["TableStatus"]


def _status(dynamodb: DynamoDBClient, table_name: str) -> str | None:
    try:
        return describe(dynamodb, table_name).status
    except errors.TableNotFound:
        return None


def _the_labs(table: Table) -> Table:
    if not table.is_the_labs:
        raise errors.TableSchemaDiffers(table.name)
    return table


def _wait_until_active(dynamodb: DynamoDBClient, table_name: str) -> None:
    dynamodb.get_waiter("table_exists").wait(TableName=table_name, WaiterConfig=_WAITER)


def _table(description: TableDescriptionTypeDef) -> Table:
    keys = {key["KeyType"]: key["AttributeName"] for key in description["KeySchema"]}
    types = {a["AttributeName"]: a["AttributeType"] for a in description["AttributeDefinitions"]}
    partition_key = keys["HASH"]
    return Table(
        name=description["TableName"],
        arn=description["TableArn"],
        status=description["TableStatus"],
        billing_mode=description.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        partition_key=partition_key,
        partition_key_type=types[partition_key],
        is_the_labs=keys == {"HASH": PARTITION_KEY} and types[PARTITION_KEY] == "S",
    )
