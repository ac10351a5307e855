"""A pytest plugin that tries mutants, each in a fork of one session that has run every test once.

All is imported then, and a test takes milliseconds. A mutant is tried by the tests that call its
function: first those that killed another mutant of the function, then those of its module, the
quickest first, until one fails. One that survives, and is of what runs at import, is tried in a
process of its own.

``--mutants FILE`` has the names of the mutants, one a line. A line with the name and the exit code
of each that was tried is added to ``FILE.codes``, so that a run that is killed loses nothing.
"""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest

KILLED, SURVIVED, NO_TEST = 1, 0, 33
"""Exit codes of mutants, those of mutmut."""
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class FunctionTests:
    """The tests of each function.

    Attributes:
        seconds: The CPU time of each test.
        of: The tests that call a function, by its name.
        killers: Those that killed a mutant of the function, the last one first.
    """

    seconds: dict[pytest.Item, float] = field(default_factory=dict)
    of: defaultdict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))
    killers: defaultdict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))

    def in_order(self, function: str, most_seconds: float) -> list[pytest.Item]:
        """Return the tests of a function, as many as take so many seconds, but one at least."""
        files, killers = _test_files_of(function), self.killers[function]
        others = [test for test in self.of[function] if test not in killers]
        others.sort(key=lambda test: (not test.path.name.startswith(files), self.seconds[test]))
        chosen: list[pytest.Item] = []
        for test in [*killers, *others]:
            most_seconds -= self.seconds[test]
            if chosen and most_seconds < 0:
                break
            chosen.append(test)
        return chosen

    def cost(self, chosen: Sequence[pytest.Item]) -> float:
        """Return the CPU time of tests, in seconds."""
        return sum(self.seconds[test] for test in chosen)

    def has_killed(self, function: str, test: pytest.Item) -> None:
        """Remember the test that killed a mutant of a function."""
        self.killers[function] = [test, *(one for one in self.killers[function] if one != test)]


@dataclass(frozen=True)
class MutantRun:
    """A mutant that is being tried.

    Attributes:
        name: The name of the mutant.
        tests: Its tests, in order.
        process: The fork; its exit code is 0 if no test fails.
        failed: Receives the number of the test that failed.
    """

    name: str
    tests: Sequence[pytest.Item]
    process: ForkProcess
    failed: Connection


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("mutants")
    group.addoption("--mutants", type=Path, metavar="FILE", help="the names of mutants")
    group.addoption("--mutant-seconds", type=float, default=60, help="tests of each, in seconds")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run every test without a mutant, then the tests of each mutant in a fork."""
    file: Path | None = session.config.option.mutants
    if file is None:
        return None
    at_import = {*_called_functions()}
    tests = _run_without_mutant(session.items)
    session.testsfailed = 0
    session.config.option.maxfail = 0
    _forget_what_is_cached()
    with file.with_suffix(".codes").open("a", encoding="utf-8", buffering=1) as codes:
        for run in _run_mutants(session, tests, file.read_text("utf-8").split(), at_import):
            codes.write(f"{run.name} {run.process.exitcode}\n")
    return True


def function_of(mutant: str) -> str:
    """Return the function of a mutant, as mutmut names both."""
    return mutant.partition("__mutmut_")[0]


def _test_files_of(function: str) -> str:
    """Return how the names of the files with the tests of the module of a function begin."""
    return "test_" + function.split(".")[-2]


def _run_without_mutant(items: Sequence[pytest.Item]) -> FunctionTests:
    """Run all tests, to know which functions each calls; one that fails will try no mutant."""
    tests = FunctionTests()
    for item, following in zip_longest(items, items[1:]):
        _called_functions().clear()
        began = time.process_time()
        if _fails(item, following):
            print(f"{item.nodeid} fails without a mutant: it tries none.", file=sys.__stderr__)
            continue
        tests.seconds[item] = time.process_time() - began
        for function in _called_functions():
            tests.of[function].append(item)
    return tests


def _called_functions() -> set[str]:
    """Return the functions that were called, as long as the mutant under test is ``stats``."""
    from mutmut.state import state  # noqa: PLC0415, tox -e mutants has it

    return state()._stats  # type: ignore[no-any-return]


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    before = item.session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return item.session.testsfailed > before


def _forget_what_is_cached() -> None:
    """Empty the caches of kmsdemo, in which a mutant would find what was right."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and str(one.__module__)[:7] == "kmsdemo":
            one.cache_clear()
    gc.collect()
    gc.freeze()  # a fork shares the memory that nobody writes to


def _run_mutants(
    session: pytest.Session, tests: FunctionTests, names: Sequence[str], at_import: set[str]
) -> Iterator[MutantRun]:
    """Try mutants, as many at the same time as there are processors; yield each when it ends."""
    seconds = session.config.option.mutant_seconds
    running: dict[Any, MutantRun] = {}
    for name in names:
        chosen = tests.in_order(function_of(name), seconds)
        hangs_after = int(10 + 10 * tests.cost(chosen))
        run = _begin(name, chosen, hangs_after, is_of_import=function_of(name) in at_import)
        running[run.process.sentinel] = run
        while len(running) == os.cpu_count():
            yield from _ended(running, tests)
    while running:
        yield from _ended(running, tests)


def _begin(
    name: str, chosen: Sequence[pytest.Item], hangs_after: int, is_of_import: bool
) -> MutantRun:
    failed, note = _FORK.Pipe(duplex=False)
    arguments = (name, chosen, hangs_after, is_of_import, note)
    process = _FORK.Process(target=_run_with_mutant, args=arguments)
    process.start()
    note.close()
    return MutantRun(name, chosen, process, failed)


def _ended(running: dict[Any, MutantRun], tests: FunctionTests) -> Iterator[MutantRun]:
    """Wait until a run ends, and yield it."""
    for sentinel in wait(list(running)):
        run = running.pop(sentinel)
        run.process.join()
        with suppress(EOFError):
            tests.has_killed(function_of(run.name), run.tests[run.failed.recv()])
        yield run


def _run_with_mutant(
    name: str,
    chosen: Sequence[pytest.Item],
    hangs_after: int,
    is_of_import: bool,
    failed: Connection,
) -> None:
    from mutmut.mutation.trampoline import set_mutant_under_test  # noqa: PLC0415

    gc.disable()
    resource.setrlimit(resource.RLIMIT_CPU, (hangs_after, resource.RLIM_INFINITY))
    set_mutant_under_test(name)
    for number, (item, following) in enumerate(zip_longest(chosen, chosen[1:])):
        if _fails(item, following):
            failed.send(number)
            os._exit(KILLED)
    if is_of_import:
        _run_anew(name)
    os._exit(SURVIVED if chosen else NO_TEST)


def _run_anew(name: str) -> None:
    """Become a pytest that imports all with the mutant, and runs the tests of its module first."""
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2)
    of_module = map(str, Path("tests").rglob(_test_files_of(name) + "*.py"))
    others = [one for one in sys.argv[1:] if not one.startswith("--mutant")]
    command = [sys.executable, "-m", "pytest", "--exitfirst", *of_module, *others]
    os.execv(sys.executable, command)  # noqa: S606
