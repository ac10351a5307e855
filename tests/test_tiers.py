"""What ``pytest`` alone runs: the quick tests, on all processors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import pytest_cmdline_main

SOURCE = pytest.Config.ArgsSource


def processes(source: Any = SOURCE.TESTPATHS, n: int | None = None, **more: Any) -> Any:
    """Return the number of processes that a command line leads to."""
    option = SimpleNamespace(markexpr="", keyword="", numprocesses=n)
    config: Any = SimpleNamespace(args_source=source, option=option, **more)
    pytest_cmdline_main(config)
    return config.option.numprocesses


def test_without_arguments_all_processors_are_used() -> None:
    assert processes() == "auto"


def test_a_worker_starts_no_workers() -> None:
    assert processes(workerinput={"workerid": "gw0"}) is None


@pytest.mark.parametrize("n", [0, 1])
def test_the_number_that_is_given_is_used(n: int) -> None:
    assert processes(n=n) == n


def test_tests_that_are_named_run_in_one_process() -> None:
    assert processes(SOURCE.ARGS) is None
