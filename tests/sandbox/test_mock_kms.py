"""``mock_kms`` as a decorator; where nothing else has started moto, in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kmsdemo.sandbox import MockKms, mock_kms
from kmsdemo.sandbox.moto_hook import Hook
from tests.subprocesses import PYTEST, run_python


class RecordingMockKms(MockKms):
    """Notes how it is started and stopped, and leaves moto alone."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded: list[Any] = []

    def start(self, reset: bool = True) -> None:
        self.recorded.append(("start", reset))

    def stop(self, remove_data: bool = True) -> None:
        self.recorded.append(("stop", remove_data))


@pytest.mark.parametrize(("reset", "remove_data"), [(True, False), (False, True)])
@pytest.mark.parametrize("is_async", [True, False])
def test_a_decorated_function_runs_between_start_and_stop(
    reset: bool, remove_data: bool, is_async: bool
) -> None:
    mock = RecordingMockKms()

    async def later(name: str) -> str:
        mock.recorded.append(name)
        return name.upper()

    def at_once(name: str) -> str:
        mock.recorded.append(name)
        return name.upper()

    decorated = mock(later if is_async else at_once, reset, remove_data)
    answer = asyncio.run(decorated("a")) if is_async else decorated("a")
    assert (answer, decorated.__name__) == ("A", "later" if is_async else "at_once")
    assert mock.recorded == [("start", reset), "a", ("stop", remove_data)]


def test_a_decorated_async_function_that_fails_is_stopped_too() -> None:
    mock = RecordingMockKms()

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(mock(fail)())
    assert mock.recorded == [("start", True), ("stop", True)]


@pytest.mark.parametrize("name", ["setup_method", "teardown_method"])
def test_a_method_of_pytest_ignores_the_test_that_it_gets(name: str) -> None:
    def method(self: str) -> str:
        return self

    method.__name__ = name
    assert RecordingMockKms()(method)("self", "the test method") == "self"


def test_mock_kms_is_a_decorator_with_and_without_parentheses() -> None:
    def function() -> str:
        return "called"

    assert isinstance(mock_kms(), MockKms)
    assert [mock_kms(function)(), mock_kms()(function)()] == ["called"] * 2


def test_what_a_hook_replaces_is_restored() -> None:
    class Owner:
        mine = "theirs"

    class Subclass(Owner):
        pass

    hook = Hook()
    for owner, name in ((Owner, "mine"), (Subclass, "mine"), (Owner, "new")):
        hook._replace(owner, name, "ours")
    assert (Owner.mine, Subclass.mine, vars(Owner)["new"]) == ("ours", "ours", "ours")
    while hook._undo:
        hook._undo.pop()()
    assert (Owner.mine, Subclass.mine, vars(Owner).get("new")) == ("theirs", "theirs", None)
    assert "mine" not in vars(Subclass)


@pytest.mark.program
def test_mock_kms_in_a_project_of_its_own() -> None:
    checks = Path(__file__).with_name("check_mock_kms.py")
    finished = run_python(*PYTEST, "-q", checks, is_measured=True)
    assert finished.returncode == 0, finished.stdout
    assert "17 passed" in finished.stdout
