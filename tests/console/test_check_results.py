"""The check results of the console, which a thread produces."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from kmsdemo import errors
from kmsdemo.account.clients import Clients, connect
from kmsdemo.console import calls, check_results
from kmsdemo.console.access import Access
from kmsdemo.console.check_results import CheckResults
from kmsdemo.learners import check
from kmsdemo.learners.audit_trail import OBSERVER
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.progress import Progress
from kmsdemo.sandbox.trail import history
from tests.learners import accounts

ACCOUNT = "111111111111"
FINDING = Finding("1. Create the key", "A key has an alias of the lab", "done")
PROGRESS = Progress([FINDING])
Check = Callable[[Clients], Progress]
TIME_LIMIT_SECONDS = 60


class Answers:
    """Stands in for the check, and records when it is called."""

    def __init__(self, answer: Check) -> None:
        self._answer = answer
        self.asked = threading.Semaphore(0)
        self.may_answer = threading.Event()
        self.count = 0

    def check_account(self, clients: Clients) -> Progress:
        self.count += 1
        self.asked.release()
        assert self.may_answer.wait(TIME_LIMIT_SECONDS)
        return self._answer(clients)


def answered(monkeypatch: pytest.MonkeyPatch, answer: Check) -> check_results.CheckResult:
    """Return the result of a check that answers so."""
    answers = Answers(answer)
    answers.may_answer.set()
    monkeypatch.setattr(check, "check_account", answers.check_account)
    results = CheckResults(Access("http://127.0.0.1:1"))
    with results.running():
        results.of(ACCOUNT)
        assert answers.asked.acquire(timeout=TIME_LIMIT_SECONDS)
    result = results.of(ACCOUNT)
    assert result
    return result


def test_the_result_has_the_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    result = answered(monkeypatch, lambda _: PROGRESS)
    assert (result.progress, result.error) == (PROGRESS, "")


def test_an_account_that_cannot_be_read_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Clients) -> Progress:
        raise errors.Throttled("ListAliases")

    assert answered(monkeypatch, refuse).error == "AWS throttled ListAliases, even after retries."


def test_a_check_that_fails_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Clients) -> Progress:
        raise ZeroDivisionError

    assert answered(monkeypatch, fail).error.endswith("Run kmsdemo check to see why.")


def test_stopping_does_not_run_the_queued_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(lambda _: PROGRESS)
    monkeypatch.setattr(check, "check_account", answers.check_account)
    results = CheckResults(Access("http://127.0.0.1:1"))
    with results.running():
        for account in (ACCOUNT, "222222222222"):
            results.of(account)
        assert answers.asked.acquire(timeout=TIME_LIMIT_SECONDS)
        results._is_stopped = True
        answers.may_answer.set()
    assert answers.count == 1


def test_a_check_is_no_reason_for_another_check(clients: Clients) -> None:
    accounts.encrypted(clients)
    before = history.count("123456789012")
    check.check_account(connect(application=OBSERVER))
    assert history.count("123456789012") == before
    assert "Decrypt" not in [call.operation for call in calls.uses("123456789012")]
