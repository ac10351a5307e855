"""How far each account is: the check, run beside the sandbox whenever somebody looks."""

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

from kmsdemo.console.access import Access
from kmsdemo.learners.finding import Finding
from kmsdemo.sandbox.http.call_log import OBSERVER, CallLog


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check has found.

    Attributes:
        after: How many calls the account had made by then.
        findings: One for each thing that the lab asks.
        trouble: Why there are none; empty where there are.
    """

    after: int
    findings: list[Finding]
    trouble: str = ""


class Verdicts:
    """The last verdict on each account.

    Args:
        access: The way to the sandbox.
        call_log: What it has heard, which says whether a verdict is still the last word.
    """

    def __init__(self, access: Access, call_log: CallLog) -> None:
        self._access = access
        self._hearing = call_log
        self._known: dict[str, Verdict] = {}
        self._asked: dict[str, int] = {}
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._checking: subprocess.Popen[str] | None = None
        self._is_over = False

    @contextmanager
    def kept(self) -> Iterator[Verdicts]:
        """Look at accounts when asked to; leaving the context ends it."""
        thread = Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._is_over = True
            self._queue.put(None)
            if self._checking:
                self._checking.kill()
            thread.join()

    def on(self, account: str) -> Verdict | None:
        """Return the last verdict, if there is one; look again if the account has made calls."""
        count = self._hearing.count(account)
        if self._asked.get(account) != count:
            self._asked[account] = count
            self._queue.put(account)
        return self._known.get(account)

    def _work(self) -> None:
        while (account := self._queue.get()) and not self._is_over:
            checking = self._started()
            after = self._hearing.count(account)
            answer = _ask(checking, self._environment(account))
            findings = [Finding(**one) for one in answer.get("findings", [])]
            self._known[account] = Verdict(after, findings, answer.get("trouble", ""))
        if self._checking:
            self._checking.communicate()

    def _started(self) -> subprocess.Popen[str]:
        if self._checking and self._checking.poll() is not None:
            self._checking.communicate()  # it has ended, and its pipes are left
            self._checking = None
        self._checking = self._checking or _start()
        return self._checking

    def _environment(self, account: str) -> dict[str, str]:
        region = self._hearing.region(account)
        return {**self._access.environment(account, region), "AWS_SDK_UA_APP_ID": OBSERVER}


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kmsdemo.console.checking"],
        env={**os.environ, "NO_PROXY": "*"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C is not for it; it ends when nobody asks any more
    )


def _ask(checking: subprocess.Popen[str], environment: dict[str, str]) -> dict[str, Any]:
    assert checking.stdin  # noqa: S101, both are pipes
    assert checking.stdout  # noqa: S101
    try:
        checking.stdin.write(f"{json.dumps(environment)}\n")
        checking.stdin.flush()
        answer: dict[str, Any] = json.loads(checking.stdout.readline())
    except (OSError, ValueError):
        return {"trouble": "The check has ended. kmsdemo check runs it again."}
    return answer
