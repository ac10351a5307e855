"""AWS calls as the commands of one shell session."""

from __future__ import annotations

from typing import Any

import pytest

from kmsdemo.trace.recording import Call
from kmsdemo.trace.shell_session import ShellSession

KEY_ID = "12345678-1234-1234-1234-123456789012"
PASSWORD = "it's a secret"
ITEM = {"appuser": {"S": "12345"}, "userpasswd": {"B": b"ciphertext"}}


def call(operation: str, response: dict[str, Any] | None = None, **parameters: Any) -> Call:
    in_dynamodb = operation.endswith(("Item", "Table", "Scan"))
    service = "dynamodb" if in_dynamodb else "kms"
    return Call(service, operation, parameters, [], response=response or {}, error="")


CREATE_KEY = call("CreateKey", {"KeyMetadata": {"KeyId": KEY_ID}})
PUT_ITEM = call("PutItem", Item=ITEM)


@pytest.fixture
def shell() -> ShellSession:
    """A session in which the commands of the key and of an item were typed."""
    shell = ShellSession(PASSWORD)
    for made in (CREATE_KEY, PUT_ITEM):
        shell.learn(made)
        shell.commands(made)
    return shell


@pytest.fixture
def later() -> ShellSession:
    """A session that begins when the key and an item exist."""
    shell = ShellSession(PASSWORD)
    for made in (CREATE_KEY, PUT_ITEM):
        shell.learn(made)
    return shell


def lines(shell: ShellSession, made: Call, *, keeps_ciphertext: bool = False) -> list[str]:
    commands = shell.commands(made, keeps_ciphertext=keeps_ciphertext)
    return [" ".join(command) for command in commands]


@pytest.mark.parametrize(
    ("made", "command"),
    [
        (
            call("CreateKey", Description="A key", MultiRegion=False, Tags=[{"TagKey": "x"}]),
            "KEY_ID=$(aws kms create-key --description 'A key' --query KeyMetadata.KeyId "
            "--output text)",
        ),
        (
            call("CreateAlias", AliasName="alias/demo-kms-1", TargetKeyId=KEY_ID),
            'aws kms create-alias --alias-name alias/demo-kms-1 --target-key-id "$KEY_ID"',
        ),
        (
            call("ScheduleKeyDeletion", KeyId=KEY_ID, PendingWindowInDays=7),
            'aws kms schedule-key-deletion --key-id "$KEY_ID" --pending-window-in-days 7',
        ),
        (
            call("Decrypt", KeyId=KEY_ID, CiphertextBlob=b"ciphertext"),
            'aws kms decrypt --key-id "$KEY_ID" --ciphertext-blob fileb://ciphertext.bin '
            "--query Plaintext --output text | base64 --decode",
        ),
        (
            call(
                "CreateTable",
                AttributeDefinitions=[{"AttributeName": "appuser", "AttributeType": "S"}],
            ),
            "aws dynamodb create-table "
            "--attribute-definitions AttributeName=appuser,AttributeType=S",
        ),
        (
            call("GetItem", TableName="demo-kms", Key={"appuser": {"S": "12345"}}),
            'aws dynamodb get-item --table-name demo-kms --key "appuser={S=$APPUSER}"',
        ),
        (
            call("GetItem", Key={"appuser": {"S": "54321"}}, ConsistentRead=True),
            "aws dynamodb get-item --key 'appuser={S=54321}'",
        ),
    ],
    ids=lambda made: made.operation if isinstance(made, Call) else "",
)
def test_a_call_is_a_command(shell: ShellSession, made: Call, command: str) -> None:
    assert lines(shell, made) == [command]


def test_the_password_is_a_variable_that_is_set_before_its_first_use(shell: ShellSession) -> None:
    encrypt = call("Encrypt", KeyId=KEY_ID, Plaintext="•••")
    command = (
        'aws kms encrypt --key-id "$KEY_ID" --plaintext fileb://<(printf %s "$PASSWORD") '
        "--query CiphertextBlob --output text | base64 --decode >ciphertext.bin"
    )
    assert lines(shell, encrypt) == ["PASSWORD='it'\"'\"'s a secret'", command]
    assert lines(shell, encrypt) == [command]


def test_an_item_is_read_again_to_keep_its_ciphertext(shell: ShellSession) -> None:
    get_item = call("GetItem", Key={"appuser": {"S": "12345"}})
    assert len(lines(shell, get_item)) == 1
    assert len(lines(shell, get_item, keeps_ciphertext=True)) == 1
    assert lines(shell, get_item, keeps_ciphertext=True) == []


def test_an_item_gets_a_user_number_of_its_own(shell: ShellSession) -> None:
    assert lines(shell, call("PutItem", TableName="demo-kms", Item=ITEM)) == [
        "APPUSER=$((10001 + RANDOM))",
        "aws dynamodb put-item --table-name demo-kms "
        '--item "appuser={S=$APPUSER},userpasswd={B@=fileb://ciphertext.bin}"',
    ]


def test_the_ciphertext_of_an_item_goes_to_a_file_to_be_decrypted(shell: ShellSession) -> None:
    get_item = call("GetItem", Key={"appuser": {"S": "12345"}})
    assert lines(shell, get_item, keeps_ciphertext=True) == [
        'aws dynamodb get-item --key "appuser={S=$APPUSER}" '
        "--query Item.userpasswd.B --output text | base64 --decode >ciphertext.bin"
    ]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (call("EnableKey", KeyId=KEY_ID, Tags=[]), "kms.enable_key(KeyId=key_id)"),
        (
            call("GetItem", Key={"appuser": {"S": "12345"}}, ConsistentRead=True),
            'dynamodb.get_item(Key={"appuser": {"S": appuser}})',
        ),
    ],
)
def test_the_same_call_in_boto3_has_the_same_variables(
    shell: ShellSession, made: Call, expected: str
) -> None:
    assert shell.boto3(made) == expected


def test_the_ciphertext_of_an_item_is_kept_in_boto3_to_be_decrypted(shell: ShellSession) -> None:
    kept = shell.boto3(call("GetItem", TableName="t"), keeps_ciphertext=True)
    assert kept == 'ciphertext = dynamodb.get_item(TableName="t")["Item"]["userpasswd"]["B"]'


@pytest.mark.parametrize(
    ("operation", "times"), [("DescribeKey", 1), ("ListAliases", 1), ("EnableKey", 2)]
)
def test_a_command_that_only_reads_is_typed_once(
    shell: ShellSession, operation: str, times: int
) -> None:
    typed = [lines(shell, call(operation, KeyId=KEY_ID)) for _ in range(2)]
    assert len(list(filter(None, typed))) == times


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        (("cat", "encrypt-passwd.py"), [["cat encrypt-passwd.py"], []]),
        (
            ("python3", "encrypt-passwd.py", PASSWORD, KEY_ID),
            [
                [
                    "PASSWORD='it'\"'\"'s a secret'",
                    'python3 encrypt-passwd.py "$PASSWORD" "$KEY_ID" | tee encrypted.txt',
                ],
                [r"APPUSER=$(grep -o '[0-9]\{5\}' encrypted.txt)"],
            ],
        ),
        (
            ("python3", "decrypt-passwd.py", "12345", KEY_ID),
            [['python3 decrypt-passwd.py "$APPUSER" "$KEY_ID"'], []],
        ),
    ],
)
def test_a_program_is_a_command(
    shell: ShellSession, command: tuple[str, ...], typed: list[list[str]]
) -> None:
    before, after = shell.script(command)
    assert [[" ".join(line) for line in part] for part in (before, after)] == typed


def test_a_key_id_is_short_after_its_first_time(shell: ShellSession) -> None:
    text = f"key/{KEY_ID}, again {KEY_ID}"
    assert shell.shortened(text) == f"key/{KEY_ID}, again 12345678…"
    assert shell.shortened(text) == "key/12345678…, again 12345678…"


# ------------------------------------------------------------------- begun at a later step


def test_a_session_that_begins_later_finds_key_and_user_number_at_their_first_use(
    later: ShellSession,
) -> None:
    decrypt = ["python3", "decrypt-passwd.py", "12345", KEY_ID]
    before, _ = later.script(decrypt)
    names = [" ".join(command).partition("=")[0] for command in before]
    assert names == ["KEY_ID", "APPUSER", 'python3 decrypt-passwd.py "$APPUSER" "$KEY_ID"']
    again, _ = later.script(decrypt)
    assert len(again) == 1


def test_a_script_that_prints_the_user_number_needs_no_other_one(later: ShellSession) -> None:
    later.script(["python3", "encrypt-passwd.py", PASSWORD, KEY_ID])
    before, _ = later.script(["python3", "decrypt-passwd.py", "12345", KEY_ID])
    assert len(before) == 1


def test_a_drawn_user_number_is_not_looked_for(later: ShellSession) -> None:
    typed = lines(later, call("PutItem", Item={"appuser": {"S": "12345"}}))
    assert typed[0].startswith("APPUSER=$((")
