"""The check results of the console, which a separate process produces."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from kmsdemo.console import check_results
from kmsdemo.console.access import Access
from kmsdemo.console.check_results import CheckResults


def test_stopping_does_not_run_the_queued_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that is started for them would never be stopped."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(5)"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    monkeypatch.setattr(check_results, "_start", start)
    with CheckResults(Access("http://127.0.0.1:1")).running() as results:
        for account in ("111111111111", "222222222222"):
            results.of(account)
        while not started:
            time.sleep(0.01)
    assert len(started) == 1
    assert started[0].stdout is not None
    assert started[0].stdout.closed
