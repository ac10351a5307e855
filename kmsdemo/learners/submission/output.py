"""Checks the output of a script: its lines, its exit code, its error message, the password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.learners.finding import CheckFailed
from kmsdemo.learners.submission.program import Finished

_MAX_LINE = 160
_USER_NUMBER = re.compile(r"\d{5}")
# Python; JavaScript; Java; .NET; Go; Ruby; Rust; PHP.
_STACK_TRACE: Final = re.compile(
    r"^Traceback \(most recent call last\)|^\s+at .+:\d+:\d+\)?$|^\s+at [\w.$<>/]+\([^)]*\)$"
    r"|^\s+at .+\) in .+:line \d+$|^goroutine \d+ \[|^\s+from .+:\d+:in "
    r"|^thread '.*' .*panicked|^Stack trace:",
    re.MULTILINE,
)


def lines_for_encrypting(appuser: str) -> list[str]:
    """Return the lines that the encrypt script must print."""
    number = appuser if _USER_NUMBER.fullmatch(appuser) else "NNNNN"
    return [
        "-->> Encrypting your very secret password",
        f"A new encrypted password for user: {number} has been stored in DynamoDB",
    ]


def lines_for_decrypting(appuser: str, password: str) -> list[str]:
    """Return the lines that the decrypt script must print."""
    return [
        f"-->> Decrypting the very secret password for user: {appuser}",
        f"Is this your decrypted password? -> {password}",
    ]


def expect_success(finished: Finished, password: str) -> None:
    """Expect the exit code 0.

    Args:
        finished: The result of the script.
        password: The password, which is left out of the message.

    Raises:
        CheckFailed: The exit code is not 0.
    """
    if finished.exit_code != 0:
        raise CheckFailed(
            f"The exit code is {finished.exit_code}.",
            expected="Exit code 0.",
            output=last_line(finished, password),
        )


def expect_lines(finished: Finished, expected: Sequence[str], password: str) -> None:
    """Expect these lines, no fewer and no more.

    Args:
        finished: The result of the script.
        expected: The lines of the lab.
        password: The password, which is left out of the message.

    Raises:
        CheckFailed: A line differs, is missing, or is not expected.
    """
    for wanted, printed in zip_longest(expected, lines_of(finished.stdout)):
        if wanted != printed:
            raise CheckFailed(
                _how_they_differ(wanted, printed),
                expected=shown(wanted or "No more lines.", password),
                output=_with_standard_error(shown(printed or "", password), finished, password),
            )


def lines_of(stdout: str) -> list[str]:
    """Return the lines of the output; a newline at the end does not begin another line."""
    return stdout.removesuffix("\n").split("\n") if stdout else []


def expect_failure(finished: Finished, password: str) -> None:
    """Expect an exit code that is not 0, and a message instead of a stack trace.

    Args:
        finished: The result of the script.
        password: The password, which is left out of the message.

    Raises:
        CheckFailed: The exit code is 0, or there is no message, or there is a stack trace.
    """
    if finished.exit_code == 0:
        raise CheckFailed(
            "The exit code is 0, which means success.",
            expected="An exit code that is not 0, and a message.",
            output=last_line(finished, password),
        )
    text = f"{finished.stderr}\n{finished.stdout}"
    if _STACK_TRACE.search(text):
        raise CheckFailed(
            "It prints a stack trace.",
            expected="A message that says what is wrong.",
            output=last_line(finished, password),
        )
    if all(line.startswith("-->>") or not line.strip() for line in text.split("\n")):
        raise CheckFailed(
            f"The exit code is {finished.exit_code}, and there is no message.",
            expected="A message that says what is wrong.",
        )


def expect_password(finished: Finished, password: str) -> None:
    """Expect that the password is printed, unchanged.

    Args:
        finished: The result of the script.
        password: The password.

    Raises:
        CheckFailed: The output does not contain the password.
    """
    if password not in finished.stdout:
        raise CheckFailed(
            "It does not print the password, or not unchanged.",
            expected="The password, unchanged.",
            output=_with_standard_error(
                shown(finished.stdout.strip().rpartition("\n")[2], password), finished, password
            ),
        )


def expect_secrecy(text: str, password: str, where: str) -> None:
    """Expect that the output does not contain the password, in any common encoding.

    Args:
        text: The output.
        password: The password.
        where: What the output is, for the message.

    Raises:
        CheckFailed: The output contains the password.
    """
    for line in text.split("\n"):
        if encodings_that_show(password, line.encode()):
            raise CheckFailed(
                f"{where} contains the password.",
                expected="Only the last line of the decrypt script contains the password.",
                output=shown(line, password),
            )


def last_line(finished: Finished, password: str) -> str:
    """Return the last line of standard error, or of standard output if there is none."""
    text = finished.stderr.strip() or finished.stdout.strip()
    return shown(text.rpartition("\n")[2], password)


def shown(line: str, password: str) -> str:
    """Return a line without the password, and cut to 160 characters."""
    line = line.replace(password, "PASSWORD")
    return line if len(line) <= _MAX_LINE else f"{line[:_MAX_LINE]}…"


def _with_standard_error(line: str, finished: Finished, password: str) -> str:
    """Return a line of the output, and below it the last line of standard error, if any."""
    said = finished.stderr.strip().rpartition("\n")[2]
    return "\n".join(filter(None, [line, said and f"Standard error: {shown(said, password)}"]))


def _how_they_differ(wanted: str | None, printed: str | None) -> str:
    if wanted is None:
        return "It prints an extra line."
    return "It prints a different line." if printed else "A line is missing."
