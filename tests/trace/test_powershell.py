"""The commands of the lab in PowerShell: each form that differs from bash."""

from __future__ import annotations

import pytest

from kmsdemo.trace.powershell import powershell


@pytest.mark.parametrize(
    ("bash", "expected"),
    [
        (
            "KEY_ID=$(aws kms create-key --output text)",
            "$KEY_ID = aws kms create-key --output text",
        ),
        ("PASSWORD='correct horse'", "$PASSWORD = 'correct horse'"),
        ("""PASSWORD='it'"'"'s'""", "$PASSWORD = 'it''s'"),
        ("cat a.py b.py", "Get-Content a.py, b.py"),
        (
            'python3 encrypt-passwd.py "$PASSWORD" "$KEY_ID" | tee encrypted.txt',
            'python encrypt-passwd.py "$PASSWORD" "$KEY_ID" | Tee-Object encrypted.txt',
        ),
        (
            r"APPUSER=$(grep -o '[0-9]\{5\}' encrypted.txt)",
            r"$APPUSER = (Select-String '\d{5}' encrypted.txt).Matches[0].Value",
        ),
        (
            "APPUSER=$(aws dynamodb scan --output text)",
            "$APPUSER = aws dynamodb scan --output text",
        ),
        ("APPUSER=$((10001 + RANDOM))", "$APPUSER = Get-Random -Minimum 10001 -Maximum 99999"),
        (
            "aws dynamodb create-table --key-schema AttributeName=appuser,KeyType=HASH",
            "aws dynamodb create-table --key-schema 'AttributeName=appuser,KeyType=HASH'",
        ),
        (
            "aws kms decrypt --output text | base64 --decode",
            "[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String("
            "(aws kms decrypt --output text)))",
        ),
        (
            'aws kms encrypt --plaintext fileb://<(printf %s "$PASSWORD") | base64 --decode '
            ">ciphertext.bin",
            '[IO.File]::WriteAllText("$PWD/password.txt", $PASSWORD)\n'
            '[IO.File]::WriteAllBytes("$PWD/ciphertext.bin", [Convert]::FromBase64String('
            "(aws kms encrypt --plaintext fileb://password.txt)))\n"
            "Remove-Item password.txt",
        ),
        ('aws kms enable-key --key-id "$KEY_ID"', 'aws kms enable-key --key-id "$KEY_ID"'),
    ],
)
def test_a_command_is_typed_so_in_powershell(bash: str, expected: str) -> None:
    assert powershell(bash.split(" ")) == expected
