"""How AWS records operations: management or data, read-only or not, look-up or not."""

from __future__ import annotations

import pytest

from kmsdemo.sandbox.trail import operations

COLUMNS = (operations.is_data_event, operations.is_read_only, operations.is_look_up)


@pytest.mark.parametrize(
    ("service", "operation", "is_data", "is_read_only", "is_look_up"),
    [
        ("kms", "DescribeKey", False, True, True),
        ("kms", "Encrypt", False, True, False),
        ("kms", "GetParametersForImport", False, True, False),
        ("kms", "CreateKey", False, False, False),
        ("kms", "Query", False, True, True),
        ("dynamodb", "Encrypt", False, False, False),
        ("dynamodb", "GetItem", True, True, True),
        ("dynamodb", "PutItem", True, False, False),
        ("dynamodb", "BatchWriteItem", True, False, False),
        ("dynamodb", "BatchGetItem", True, True, True),
        ("dynamodb", "TransactGetItems", True, True, True),
        ("dynamodb", "ExecuteStatement", True, False, False),
        ("dynamodb", "DescribeTable", False, True, True),
        ("dynamodb", "CreateTable", False, False, False),
        ("iam", "SimulateCustomPolicy", False, True, True),
        ("iam", "CreateUser", False, False, False),
        ("sts", "AssumeRole", False, True, False),
        ("sts", "GetSessionToken", False, True, False),
        ("sts", "GetCallerIdentity", False, True, True),
        ("cloudtrail", "LookupEvents", False, True, True),
    ],
)
def test_an_operation_is_recorded_as_aws_records_it(
    service: str, operation: str, is_data: bool, is_read_only: bool, is_look_up: bool
) -> None:
    expected = [is_data, is_read_only, is_look_up]
    assert [column(service, operation) for column in COLUMNS] == expected
