"""The verdicts of the console: the check, in a process beside the sandbox."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from kmsdemo.console import verdicts
from kmsdemo.console.access import Access
from kmsdemo.console.verdicts import Verdicts
from kmsdemo.sandbox.http.call_log import CallLog


def test_who_ends_it_does_not_wait_for_all_who_are_in_the_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is a program begun for them, which nobody would end."""
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

    monkeypatch.setattr(verdicts, "_start", start)
    with Verdicts(Access("http://127.0.0.1:1"), CallLog()).kept() as kept:
        for account in ("111111111111", "222222222222"):
            kept.on(account)
        while not started:
            time.sleep(0.01)
    assert len(started) == 1
    assert started[0].stdout is not None
    assert started[0].stdout.closed
