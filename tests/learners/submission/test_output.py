"""What is required of the output of a script, and what a learner whose script lacks it is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from kmsdemo.learners.finding import CheckFailed
from kmsdemo.learners.submission import output
from kmsdemo.learners.submission.program import Finished

PASSWORD = "correct horse"
LINES = output.lines_for_decrypting("12345", PASSWORD)
EXPECT_LINES = partial(output.expect_lines, expected=LINES)
TRACEBACK = 'Traceback (most recent call last):\n  File "x.py"\nKeyError: 1\n'
NODE = "Error: no\n    at Object.<anonymous> (/x.js:1:7)\n"
GO = "panic: no\n\ngoroutine 1 [running]:\n"


def printed(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("expect", "finished"),
    [
        (output.expect_success, Finished(0, "", "")),
        (EXPECT_LINES, Finished(0, printed(*LINES), "a warning")),
        (EXPECT_LINES, Finished(0, printed(*LINES).removesuffix("\n"), "")),
        (output.expect_failure, Finished(1, "-->> Decrypting\n", "There is no such user.")),
        (output.expect_failure, Finished(1, "There is no such user.", "")),
        (output.expect_password, Finished(0, f"It is {PASSWORD}.", "")),
    ],
)
def test_what_is_as_it_must_be_passes(expect: Callable[..., None], finished: Finished) -> None:
    expect(finished, password=PASSWORD)


@pytest.mark.parametrize(
    ("expect", "finished", "actual", "shown"),
    [
        (output.expect_success, Finished(3, "a\nb\n", ""), "The exit code is 3.", "b"),
        (output.expect_success, Finished(3, "a", f"c\n{PASSWORD}"), "exit code is 3", "PASSWORD"),
        (EXPECT_LINES, Finished(0, printed(LINES[0]), ""), "A line is missing.", ""),
        (EXPECT_LINES, Finished(0, printed(*LINES, "!"), ""), "It prints an extra line.", "!"),
        (
            EXPECT_LINES,
            Finished(0, printed("Hello"), "no key\n"),
            "It prints a different line.",
            "Hello\nStandard error: no key",
        ),
        (output.expect_failure, Finished(0, "done", ""), "exit code is 0", "done"),
        (output.expect_failure, Finished(1, "", TRACEBACK), "prints a stack trace", "KeyError: 1"),
        (output.expect_failure, Finished(1, "", NODE), "It prints a stack trace.", "at Object"),
        (output.expect_failure, Finished(2, GO, ""), "It prints a stack trace.", "goroutine 1"),
        (output.expect_failure, Finished(1, "-->> Decrypting\n \n", ""), "there is no message", ""),
        (
            output.expect_password,
            Finished(0, "a\nwrong\n", ""),
            "does not print the password",
            "wrong",
        ),
    ],
)
def test_what_is_not_is_said_with_the_line_and_without_the_password(
    expect: Callable[..., None], finished: Finished, actual: str, shown: str
) -> None:
    with pytest.raises(CheckFailed) as raised:
        expect(finished, password=PASSWORD)
    assert actual in raised.value.actual
    assert raised.value.actual.startswith(("It ", "The exit code ", "A line "))
    assert shown in raised.value.output
    assert PASSWORD not in raised.value.output
    assert raised.value.expected


@pytest.mark.parametrize("text", [PASSWORD, "Y29ycmVjdCBob3JzZQ==", "636f727265637420686f727365"])
def test_the_password_in_any_encoding_is_no_secret(text: str) -> None:
    with pytest.raises(CheckFailed, match=r"^Standard error contains the password\.") as raised:
        output.expect_secrecy(f"a\nsee {text}\nb", PASSWORD, "Standard error")
    assert raised.value.output == f"see {text}".replace(PASSWORD, "PASSWORD")


def test_an_output_without_the_password_keeps_the_secret() -> None:
    output.expect_secrecy("a\nb", PASSWORD, "Standard error")


def test_the_lines_are_those_of_the_lab() -> None:
    assert output.lines_for_encrypting("12345") == [
        "-->> Encrypting your very secret password",
        "A new encrypted password for user: 12345 has been stored in DynamoDB",
    ]
    assert output.lines_for_decrypting("12345", "a secret") == [
        "-->> Decrypting the very secret password for user: 12345",
        "Is this your decrypted password? -> a secret",
    ]


def test_of_what_decrypts_wrongly_the_last_line_is_shown() -> None:
    with pytest.raises(CheckFailed) as raised:
        output.expect_password(Finished(0, "one\ntwo\nthree\n", "why\n"), PASSWORD)
    assert raised.value.output == "three\nStandard error: why"


def test_a_user_number_that_is_none_is_not_asked_for() -> None:
    assert "user: 12345 has" in output.lines_for_encrypting("12345")[1]
    assert "user: NNNNN has" in output.lines_for_encrypting("what it printed")[1]


def test_a_long_line_is_cut() -> None:
    assert output.shown("x" * 500, PASSWORD) == "x" * 160 + "…"
