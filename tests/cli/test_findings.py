"""Findings on the terminal, as ``kmsdemo grade`` prints them one after another."""

from __future__ import annotations

import sys
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from kmsdemo.cli.findings import FindingsPrinter
from kmsdemo.learners.finding import Finding

FINDINGS = [
    Finding("Lines", "They print the lines of the lab", "done"),
    Finding(
        "Lines",
        "They encrypt",
        "not yet",
        actual="The password is stored\tas it is.",
        next_step="Encrypt it before you store it, with the key that the script is given.",
        expected="A ciphertext.",
        output="A line\x1b[2J.",
    ),
    Finding("Secrets", "No file has the password", "not reached", "nothing is encrypted"),
]
PRINTED = """\
Lines
  done They print the lines of the lab
  NOT YET They encrypt
    Expected: A ciphertext.
    Found: The password is stored   as it is.
    Output: A line\\x1b[2J.
    Next: Encrypt it before you store it, with the
    key that the script is given.
Secrets
  later No file has the password: nothing is
  encrypted

The lab: 1 of 3.
"""


class Terminal(TextIOWrapper):
    """A terminal with this encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__(BytesIO(), encoding=encoding, errors="replace")

    def isatty(self) -> bool:
        return True


def print_all() -> None:
    printer = FindingsPrinter()
    for finding in FINDINGS:
        printer.add(finding)
    printer.end("The lab: 1 of 3.")


def test_a_pipe_gets_words_under_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys, "stdout", output := StringIO())
    print_all()
    assert output.getvalue() == PRINTED


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", "✘ They encrypt"), ("latin-1", "NOT YET They encrypt")]
)
def test_a_terminal_with_unicode_gets_marks(
    monkeypatch: pytest.MonkeyPatch, encoding: str, mark: str
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal := Terminal(encoding))
    print_all()
    terminal.seek(0)
    assert mark in terminal.read()
