"""The README is short, and what runs its commands takes them from it."""

from __future__ import annotations

import re

from tests.subprocesses import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_has_less_than_150_lines() -> None:
    assert len(README.splitlines()) < 150


def test_ci_runs_its_test_command_word_for_word() -> None:
    (command,) = re.findall(r"^python3 .*tox$", README, re.MULTILINE)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
