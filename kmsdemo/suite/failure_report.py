"""A pytest plugin: a failed scenario prints its Gherkin step, its AWS calls and the error."""

from __future__ import annotations

import inspect
import logging
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmsdemo.printable import printable
from kmsdemo.suite.call_recording import trace
from kmsdemo.trace.recording import Call

if TYPE_CHECKING:
    from pytest_bdd.parser import Scenario, Step

_MAX_STEPS = 6
_MAX_CALLS = 4
_MAX_ERROR_LINES = 6
_WIDTH = 200


@dataclass(slots=True)
class _Progress:
    """The steps of a scenario that have started."""

    scenario: Scenario
    steps: list[Step] = field(default_factory=list)

    def failure(self, exception: BaseException, where: str) -> str:
        return "\n".join(_failure(self.scenario, self.steps, trace.calls, exception, where))


_PROGRESS = pytest.StashKey[_Progress]()


def pytest_configure() -> None:
    """Keep botocore from logging the content of requests, which has passwords."""
    logging.getLogger("botocore").setLevel(logging.INFO)


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    request.node.stash[_PROGRESS] = _Progress(scenario)


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Step) -> None:
    request.node.stash[_PROGRESS].steps.append(step)


def pytest_bdd_step_error(
    request: pytest.FixtureRequest, step_func: Callable[..., object], exception: Exception
) -> None:
    _show(request.node, exception, _place(step_func))


def pytest_bdd_step_func_lookup_error(
    request: pytest.FixtureRequest, step: Step, exception: Exception
) -> None:
    request.node.stash[_PROGRESS].steps.append(step)
    _show(request.node, exception, "steps/")


def _show(item: pytest.Item, exception: Exception, where: str) -> None:
    """Replace the traceback with this report, unless the user chose a traceback style."""
    if item.config.getoption("tbstyle") == "auto":
        failure = item.stash[_PROGRESS].failure(exception, where)
        item.repr_failure = lambda *_: failure  # type: ignore[method-assign]


def _failure(
    scenario: Scenario, steps: list[Step], calls: list[Call], exception: BaseException, where: str
) -> list[str]:
    *passed, failed = steps
    return [
        f"Scenario: {scenario.name}",
        f"  {scenario.feature.rel_filename}:{failed.line_number}",
        *_last(_MAX_STEPS, [f"    ✔ {step.keyword} {step.name}" for step in passed]),
        f"    ✘ {failed.keyword} {failed.name}",
        *_last(_MAX_CALLS, [_cut(f"        {call}") for call in calls]),
        *[f"        $ {call.command_line}" for call in calls[-1:]],
        *_error(exception),
        f"  Step: {where}    (--tb=long shows the whole traceback)",
    ]


def _error(exception: BaseException) -> list[str]:
    lines = f"{type(exception).__name__}: {exception}".splitlines()
    return [
        _cut(line)
        for line in textwrap.indent("\n".join(lines[:_MAX_ERROR_LINES]), "  ").splitlines()
    ]


def _last(limit: int, lines: list[str]) -> list[str]:
    """Return the last lines, after the number of lines that are omitted."""
    left_out = len(lines) - limit
    return lines if left_out <= 0 else [f"    … {left_out} earlier", *lines[-limit:]]


def _cut(line: str) -> str:
    line = printable(line)
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _place(step_func: Callable[..., object]) -> str:
    function = inspect.unwrap(step_func)
    path = Path(inspect.getfile(function))
    return f"{path.parent.name}/{path.name}:{function.__code__.co_firstlineno}"
