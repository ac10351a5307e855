"""The ``aws`` command that makes the same call; tests/programs/test_commands.py runs them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import botocore.session
import pytest

from kmsdemo.trace.aws_command import command_line

SESSION = botocore.session.Session()
TABLE = {"TableName": "t"}


def line(service: str, operation: str, **parameters: Any) -> str:
    model = SESSION.get_service_model(service).operation_model(operation)
    program, operation, *options = command_line(model, parameters)
    assert program == "aws"
    return " ".join([operation.removeprefix(f"{service} "), *options])


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (line("kms", "ListKeys"), "list-keys"),
        (
            line("kms", "ScheduleKeyDeletion", KeyId="k", PendingWindowInDays=7),
            "schedule-key-deletion --key-id k --pending-window-in-days 7",
        ),
        (
            line("kms", "CreateKey", Description="The key's", MultiRegion=False),
            "create-key --description 'The key'\"'\"'s' --no-multi-region",
        ),
        (line("kms", "CreateKey", MultiRegion=True), "create-key --multi-region"),
        (line("kms", "CreateKey", Description=""), "create-key --description ''"),
        (line("kms", "CreateKey", Description="-x"), "create-key --description=-x"),
        (line("kms", "CreateKey", Description="-x y"), "create-key --description='-x y'"),
        (
            line("kms", "TagResource", KeyId="k", Tags=[{"TagKey": "a", "TagValue": "b"}] * 2),
            "tag-resource --key-id k --tags TagKey=a,TagValue=b TagKey=a,TagValue=b",
        ),
        (
            line("kms", "TagResource", KeyId="k", Tags=[{"TagKey": "a,b", "TagValue": "c"}]),
            """tag-resource --key-id k --tags '[{"TagKey": "a,b", "TagValue": "c"}]'""",
        ),
        (
            line("kms", "CreateGrant", Operations=["Encrypt", "Decrypt"]),
            "create-grant --operations Encrypt Decrypt",
        ),
        (line("kms", "UntagResource", TagKeys=[]), "untag-resource --tag-keys '[]'"),
        (
            line("kms", "Encrypt", Plaintext=b"secret", EncryptionContext={"appuser": "12345"}),
            'encrypt --plaintext fileb://<(printf %s "$PLAINTEXT")'
            " --encryption-context appuser=12345",
        ),
        (
            line("kms", "Decrypt", CiphertextBlob=b"\0\1", EncryptionContext={"a": "b=c"}),
            "decrypt --ciphertext-blob fileb://<(echo AAE= | base64 --decode)"
            """ --encryption-context '{"a": "b=c"}'""",
        ),
        (
            line("dynamodb", "PutItem", **TABLE, Item={"userpasswd": {"B": b"\0"}}),
            "put-item --table-name t"
            " --item 'userpasswd={B@=fileb://'<(echo AA== | base64 --decode)'}'",
        ),
        (
            line("dynamodb", "PutItem", ExpressionAttributeNames={"#key": "appuser"}),
            """put-item --expression-attribute-names '{"#key": "appuser"}'""",
        ),
        (
            line("secretsmanager", "CreateSecret", Name="n", SecretString="secret"),
            'create-secret --name n --secret-string="$SECRET_STRING"',
        ),
        (
            line("kms", "ImportKeyMaterial", ValidTo=datetime(2030, 1, 2, tzinfo=timezone.utc)),
            "import-key-material --valid-to 2030-01-02T00:00:00+00:00",
        ),
        (line("kms", "ListKeys", Nonsense=1), "list-keys"),
    ],
)
def test_the_command_is_what_a_learner_types(says: str, expected: str) -> None:
    assert says == expected
