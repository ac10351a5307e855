"""The progress of each account: the check, run in the background when a page asks for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any

from kmsdemo.console import calls
from kmsdemo.console.access import Access
from kmsdemo.learners.finding import Finding
from kmsdemo.sandbox.trail import history
from kmsdemo.sandbox.trail.history import OBSERVER


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    Attributes:
        call_count: The number of calls that the account had made before the check.
        findings: One for each requirement of the lab.
        error: Why there are no findings; empty if there are.
    """

    call_count: int
    findings: list[Finding]
    error: str = ""


class CheckResults:
    """The latest check result of each account.

    Args:
        access: Access to the accounts of the sandbox.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._results: dict[str, CheckResult] = {}
        self._requested: dict[str, int] = {}
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._process: subprocess.Popen[str] | None = None
        self._is_stopped = False

    @contextmanager
    def running(self) -> Iterator[CheckResults]:
        """Run the checks in a thread; leaving the context stops it."""
        thread = Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._is_stopped = True
            self._queue.put(None)
            if self._process:
                self._process.kill()
            thread.join()

    def of(self, account: str) -> CheckResult | None:
        """Return the latest result, if any; check again if the account has made calls since."""
        latest = self._results.get(account)
        count = history.count(account)
        if self._requested.get(account) != count:
            self._requested[account] = count
            self._queue.put(account)
        return latest

    def _work(self) -> None:
        while (account := self._queue.get()) and not self._is_stopped:
            process = self._started()
            count = history.count(account)
            answer = _ask(process, self._environment(account))
            findings = [Finding(**fields) for fields in answer.get("findings", [])]
            self._results[account] = CheckResult(count, findings, answer.get("error", ""))
        if self._process:
            self._process.communicate()

    def _started(self) -> subprocess.Popen[str]:
        if self._process and self._process.poll() is not None:
            self._process.communicate()  # closes the pipes of a process that has ended
            self._process = None
        self._process = self._process or _start()
        return self._process

    def _environment(self, account: str) -> dict[str, str]:
        region = calls.region(account)
        return {**self._access.environment(account, region), "AWS_SDK_UA_APP_ID": OBSERVER}


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kmsdemo.console.check_process"],
        env={**os.environ, "NO_PROXY": "*"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # without Ctrl-C; it ends when its input is closed
    )


def _ask(process: subprocess.Popen[str], environment: dict[str, str]) -> dict[str, Any]:
    assert process.stdin  # noqa: S101, both are pipes
    assert process.stdout  # noqa: S101
    try:
        process.stdin.write(f"{json.dumps(environment)}\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
    except (OSError, ValueError):
        return {"error": "The check ended without an answer. Run kmsdemo check to see why."}
    return answer
