"""The lab's DynamoDB table: create, describe and delete it. Every function is safe to repeat."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from kmsdemo import errors
from kmsdemo.aws_errors import has_code, maybe_done, translate_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef, WaiterConfigTypeDef

TABLE_NAME: Final = "demo-kms"
PARTITION_KEY: Final = "appuser"

_WAITER: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 60}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as DynamoDB describes it.

    Attributes:
        name: The table name.
        arn: The table ARN.
        status: ``TableStatus``, such as ``ACTIVE``.
        billing_mode: ``PAY_PER_REQUEST`` or ``PROVISIONED``.
        partition_key: The name of the partition key.
        partition_key_type: ``S``, ``N`` or ``B``.
        sort_key: The name of the sort key; ``None`` if the table has none.
    """

    name: str
    arn: str
    status: str
    billing_mode: str
    partition_key: str
    partition_key_type: str
    sort_key: str | None

    @property
    def is_the_labs(self) -> bool:
        """Whether the table has the key schema of the lab."""
        return not self.schema_difference

    @property
    def schema_difference(self) -> str:
        """How the key schema differs from the lab's, as a sentence; empty if it does not."""
        if self.partition_key != PARTITION_KEY:
            return f"its partition key is {self.partition_key}, not {PARTITION_KEY}."
        if self.partition_key_type != "S":
            return f"its partition key has type {self.partition_key_type}, not S (string)."
        return f"it has a sort key, {self.sort_key}." if self.sort_key else ""


def create(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> Table:
    """Create the lab's table with on-demand capacity and wait until it is active.

    An existing table and its items are kept. If a table of this name is being deleted, wait
    for the deletion first.

    Args:
        table_name: 3 to 255 letters, digits, ``_``, ``-`` or ``.``.

    Returns:
        The active table.

    Raises:
        TableSchemaDiffers: The table exists and its key schema is not the lab's.
        TableNotReady: The table is not active after two minutes.
        MaybeDone: The answer was lost.

    AWS: CreateTable, DescribeTable, Amazon DynamoDB API Reference.
    """
    with _changed(table_name, "exists"), translate_errors(table_name=table_name):
        status = _create(dynamodb, table_name)
        if status in ("DELETING", None):
            wait_until_deleted(dynamodb, table_name)
            status = _create(dynamodb, table_name)
        if status != "ACTIVE":
            _wait_until_active(dynamodb, table_name)
    return _the_labs(describe(dynamodb, table_name))


def describe(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> Table:
    """Return a table as DynamoDB describes it.

    Args:
        table_name: 3 to 255 letters, digits, ``_``, ``-`` or ``.``.

    Raises:
        TableNotFound: The table does not exist in this account and Region.

    AWS: DescribeTable, Amazon DynamoDB API Reference.
    """
    with translate_errors(table_name=table_name):
        return _table(dynamodb.describe_table(TableName=table_name)["Table"])


def names(dynamodb: DynamoDBClient) -> list[str]:
    """Return the names of all tables of this account and Region.

    Raises:
        AccessDenied: The caller has no permission to list tables.

    AWS: ListTables, Amazon DynamoDB API Reference.
    """
    with translate_errors():
        pages = dynamodb.get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"]]


def delete(dynamodb: DynamoDBClient, table_name: str = TABLE_NAME) -> bool:
    """Delete the lab's table with all its items, and wait until it is deleted.

    Args:
        table_name: A table with the key schema of the lab.

    Returns:
        Whether the table existed.

    Raises:
        TableSchemaDiffers: The key schema is not the lab's; the table is not deleted.
        TableNotReady: The table still exists after two minutes.
        MaybeDone: The answer was lost.

    AWS: DeleteTable, Amazon DynamoDB API Reference.
    """
    try:
        found = _the_labs(describe(dynamodb, table_name))
    except errors.TableNotFound:
        return False
    _start_deletion(dynamodb, found)
    wait_until_deleted(dynamodb, table_name)
    return True


def start_deletion(dynamodb: DynamoDBClient, table_name: str) -> None:
    """Start the deletion of a table with any key schema, and return without waiting for its end.

    Does nothing if the table does not exist or is being deleted. If it is being created, wait
    until it is active first.

    Args:
        table_name: 3 to 255 letters, digits, ``_``, ``-`` or ``.``.

    Raises:
        TableNotReady: The table is not active after two minutes.
        MaybeDone: The answer was lost.

    AWS: DeleteTable, Amazon DynamoDB API Reference.
    """
    with suppress(errors.TableNotFound):
        _start_deletion(dynamodb, describe(dynamodb, table_name))


def wait_until_deleted(dynamodb: DynamoDBClient, table_name: str) -> None:
    """Wait until a table that is being deleted no longer exists.

    Args:
        table_name: 3 to 255 letters, digits, ``_``, ``-`` or ``.``.

    Raises:
        TableNotReady: The table still exists after two minutes.

    AWS: DescribeTable, Amazon DynamoDB API Reference.
    """
    with translate_errors(table_name=table_name):
        dynamodb.get_waiter("table_not_exists").wait(TableName=table_name, WaiterConfig=_WAITER)


def _start_deletion(dynamodb: DynamoDBClient, found: Table) -> None:
    with _changed(found.name, "is deleted"), translate_errors(table_name=found.name):
        if found.status in ("CREATING", "UPDATING"):
            _wait_until_active(dynamodb, found.name)
        try:
            dynamodb.delete_table(TableName=found.name)
        except ClientError as deleted:
            if not has_code(deleted, "ResourceInUseException", "ResourceNotFoundException"):
                raise


def _changed(table_name: str, change: str) -> AbstractContextManager[None]:
    look = f"aws dynamodb describe-table --table-name {table_name}"
    return maybe_done(f"the DynamoDB table {table_name} {change}", look)


def _create(dynamodb: DynamoDBClient, table_name: str) -> str | None:
    """Create the table unless it exists. Return its status, or ``None`` if it does not exist."""
    try:
        created = dynamodb.create_table(
            TableName=table_name,
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    except ClientError as exists:
        if not has_code(exists, "ResourceInUseException"):
            raise
        return _status(dynamodb, table_name)
    return created["TableDescription"]["TableStatus"]


def _status(dynamodb: DynamoDBClient, table_name: str) -> str | None:
    try:
        return describe(dynamodb, table_name).status
    except errors.TableNotFound:
        return None


def _the_labs(table: Table) -> Table:
    if difference := table.schema_difference:
        raise errors.TableSchemaDiffers(table.name, difference)
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
        sort_key=keys.get("RANGE"),
    )
