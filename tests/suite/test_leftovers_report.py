"""What a run could not remove is kept for its end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from kmsdemo.shared_account.errors import LeftBehind
from kmsdemo.suite import leftovers_report


def config() -> pytest.Config:
    return cast("pytest.Config", SimpleNamespace(stash=pytest.Stash()))


def test_a_run_that_left_nothing_says_nothing() -> None:
    assert list(leftovers_report.messages(config())) == []


def test_each_error_is_kept() -> None:
    errors = [LeftBehind("12345678", reason) for reason in ("a key.", "a table.")]
    kept = config()
    for error in errors:
        leftovers_report.add(kept, error)
    assert leftovers_report.messages(kept) == [str(error) for error in errors]


def test_those_of_other_processes_are_kept_too() -> None:
    kept = config()
    output = {"kmsdemo_leftovers": ["a key."]}
    for node in (SimpleNamespace(config=kept, workeroutput=output), SimpleNamespace(config=kept)):
        leftovers_report.pytest_testnodedown(node)
    assert leftovers_report.messages(kept) == ["a key."]
