"""The commands of a :class:`~kmsdemo.trace.shell_session.ShellSession`, for PowerShell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Final

_DECODED: Final = "[Convert]::FromBase64String((\\1))"
_RULES: Final = (
    (r"^cat (\S+) (\S+)$", r"Get-Content \1, \2"),
    (r"^python3 ", "python "),
    (r"\| tee ", "| Tee-Object "),
    (
        r"^APPUSER=\$\(grep .*$",
        r"$APPUSER = (Select-String '\\d{5}' encrypted.txt).Matches[0].Value",
    ),
    (r"^APPUSER=\$\(\(.*$", "$APPUSER = Get-Random -Minimum 10001 -Maximum 99999"),
    (r"^(KEY_ID|APPUSER)=\$\((aws .*)\)$", r"$\1 = \2"),
    # Without quotation marks, PowerShell splits an argument at a comma.
    (r"(?<= )(\w+=\w+,[\w=,]+)(?= |$)", r"'\1'"),
    (
        r"^(.*) \| base64 --decode >ciphertext\.bin$",
        f'[IO.File]::WriteAllBytes("$PWD/ciphertext.bin", {_DECODED})',
    ),
    (r"^(.*) \| base64 --decode$", f"[Text.Encoding]::UTF8.GetString({_DECODED})"),
    # PowerShell has no process substitution: the password needs a file for a moment.
    (
        r'^(.*)fileb://<\(printf %s "\$PASSWORD"\)(.*)$',
        '[IO.File]::WriteAllText("$PWD/password.txt", $PASSWORD)\n'
        r"\1fileb://password.txt\2"
        "\nRemove-Item password.txt",
    ),
)


def powershell(command: Sequence[str]) -> str:
    """Return a command, given in its parts for bash, as it is typed in PowerShell."""
    line = " ".join(command)
    if line.startswith("PASSWORD="):
        (assignment,) = shlex.split(line)
        password = assignment.removeprefix("PASSWORD=").replace("'", "''")
        return f"$PASSWORD = '{password}'"
    for pattern, replacement in _RULES:
        line = re.sub(pattern, replacement, line)
    return line
