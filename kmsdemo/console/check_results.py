"""The progress of each account: the check, run in the background when a page asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from threading import Thread

from kmsdemo.console import calls
from kmsdemo.console.access import Access
from kmsdemo.errors import KmsdemoError
from kmsdemo.learners import check
from kmsdemo.learners.progress import Progress
from kmsdemo.sandbox.trail import history


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    Attributes:
        call_count: The number of calls that the account had made before the check.
        progress: The progress of the lab.
        error: Why there is none; empty if there is.
    """

    call_count: int
    progress: Progress | None
    error: str = ""


class CheckResults:
    """The latest check result of each account.

    Args:
        access: Access to the accounts of the sandbox.
    """

    def __init__(self, access: Access) -> None:
        self._clients = cache(access.clients)  # creating them takes longer than a check
        self._results: dict[str, CheckResult] = {}
        self._requested: dict[str, int] = {}
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._is_stopped = False

    @contextmanager
    def running(self) -> Iterator[CheckResults]:
        """Run the checks in a thread; leaving the context stops it after the check that it runs."""
        thread = Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._is_stopped = True
            self._queue.put(None)
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
            self._results[account] = self._result(account)

    def _result(self, account: str) -> CheckResult:
        count = history.count(account)
        try:
            progress = check.check_account(self._clients(account, calls.region(account)))
        except KmsdemoError as error:
            return CheckResult(count, None, error.what)
        except Exception:  # whatever it is, the console must continue
            return CheckResult(count, None, _FAILED)
        return CheckResult(count, progress)


_FAILED = "The check ended without an answer. Run kmsdemo check to see why."
