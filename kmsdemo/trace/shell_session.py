"""AWS calls as the commands that a person types into one shell, one after the other.

What one command returns goes to the next through a variable, such as ``$KEY_ID``, or a file,
``ciphertext.bin``; :mod:`kmsdemo.trace.aws_command` writes each call by itself instead.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from botocore import xform_name

from kmsdemo.trace.boto3_lines import boto3_lines
from kmsdemo.trace.recording import Call
from kmsdemo.trace.redaction import REDACTED

_CIPHERTEXT: Final = "fileb://ciphertext.bin"
_PLAINTEXT: Final = 'fileb://<(printf %s "$PASSWORD")'
# For a session that begins after the key or the item was made.
_FIND: Final[Mapping[str, Sequence[str]]] = {
    "$KEY_ID": (
        "KEY_ID=$(aws kms list-aliases",
        "--query \"Aliases[?contains(AliasName,'demo-kms-')].TargetKeyId|[0]\"",
        "--output text)",
    ),
    "$APPUSER": (
        "APPUSER=$(aws dynamodb scan --table-name demo-kms",
        '--query "Items[0].appuser.S"',
        "--output text)",
    ),
}
_DRAW_USER_NUMBER: Final = "APPUSER=$((10001 + RANDOM))"
_USER_NUMBER_OF_SCRIPT: Final = r"APPUSER=$(grep -o '[0-9]\{5\}' encrypted.txt)"
# They say nothing about encryption.
_LEFT_OUT: Final = frozenset(
    (
        "ConsistentRead",
        "ExpressionAttributeNames",
        "MultiRegion",
        "ReturnValuesOnConditionCheckFailure",
        "Tags",
    )
)
_ONLY_READS: Final = ("Describe", "List", "Get", "Scan")
_KEPT_IN_FILE: Final = ("| base64 --decode", ">ciphertext.bin")
_AFTER: Final[Mapping[str, Sequence[str]]] = {
    "CreateKey": ("--query KeyMetadata.KeyId", "--output text)"),
    "Encrypt": ("--query CiphertextBlob", "--output text", *_KEPT_IN_FILE),
    "Decrypt": ("--query Plaintext", "--output text", "| base64 --decode"),
}
_GET_CIPHERTEXT: Final = ("--query Item.userpasswd.B", "--output text", *_KEPT_IN_FILE)
_KEY_ID: Final = re.compile(r"\b(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")

Command = list[str]


class ShellSession:
    """Writes commands, and keeps track of the variables that have a value.

    Args:
        password: The password of the lab.
    """

    def __init__(self, password: str) -> None:
        self._names = {password: "$PASSWORD"}
        self._assignments = {**_FIND, "$PASSWORD": [f"PASSWORD={shlex.quote(password)}"]}
        self._typed: set[str] = set()
        self._seen_key_ids: set[str] = set()

    def learn(self, call: Call) -> None:
        """Remember what a call has put into a variable, whether or not it is shown."""
        if key_id := call.response.get("KeyMetadata", {}).get("KeyId"):
            self._names[key_id] = "$KEY_ID"
        if appuser := call.parameters.get("Item", {}).get("appuser", {}).get("S"):
            self._names[appuser] = "$APPUSER"

    def script(self, command: Sequence[str]) -> tuple[list[Command], list[Command]]:
        """Return the commands that run a program, and those that keep what it prints."""
        typed = [self._argument(argument) for argument in command]
        before = self._first_uses(typed)
        if "encrypt-passwd.py" in command and "cat" not in command:
            self._assign([[_USER_NUMBER_OF_SCRIPT]])
            return [*before, [*typed, "| tee encrypted.txt"]], [[_USER_NUMBER_OF_SCRIPT]]
        return [*before, typed], []

    def is_new(self, call: Call, *, keeps_ciphertext: bool = True) -> bool:
        """Return whether a call needs a command that was not typed before.

        Args:
            call: The call.
            keeps_ciphertext: Whether the ciphertext of an item goes to a file, to be decrypted.
        """
        return " ".join(self._command(call, keeps_ciphertext)) not in self._typed

    def commands(self, call: Call, *, keeps_ciphertext: bool = False) -> list[Command]:
        """Return the commands that make a call; none if it only reads and was typed before.

        Args:
            call: The call.
            keeps_ciphertext: As in :meth:`is_new`.
        """
        is_new = self.is_new(call, keeps_ciphertext=keeps_ciphertext)
        if not is_new and call.operation.startswith(_ONLY_READS):
            return []
        command = self._command(call, keeps_ciphertext)
        self._typed.add(" ".join(command))
        draw = [[_DRAW_USER_NUMBER]] if call.operation == "PutItem" else []
        self._assign([*draw, command])
        return [*self._first_uses(command), *draw, command]

    def boto3(self, call: Call, *, keeps_ciphertext: bool = False) -> str:
        """Return the boto3 lines that make a call, with the same variables in lower case.

        Args:
            call: The call.
            keeps_ciphertext: As in :meth:`is_new`.
        """
        variables = {value: name[1:].lower() for value, name in self._names.items()}
        kept = {name: value for name, value in call.parameters.items() if name not in _LEFT_OUT}
        return boto3_lines(
            replace(call, parameters=kept), variables, keeps_ciphertext=keeps_ciphertext
        )

    def shortened(self, text: str) -> str:
        """Return a text with each key id shortened that was shown before."""
        return _KEY_ID.sub(self._short, text)

    def _short(self, found: re.Match[str]) -> str:
        if found[0] in self._seen_key_ids:
            return f"{found[0][:8]}…"
        self._seen_key_ids.add(found[0])
        return found[0]

    def _command(self, call: Call, keeps_ciphertext: bool) -> Command:
        after = _AFTER.get(call.operation, ())
        if call.operation == "GetItem" and keeps_ciphertext:
            after = _GET_CIPHERTEXT
        operation = f"{call.service} {xform_name(call.operation, '-')}"
        program = "KEY_ID=$(aws" if call.operation == "CreateKey" else "aws"
        return [f"{program} {operation}", *self._options(call.parameters), *after]

    def _assign(self, commands: Sequence[Command]) -> None:
        """Note which variables commands give a value to."""
        for first, *_ in commands:
            self._assignments.pop(f"${first.partition('=')[0]}", None)

    def _first_uses(self, command: Command) -> list[Command]:
        """Return the assignments of the variables that a command is the first to use."""
        line = " ".join(command)
        used = [name for name in self._assignments if name in line]
        return [list(self._assignments.pop(name)) for name in used]

    def _options(self, parameters: Mapping[str, Any]) -> Iterator[str]:
        for name, value in parameters.items():
            if name not in _LEFT_OUT:
                yield f"--{xform_name(name, '-')} {self._argument(value)}"

    def _argument(self, value: Any) -> str:
        if value == REDACTED:
            return _PLAINTEXT
        if isinstance(value, bytes | bytearray):
            return _CIPHERTEXT
        if isinstance(value, list):
            return " ".join(map(self._argument, value))
        text = self._shorthand(value)
        if text.startswith("{"):
            text = text[1:-1]
        return f'"{text}"' if "$" in text else shlex.quote(text)

    def _shorthand(self, value: Any) -> str:
        """Return a value in the shorthand syntax of the AWS CLI."""
        if isinstance(value, Mapping):
            return f"{{{','.join(self._member(*member) for member in value.items())}}}"
        return self._names.get(str(value), str(value))

    def _member(self, name: str, value: Any) -> str:
        if isinstance(value, bytes | bytearray):
            return f"{name}@={_CIPHERTEXT}"
        return f"{name}={self._shorthand(value)}"
