"""What scripts print: the lab's lines, or others; a message, or a stack trace; the password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from kmsdemo.ciphertext import encodings_that_show
from kmsdemo.learners.finding import Mismatch
from kmsdemo.learners.submission.program import Finished

_LONGEST = 160
_USER_NUMBER = re.compile(r"\d{5}")
# Of Python; of JavaScript, Java and .NET; of Go; of Ruby; of Rust; of PHP.
_STACK_TRACE: Final = re.compile(
    r"^Traceback \(most recent call last\)|^\s+at .+\d\)?$|^goroutine \d+ \[|^\s+from .+:\d+:in "
    r"|^thread '.*' .*panicked|^Stack trace:",
    re.MULTILINE,
)


def lines_for_encrypting(appuser: str) -> list[str]:
    """Return what the encrypt script prints."""
    number = appuser if _USER_NUMBER.fullmatch(appuser) else "NNNNN"
    return [
        "-->> Encrypting your very secret password",
        f"A new encrypted password for user: {number} has been stored in DynamoDB",
    ]


def lines_for_decrypting(appuser: str, password: str) -> list[str]:
    """Return what the decrypt script prints."""
    return [
        f"-->> Decrypting the very secret password for user: {appuser}",
        f"Is this your decrypted password? -> {password}",
    ]


def expect_success(finished: Finished, password: str) -> None:
    """Expect the exit code 0.

    Args:
        finished: What the script left behind.
        password: What is not shown in what we say.

    Raises:
        Mismatch: It has another.
    """
    if finished.exit_code != 0:
        raise Mismatch(
            f"It ends with exit code {finished.exit_code}.",
            expected="Exit code 0.",
            output=last_line(finished, password),
        )


def expect_lines(lines: Sequence[str], expected: Sequence[str], password: str) -> None:
    """Expect these lines, no fewer and no more.

    Args:
        lines: What was printed.
        expected: What the lab prints.
        password: What is not shown in what we say.

    Raises:
        Mismatch: A line is another.
    """
    for should_be, is_there in zip_longest(expected, lines):
        if should_be != is_there:
            raise Mismatch(
                _how_they_differ(should_be, is_there),
                expected=shown(should_be or "No more lines.", password),
                output=shown(is_there or "", password),
            )


def lines_of(stdout: str) -> list[str]:
    """Return the lines of what was printed; a newline at its end begins no other."""
    return stdout.removesuffix("\n").split("\n") if stdout else []


def expect_failure(finished: Finished, password: str) -> None:
    """Expect an exit code that is not 0, and a message instead of a stack trace.

    Args:
        finished: What the script left behind.
        password: What is not shown in what we say.

    Raises:
        Mismatch: It does otherwise.
    """
    if finished.exit_code == 0:
        raise Mismatch(
            "It ends with exit code 0, as if it had succeeded.",
            expected="An exit code that is not 0, and a message.",
            output=last_line(finished, password),
        )
    printed = f"{finished.stderr}\n{finished.stdout}"
    if _STACK_TRACE.search(printed):
        raise Mismatch(
            "It shows a stack trace.",
            expected="A message that says what went wrong.",
            output=last_line(finished, password),
        )
    if all(line.startswith("-->>") or not line.strip() for line in printed.split("\n")):
        raise Mismatch(
            f"It ends with exit code {finished.exit_code}, without a word.",
            expected="A message that says what went wrong.",
        )


def expect_password(stdout: str, password: str) -> None:
    """Expect that the password is printed, unchanged.

    Args:
        stdout: What was printed.
        password: The password.

    Raises:
        Mismatch: It is not.
    """
    if password not in stdout:
        raise Mismatch(
            "It prints another password.",
            expected="The password, unchanged.",
            output=stdout.strip().rpartition("\n")[2][:_LONGEST],
        )


def expect_secrecy(printed: str, password: str, where: str) -> None:
    """Expect that the password is not printed, in no common encoding either.

    Args:
        printed: All that was.
        password: The password.
        where: What is said to show it otherwise.

    Raises:
        Mismatch: It is printed.
    """
    for line in printed.split("\n"):
        if encodings_that_show(password, line.encode()):
            raise Mismatch(
                f"{where} shows the password.",
                expected="The password is shown in the answer of the decrypt script alone.",
                output=shown(line, password),
            )


def last_line(finished: Finished, password: str) -> str:
    """Return the last line of standard error, or of standard output if there is none."""
    printed = finished.stderr.strip() or finished.stdout.strip()
    return shown(printed.rpartition("\n")[2], password)


def shown(line: str, password: str) -> str:
    """Return a line as we repeat it: without the password, and not too long."""
    line = line.replace(password, "PASSWORD")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _how_they_differ(should_be: str | None, is_there: str | None) -> str:
    if should_be is None:
        return "It prints one more line."
    return "It prints another line." if is_there else "A line is missing."
