"""Parameters and responses as the trail writes them: names, dates, and nothing secret."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo.sandbox import service
from kmsdemo.sandbox.trail import elements

DATE = datetime(2021, 4, 12, 18, 58, 30, tzinfo=timezone.utc)


def operation(name: str, of: str = "kms") -> Any:
    return service.find(of).model.operation_model(name)


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("ListKeys", {}, None),
        ("ListKeys", {"Limit": 3, "Unknown": 1}, {"limit": 3}),
        (
            "Encrypt",
            {"KeyId": "k", "Plaintext": "eA==", "EncryptionContext": {"A": "b"}},
            {
                "keyId": "k",
                "encryptionContext": {"A": "b"},
                "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
            },
        ),
        ("Decrypt", {"CiphertextBlob": "eA=="}, {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
        (
            "Encrypt",
            {"EncryptionAlgorithm": "RSAES_OAEP_SHA_1", "GrantTokens": ["t"]},
            {"encryptionAlgorithm": "RSAES_OAEP_SHA_1"},
        ),
        ("RetireGrant", {"GrantToken": "t", "GrantId": "g"}, {"grantId": "g"}),
        (
            "CreateKey",
            {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
            {
                "bypassPolicyLockoutSafetyCheck": False,
                "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
                "description": "",
                "keySpec": "SYMMETRIC_DEFAULT",
                "keyUsage": "ENCRYPT_DECRYPT",
                "multiRegion": False,
                "origin": "AWS_KMS",
                "tags": [{"tagKey": "a", "tagValue": "b"}],
            },
        ),
        (
            "ReEncrypt",
            {},
            {
                "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
                "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            },
        ),
        ("CreateCustomKeyStore", {"KeyStorePassword": "secret"}, None),
        (
            "CreateCustomKeyStore",
            {"XksProxyAuthenticationCredential": {"RawSecretAccessKey": "secret"}},
            {"xksProxyAuthenticationCredential": {}},
        ),
    ],
)
def test_parameters_are_written_without_secrets(
    name: str, parameters: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    assert elements.of_request(operation(name), parameters) == expected


@pytest.mark.parametrize(
    ("name", "response", "expected"),
    [
        ("DisableKey", {}, None),
        ("CancelKeyDeletion", {}, None),
        (
            "ScheduleKeyDeletion",
            {"KeyId": "k", "DeletionDate": DATE},
            {"keyId": "k", "deletionDate": "Apr 12, 2021, 6:58:30 PM"},
        ),
        ("CreateGrant", {"GrantId": "g", "GrantToken": "t"}, {"grantId": "g"}),
        (
            "GetParametersForImport",
            {"KeyId": "k", "ParametersValidTo": DATE.replace(hour=0, day=2), "PublicKey": b"p"},
            {"keyId": "k", "parametersValidTo": "Apr 2, 2021, 12:58:30 AM"},
        ),
    ],
)
def test_responses_are_written_without_secrets(
    name: str, response: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    assert elements.of_response(operation(name), response) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, None),
        ({"TableName": "t"}, {"tableName": "t"}),
        (
            {"TableName": "t", "Key": {"id": {"S": "1"}, "more": {"N": "2"}}},
            {"tableName": "t", "key": {"id": "1"}},
        ),
        (
            {"TableName": "t", "Item": {"id": {"B": b"x"}}},
            {"tableName": "t", "key": {"id": "eA=="}},
        ),
        ({"TableName": "t", "Item": {"other": {"S": "1"}}}, {"tableName": "t"}),
        ({"TableName": "t", "Item": {"id": "1"}}, {"tableName": "t", "key": {"id": "1"}}),
        ({"TableName": "t", "Item": {"id": {}}}, {"tableName": "t", "key": {"id": None}}),
        ({"TableName": "t", "Key": "malformed"}, {"tableName": "t"}),
    ],
)
def test_of_an_item_only_the_key_is_written(
    parameters: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    assert elements.of_data_request(parameters, ["id"]) == expected
