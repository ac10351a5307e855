"""The aws commands that make the same calls, run in a shell."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.lab import trace
from kmsdemo.lab.command_line import command_line
from tests.processes import environment

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
            'create-secret --name n --secret-string "$SECRET_STRING"',
        ),
        (
            line("kms", "ImportKeyMaterial", ValidTo=datetime(2030, 1, 2, tzinfo=timezone.utc)),
            "import-key-material --valid-to 2030-01-02T00:00:00+00:00",
        ),
        (line("kms", "ListKeys", Nonsense=1), "list-keys"),
    ],
)
def test_it_says_what_a_learner_would_type(says: str, expected: str) -> None:
    assert says == expected


def test_each_command_does_the_same(clients: Clients, backend: Backend, tmp_path: Path) -> None:
    mine = connect()
    with trace(mine.session) as calls:
        key_id = do_the_lab(mine)
    shell = environment(**backend.environment(), PLAINTEXT="a secret of the shell")
    shell["PATH"] = f"{Path(sys.executable).parent}:{shell['PATH']}"
    answers = {call.operation: run(call.command_line, shell) for call in calls}
    assert answers["CreateKey"]["KeyMetadata"]["Description"] == "The learner's key"
    again = answers["CreateKey"]["KeyMetadata"]["KeyId"]
    assert keys.tags(clients.kms, again) == keys.TAGS
    assert base64.b64decode(answers["Decrypt"]["Plaintext"]) == b"secret"
    blob = base64.b64decode(answers["Encrypt"]["CiphertextBlob"])
    context = {"appuser": "12345"}
    revealed = clients.kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
    assert revealed == b"a secret of the shell"
    assert answers["GetItem"]["Item"] == {"appuser": {"S": "12345"}, "note": {"S": "it's"}}
    assert answers["DescribeKey"]["KeyMetadata"]["KeyId"] == key_id
    assert len(answers) == 10


def do_the_lab(mine: Clients) -> str:
    """Make calls of every form, such that each can be made twice."""
    key_id = keys.create(mine.kms, description="The learner's key").key_id
    context = {"appuser": "12345"}
    blob = mine.kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=context)
    mine.kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
    table.create(mine.dynamodb)
    item = {"appuser": {"S": "12345"}, "note": {"S": "it's"}}
    mine.dynamodb.put_item(TableName=table.TABLE_NAME, Item=item)
    partition_key = {"appuser": {"S": "12345"}}
    mine.dynamodb.get_item(TableName=table.TABLE_NAME, Key=partition_key, ConsistentRead=True)
    mine.kms.describe_key(KeyId=key_id)
    mine.kms.enable_key(KeyId=key_id)
    return key_id


def run(command: str, shell: dict[str, str]) -> Any:
    """Run a command with bash; return its answer, or why AWS refuses to do it twice."""
    finished = subprocess.run(
        ["bash", "-c", command],  # noqa: S607
        env=shell,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    once_only = "AlreadyExistsException" in finished.stderr or "ResourceInUse" in finished.stderr
    assert finished.returncode == 0 or once_only, f"{command}\n{finished.stderr}"
    return json.loads(finished.stdout or "{}")
