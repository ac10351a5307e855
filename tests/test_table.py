"""The table, met in every state in which DynamoDB can have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from kmsdemo import errors, table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll without a pause."""
    monkeypatch.setattr(table, "_WAITER", {"Delay": 0, "MaxAttempts": 3})


def described(status: str, key: str = "appuser", kind: str = "S") -> dict[str, Any]:
    return {
        "Table": {
            "TableName": "demo-kms",
            "TableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/demo-kms",
            "TableStatus": status,
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kind}],
        }
    }


class Aws(Stubber):
    """What DynamoDB answers, in turn."""

    def describes(self, *statuses: str) -> None:
        """Add an answer to DescribeTable for each status; ``none`` is no table."""
        for status in statuses:
            if status == "none":
                self.add_client_error("describe_table", "ResourceNotFoundException")
            else:
                self.add_response("describe_table", described(status))

    def creates(self, status: str) -> None:
        """Add an answer to CreateTable with the new table's status; ``taken`` is a refusal."""
        if status == "taken":
            self.add_client_error("create_table", "ResourceInUseException")
        else:
            self.add_response("create_table", {"TableDescription": described(status)["Table"]})


def test_a_table_that_is_active_at_once_is_not_waited_for(dynamodb: DynamoDBClient) -> None:
    with Aws(dynamodb) as aws:
        aws.creates("ACTIVE")
        aws.describes("ACTIVE")
        assert table.create(dynamodb).status == "ACTIVE"
        aws.assert_no_pending_responses()


@pytest.mark.parametrize("meanwhile", ["DELETING", "none"])
def test_a_table_that_is_being_deleted_is_waited_for(
    dynamodb: DynamoDBClient, meanwhile: str
) -> None:
    with Aws(dynamodb) as aws:
        aws.creates("taken")
        aws.describes(meanwhile, "none")
        aws.creates("CREATING")
        aws.describes("CREATING", "ACTIVE", "ACTIVE")
        assert table.create(dynamodb).status == "ACTIVE"
        aws.assert_no_pending_responses()


def test_a_table_that_somebody_else_is_creating_is_waited_for(dynamodb: DynamoDBClient) -> None:
    with Aws(dynamodb) as aws:
        aws.creates("taken")
        aws.describes("CREATING", "CREATING", "ACTIVE", "ACTIVE")
        assert table.create(dynamodb).status == "ACTIVE"
        aws.assert_no_pending_responses()


def test_a_table_that_never_becomes_active_is_reported(dynamodb: DynamoDBClient) -> None:
    with Aws(dynamodb) as aws:
        aws.creates("CREATING")
        aws.describes("CREATING", "CREATING", "CREATING")
        with pytest.raises(errors.TableNotReady, match="the table demo-kms in time"):
            table.create(dynamodb)


def test_a_refused_creation_is_reported(dynamodb: DynamoDBClient) -> None:
    with Aws(dynamodb) as aws:
        aws.add_client_error("create_table", "AccessDeniedException", "not you")
        with pytest.raises(errors.AccessDenied, match="CreateTable on demo-kms is denied: not you"):
            table.create(dynamodb)


@pytest.mark.parametrize("status", ["CREATING", "UPDATING"])
def test_a_table_that_is_changing_is_deleted_afterwards(
    dynamodb: DynamoDBClient, status: str
) -> None:
    with Aws(dynamodb) as aws:
        aws.describes(status, status, "ACTIVE")
        aws.add_response("delete_table", {})
        aws.describes("DELETING", "none")
        assert table.delete(dynamodb)
        aws.assert_no_pending_responses()


@pytest.mark.parametrize("race", ["ResourceInUseException", "ResourceNotFoundException"])
def test_a_table_that_somebody_else_deletes_is_gone_all_the_same(
    dynamodb: DynamoDBClient, race: str
) -> None:
    with Aws(dynamodb) as aws:
        aws.describes("ACTIVE")
        aws.add_client_error("delete_table", race)
        aws.describes("none")
        assert table.delete(dynamodb)
        aws.assert_no_pending_responses()


def test_deleting_says_whether_there_was_a_table(dynamodb: DynamoDBClient) -> None:
    table.create(dynamodb)
    assert table.delete(dynamodb) is True
    assert table.delete(dynamodb) is False


@pytest.mark.parametrize(
    ("key", "kind", "difference"),
    [
        ("AppUser", "S", "its partition key is AppUser, not appuser"),
        ("appuser", "N", "its partition key has type N, not S"),
    ],
)
def test_a_table_with_another_key_schema_is_never_deleted(
    dynamodb: DynamoDBClient, key: str, kind: str, difference: str
) -> None:
    with Aws(dynamodb) as aws:
        aws.add_response("describe_table", described("ACTIVE", key, kind))
        with pytest.raises(errors.TableSchemaDiffers, match=difference):
            table.delete(dynamodb)
        aws.assert_no_pending_responses()


def test_a_sort_key_makes_it_another_table(dynamodb: DynamoDBClient) -> None:
    dynamodb.create_table(
        TableName="demo-kms",
        AttributeDefinitions=[
            {"AttributeName": "appuser", "AttributeType": "S"},
            {"AttributeName": "version", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "appuser", "KeyType": "HASH"},
            {"AttributeName": "version", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(errors.TableSchemaDiffers, match="it has a sort key, version"):
        table.create(dynamodb)


def test_a_provisioned_table_says_so(dynamodb: DynamoDBClient) -> None:
    with Aws(dynamodb) as aws:
        aws.describes("ACTIVE")
        assert table.describe(dynamodb).billing_mode == "PROVISIONED"
