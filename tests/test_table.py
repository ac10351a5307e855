"""The table in every status that DynamoDB can return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from kmsdemo import errors, table
from kmsdemo.table import Table
from tests.faults import answer_lost

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(autouse=True)
def without_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let waiters poll without delay."""
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


class DynamoDbStubber(Stubber):
    """Stubbed responses of DynamoDB, in order."""

    def describes(self, *statuses: str) -> None:
        """Add a response to DescribeTable for each status; ``none`` means that no table exists."""
        for status in statuses:
            if status == "none":
                self.add_client_error("describe_table", "ResourceNotFoundException")
            else:
                self.add_response("describe_table", described(status))

    def creates(self, status: str) -> None:
        """Add a response to CreateTable with a status; ``taken`` means that the table exists."""
        if status == "taken":
            self.add_client_error("create_table", "ResourceInUseException")
        else:
            self.add_response("create_table", {"TableDescription": described(status)["Table"]})


def test_create_does_not_wait_for_an_active_table(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.creates("ACTIVE")
        aws.describes("ACTIVE")
        assert table.create(dynamodb).status == "ACTIVE"
        aws.assert_no_pending_responses()


@pytest.mark.parametrize("meanwhile", ["DELETING", "none"])
def test_create_waits_for_the_deletion_of_a_table(dynamodb: DynamoDBClient, meanwhile: str) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.creates("taken")
        aws.describes(meanwhile, "none")
        aws.creates("CREATING")
        aws.describes("CREATING", "ACTIVE", "ACTIVE")
        assert table.create(dynamodb).status == "ACTIVE"
        aws.assert_no_pending_responses()


def test_create_waits_for_a_table_that_another_program_creates(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.creates("taken")
        aws.describes("CREATING", "CREATING", "ACTIVE", "ACTIVE")
        assert table.create(dynamodb).status == "ACTIVE"
        aws.assert_no_pending_responses()


def test_create_fails_if_the_table_never_becomes_active(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.creates("CREATING")
        aws.describes("CREATING", "CREATING", "CREATING")
        with pytest.raises(errors.TableNotReady, match="the table demo-kms in time"):
            table.create(dynamodb)


def test_delete_fails_if_the_table_is_still_there_in_the_end(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes("ACTIVE")
        aws.add_response("delete_table", {})
        aws.describes("DELETING", "DELETING", "DELETING")
        with pytest.raises(errors.TableNotReady, match="the table demo-kms in time"):
            table.delete(dynamodb)


@pytest.mark.parametrize(
    ("operation", "called", "change"),
    [
        (table.create, "create_table", "exists"),
        (table.delete, "delete_table", "is deleted"),
    ],
    ids=["create", "delete"],
)
def test_a_lost_answer_says_what_may_be_done_to_the_table(
    dynamodb: DynamoDBClient,
    monkeypatch: pytest.MonkeyPatch,
    operation: Any,
    called: str,
    change: str,
) -> None:
    monkeypatch.setattr(dynamodb, called, answer_lost)
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes("ACTIVE")
        with pytest.raises(errors.MaybeDone) as raised:
            operation(dynamodb, "demo-kms")
    assert raised.value.change == f"the DynamoDB table demo-kms {change}"
    assert raised.value.look == "aws dynamodb describe-table --table-name demo-kms"


def test_create_raises_the_error_of_dynamodb(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.add_client_error("create_table", "AccessDeniedException", "not you")
        with pytest.raises(errors.AccessDenied, match="CreateTable on demo-kms is denied: not you"):
            table.create(dynamodb)


@pytest.mark.parametrize("status", ["CREATING", "UPDATING"])
def test_delete_waits_until_a_table_has_been_updated(dynamodb: DynamoDBClient, status: str) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes(status, status, "ACTIVE")
        aws.add_response("delete_table", {})
        aws.describes("DELETING", "none")
        assert table.delete(dynamodb)
        aws.assert_no_pending_responses()


@pytest.mark.parametrize("race", ["ResourceInUseException", "ResourceNotFoundException"])
def test_delete_succeeds_if_another_program_deletes_the_table(
    dynamodb: DynamoDBClient, race: str
) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes("ACTIVE")
        aws.add_client_error("delete_table", race)
        aws.describes("none")
        assert table.delete(dynamodb)
        aws.assert_no_pending_responses()


def test_delete_returns_whether_the_table_existed(dynamodb: DynamoDBClient) -> None:
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
    with DynamoDbStubber(dynamodb) as aws:
        aws.add_response("describe_table", described("ACTIVE", key, kind))
        with pytest.raises(errors.TableSchemaDiffers, match=difference) as raised:
            table.delete(dynamodb)
        assert raised.value.table_name == "demo-kms"
        aws.assert_no_pending_responses()


def test_create_rejects_an_existing_table_with_a_sort_key(dynamodb: DynamoDBClient) -> None:
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


def test_describe_returns_what_dynamodb_says(dynamodb: DynamoDBClient) -> None:
    table.create(dynamodb)
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/demo-kms"
    expected = Table("demo-kms", arn, "ACTIVE", "PAY_PER_REQUEST", "appuser", "S", None)
    assert table.describe(dynamodb) == expected


def test_a_table_that_does_not_exist_is_named(dynamodb: DynamoDBClient) -> None:
    with pytest.raises(errors.TableNotFound, match="mine"):
        table.describe(dynamodb, "mine")


def test_describe_returns_the_billing_mode(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes("ACTIVE")
        assert table.describe(dynamodb).billing_mode == "PROVISIONED"


def test_the_names_of_tables_are_those_of_every_page(dynamodb: DynamoDBClient) -> None:
    first = {"TableNames": ["demo-a", "demo-b"], "LastEvaluatedTableName": "demo-b"}
    with Stubber(dynamodb) as aws:
        aws.add_response("list_tables", first)
        after = {"ExclusiveStartTableName": "demo-b"}
        aws.add_response("list_tables", {"TableNames": ["demo-c"]}, after)
        assert table.names(dynamodb) == ["demo-a", "demo-b", "demo-c"]


def test_an_error_about_all_tables_says_so(dynamodb: DynamoDBClient) -> None:
    with Stubber(dynamodb) as aws:
        aws.add_client_error("list_tables", "AccessDeniedException", "no")
        with pytest.raises(errors.AccessDenied, match="ListTables on this account is denied"):
            table.names(dynamodb)


@pytest.mark.parametrize("status", ["CREATING", "UPDATING"])
def test_a_deletion_is_started_once_the_table_is_active(
    dynamodb: DynamoDBClient, status: str
) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes(status, "ACTIVE")
        aws.add_response("delete_table", {}, {"TableName": "demo-kms"})
        table.start_deletion(dynamodb, "demo-kms")
        aws.assert_no_pending_responses()


def test_a_table_that_is_not_there_needs_no_deletion(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes("none")
        table.start_deletion(dynamodb, "mine")
        aws.assert_no_pending_responses()


def test_a_deletion_that_is_denied_names_the_table(dynamodb: DynamoDBClient) -> None:
    with DynamoDbStubber(dynamodb) as aws:
        aws.describes("ACTIVE")
        aws.add_client_error("delete_table", "AccessDeniedException", "no")
        with pytest.raises(errors.AccessDenied, match="DeleteTable on demo-kms is denied"):
            table.start_deletion(dynamodb, "demo-kms")


def test_a_table_of_another_name_is_deleted_and_none_else(dynamodb: DynamoDBClient) -> None:
    table.create(dynamodb)
    table.create(dynamodb, "mine")
    assert table.delete(dynamodb, "mine")
    assert table.names(dynamodb) == ["demo-kms"]


def test_the_deletion_that_is_started_is_that_of_the_named_table(dynamodb: DynamoDBClient) -> None:
    table.create(dynamodb)
    table.create(dynamodb, "mine")
    table.start_deletion(dynamodb, "mine")
    assert table.names(dynamodb) == ["demo-kms"]


def test_a_table_of_another_name_that_is_there_is_taken(dynamodb: DynamoDBClient) -> None:
    table.create(dynamodb, "mine")
    assert table.create(dynamodb, "mine").name == "mine"
    assert table.names(dynamodb) == ["mine"]


def test_an_error_while_waiting_for_the_deletion_names_the_table(dynamodb: DynamoDBClient) -> None:
    with Stubber(dynamodb) as aws:
        aws.add_client_error("describe_table", "AccessDeniedException")
        with pytest.raises(errors.AccessDenied, match="mine"):
            table.wait_until_deleted(dynamodb, "mine")
