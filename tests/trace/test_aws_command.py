"""The ``aws`` command that makes the same call; tests/programs/test_commands.py runs them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import botocore.session
import pytest

from kmsdemo.trace.aws_command import command_line

SESSION = botocore.session.Session()
TABLE = {"TableName": "t"}


Request = tuple[str, str, dict[str, Any]]


def call(service: str, operation: str, **parameters: Any) -> Request:
    return service, operation, parameters


def line(service: str, operation: str, parameters: dict[str, Any]) -> str:
    model = SESSION.get_service_model(service).operation_model(operation)
    return " ".join(command_line(model, parameters))


@pytest.mark.parametrize(
    ("made", "command"),
    [
        (call("kms", "ListKeys"), "list-keys"),
        (
            call("kms", "ScheduleKeyDeletion", KeyId="k", PendingWindowInDays=7),
            "schedule-key-deletion --key-id k --pending-window-in-days 7",
        ),
        (
            call("kms", "CreateKey", Description="The key's", MultiRegion=False),
            "create-key --description 'The key'\"'\"'s' --no-multi-region",
        ),
        (call("kms", "CreateKey", MultiRegion=True), "create-key --multi-region"),
        (call("kms", "CreateKey", Description=""), "create-key --description ''"),
        (call("kms", "CreateKey", Description="-x"), "create-key --description=-x"),
        (call("kms", "CreateKey", Description="-x y"), "create-key --description='-x y'"),
        (
            call("kms", "TagResource", KeyId="k", Tags=[{"TagKey": "a", "TagValue": "b"}] * 2),
            "tag-resource --key-id k --tags TagKey=a,TagValue=b TagKey=a,TagValue=b",
        ),
        (
            call("kms", "TagResource", KeyId="k", Tags=[{"TagKey": "a,b", "TagValue": "c"}]),
            """tag-resource --key-id k --tags '[{"TagKey": "a,b", "TagValue": "c"}]'""",
        ),
        (
            call("kms", "CreateGrant", Operations=["Encrypt", "Decrypt"]),
            "create-grant --operations Encrypt Decrypt",
        ),
        (call("kms", "UntagResource", TagKeys=[]), "untag-resource --tag-keys '[]'"),
        (
            call("kms", "Encrypt", Plaintext=b"secret", EncryptionContext={"appuser": "12345"}),
            'encrypt --plaintext fileb://<(printf %s "$PLAINTEXT")'
            " --encryption-context appuser=12345",
        ),
        (
            call("kms", "Decrypt", CiphertextBlob=b"\0\1", EncryptionContext={"a": "b=c"}),
            "decrypt --ciphertext-blob fileb://<(echo AAE= | base64 --decode)"
            """ --encryption-context '{"a": "b=c"}'""",
        ),
        (
            call("dynamodb", "PutItem", **TABLE, Item={"userpasswd": {"B": b"\0"}}),
            "put-item --table-name t"
            " --item 'userpasswd={B@=fileb://'<(echo AA== | base64 --decode)'}'",
        ),
        (
            call("dynamodb", "PutItem", ExpressionAttributeNames={"#key": "appuser"}),
            """put-item --expression-attribute-names '{"#key": "appuser"}'""",
        ),
        (
            call(
                "dynamodb",
                "PutItem",
                Item={
                    "n": {"N": "1"},
                    "s": {"S": 'a "b" \\ c'},
                    "l": {"BS": [b"\0", b"\1"]},
                    "t": {"BOOL": True},
                },
            ),
            r"""put-item --item 'n={N=1},s={S="a \"b\" \\ c"},l={BS@=[fileb://'"""
            "<(echo AA== | base64 --decode),fileb://<(echo AQ== | base64 --decode)"
            "']},t={BOOL=True}'",
        ),
        (
            call(
                "dynamodb",
                "TransactWriteItems",
                TransactItems=[
                    {"Put": {"TableName": "t", "Item": {"b": {"B": bytearray(b"\0")}}}},
                    {"Delete": {"TableName": "t u"}},
                ],
            ),
            "transact-write-items --transact-items"
            " 'Put={TableName=t,Item={b={B@=fileb://'<(echo AA== | base64 --decode)'}}}'"
            """ 'Delete={TableName="t u"}'""",
        ),
        (
            call("dynamodb", "CreateTable", ProvisionedThroughput={"ReadCapacityUnits": 5}),
            "create-table --provisioned-throughput ReadCapacityUnits=5",
        ),
        (
            call("kms", "UntagResource", TagKeys=["a", "b c"]),
            """untag-resource --tag-keys '["a", "b c"]'""",
        ),
        (
            call("dynamodb", "PutItem", Item={"a=b": {"S": "c"}, "userpasswd": {"B": b"\0"}}),
            """put-item --item '{"a=b": {"S": "c"}, "userpasswd": {"B": "AA=="}}'"""
            " --cli-binary-format base64",
        ),
        (
            call("dynamodb", "PutItem", Item={"m": {"M": {"é": {"BS": [bytearray(b"\0")]}}}}),
            """put-item --item '{"m": {"M": {"é": {"BS": ["AA=="]}}}}'"""
            " --cli-binary-format base64",
        ),
        (
            call(
                "kms",
                "CreateCustomKeyStore",
                CustomKeyStoreName="n",
                XksProxyAuthenticationCredential={
                    "AccessKeyId": "k",
                    "RawSecretAccessKey": "secret",
                },
            ),
            "create-custom-key-store --custom-key-store-name n"
            ' --xks-proxy-authentication-credential="$XKS_PROXY_AUTHENTICATION_CREDENTIAL"',
        ),
        (
            call("secretsmanager", "CreateSecret", Name="n", SecretString="secret"),
            'create-secret --name n --secret-string="$SECRET_STRING"',
        ),
        (
            call("kms", "ImportKeyMaterial", ValidTo=datetime(2030, 1, 2, tzinfo=timezone.utc)),
            "import-key-material --valid-to 2030-01-02T00:00:00+00:00",
        ),
        (
            call("cloudtrail", "UpdateTrail", Name="n", Nonsense=b"\0"),
            "update-trail --name n",
        ),
        (
            call(
                "cloudwatch",
                "PutMetricData",
                MetricData=[{"Timestamp": datetime(2030, 1, 2, tzinfo=timezone.utc)}],
            ),
            """put-metric-data --metric-data '[{"Timestamp": "2030-01-02T00:00:00+00:00"}]'""",
        ),
        (call("sts", "GetCallerIdentity"), "get-caller-identity"),
        (call("iam", "GetAccountSummary", Nonsense=1), "get-account-summary"),
        (call("kms", "ListKeys", Nonsense=1), "list-keys"),
    ],
)
def test_the_command_is_what_a_learner_types(made: Request, command: str) -> None:
    service, operation, parameters = made
    assert line(service, operation, parameters) == f"aws {service} {command}"
