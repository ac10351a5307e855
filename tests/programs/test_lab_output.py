"""The output of the lesson: on a terminal, without colours, in a pipe, and as a transcript."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.programs.test_lab import ONE_FEATURE, small_suite
from tests.subprocesses import run_in_terminal, run_python

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

__all__ = ["small_suite"]

FEATURE = """@deeper
Feature: Keep a password
  The password is encrypted before it is stored. This description is long enough that a terminal
  of eighty columns has to break it.

  A second paragraph says why.

  Background:
    Given the key

  @traffic
  Rule: The password is sent to AWS KMS

    Scenario: It is encrypted
      Given the table
      When I encrypt a password
      Then the password decrypts unchanged

  Rule: A failure is shown

    Scenario: A new key is not disabled
      Then the key is disabled
"""
# What differs in each run: ids, ciphertext, times.
CHANGING = [
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "12345678-1234-1234-1234-123456789012"),
    (r"key/[0-9a-f-]{12,}…", "key/12345678-1234…"),
    (r"demo-kms-[0-9a-f]{8}", "demo-kms-12345678"),
    (r"\b\d\d{4}\b", "12345"),
    (r"\b[0-9a-f]{32}…", "0123456789abcdef0123456789abcdef…"),
    (r"\d+\.\d (ms|s)\b", "1.0 ms"),
    (r"echo [\w+/=]+", "echo Q0lQSEVSVEVYVA=="),
    (r'("B": |Blob": )\s*"[^"]+"', r'\1"Q0lQSEVSVEVYVA=="'),
    (r"steps/keys.py:\d+", "steps/keys.py:1"),
]


@pytest.fixture
def suite(small_suite: Path) -> Path:
    """A suite of one feature that uses everything that a lesson can print."""
    feature = small_suite / "features" / "create_table.feature"
    feature.write_text(FEATURE, encoding="utf-8")
    return small_suite


def lasting(text: str) -> str:
    """Return a text with everything replaced that differs in each run."""
    for pattern, always in CHANGING:
        text = re.sub(pattern, always, text)
    return text


@pytest.mark.parametrize("no_color", ["", "1"], ids=["colours", "no colours"])
def test_on_a_terminal(suite: Path, snapshot: SnapshotAssertion, no_color: str) -> None:
    code, printed = run_in_terminal("-c", ONE_FEATURE, suite, variables={"NO_COLOR": no_color})
    assert code == 1
    assert bool(re.search(r"\x1b\[(1;)?3\d", printed)) == (not no_color)
    assert lasting(printed) == snapshot


def test_in_a_pipe_and_kept(suite: Path, snapshot: SnapshotAssertion, tmp_path: Path) -> None:
    kept = tmp_path / "kept.md"
    finished = run_python("-c", ONE_FEATURE, suite, "--transcript", kept)
    assert finished.returncode == 1
    assert lasting(finished.stdout) == snapshot(name="in a pipe")
    assert lasting(kept.read_text(encoding="utf-8")) == snapshot(name="as a transcript")
