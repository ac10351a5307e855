"""A process that has imported what kmsdemo needs, and forks for each program that is asked for.

A new program spends half of its CPU time on these imports, and a quarter on its first calls, for
which botocore and moto read models and import more. The fork becomes the program: it has its
arguments, folder, environment, streams and terminal, and ends with its exit code.

``tests/subprocesses.py`` starts this file by its path, so that no program finds a module ``tests``.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import runpy
import signal
import sys
import termios
import threading
import time
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn, TypedDict, cast

if TYPE_CHECKING:
    from io import TextIOWrapper

ROOT = Path(__file__).parent.parent
_IMPORTED = (
    "aws_encryption_sdk",
    "flask",
    "jinja2",
    "kmsdemo.cli",
    "kmsdemo.learners.submission",
    "kmsdemo.lesson.lesson",
    "kmsdemo.sandbox.http.server",
    "kmsdemo.vault",
    "rich.live",
    "rich.markdown",
)
_SUITE = {"conftest", "features", "steps", "test_lab"}
PLUGINS = ("--disable-plugin-autoload", "-ppytest_bdd.plugin", "-pxdist", "-pno:cacheprovider")
"""The plugins of pytest that a run needs; the others take a third of the time of a short one."""


class Program(TypedDict):
    """A program to run.

    Attributes:
        arguments: What follows ``python`` on its command line: ``-m MODULE …`` or ``-c CODE …``.
        folder: The working directory.
        environment: The environment variables, all of them.
        streams: The files of its standard input, its output and its errors.
        seconds: After which time it is killed.
    """

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    streams: list[str]
    seconds: int


def main() -> None:
    """Run the programs whose descriptions are read, a line each; print each exit code."""
    _run_a_scenario()
    for module in _IMPORTED:
        importlib.import_module(module)
    _make_first_calls()
    gc.freeze()
    if program := _serve():
        _become(program)


def _make_first_calls() -> None:
    from kmsdemo.backends import Options, moto  # noqa: PLC0415, it is imported by now

    with moto.running(Options()) as backend, backend.account() as account:
        account.clients.kms.list_keys()
        account.clients.dynamodb.list_tables()
        account.clients.iam.list_users()
        account.clients.sts.get_caller_identity()
        account.clients.cloudtrail.lookup_events()


def _run_a_scenario() -> None:
    """Let pytest import its plugins and ours; forget the suite, since programs run copies of it."""
    import pytest  # noqa: PLC0415, what pytest loads is not imported before

    path = sys.path.copy()
    scenario = f"{ROOT}/features/test_lab.py::test_create_the_key"
    with redirect_stdout(StringIO()):
        # Of pytest_bdd, pytest would not import the package itself with its hook.
        pytest.main(["-ppytest_bdd", *PLUGINS, f"--rootdir={ROOT}", scenario])
    sys.path[:] = path
    for name in {name for name in sys.modules if name.partition(".")[0] in _SUITE}:
        del sys.modules[name]


def _serve() -> Program | None:
    """Return the program in its own process; ``None`` in this one, at the end."""
    with suppress(KeyboardInterrupt), os.fdopen(os.dup(0), encoding="utf-8") as requests:
        for line in requests:
            child = os.fork()
            if not child:
                program: Program = json.loads(line)
                return program
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def _become(program: Program) -> None:
    signal.alarm(program["seconds"])
    os.chdir(program["folder"])
    os.environ.clear()
    os.environ.update(program["environment"])
    time.tzset()
    for descriptor, path in enumerate(program["streams"]):
        file = os.open(path, os.O_RDWR | os.O_APPEND)
        os.dup2(file, descriptor)
        os.close(file)
    if os.isatty(0):
        _take_terminal()
    if any(name.startswith("COVERAGE_PROCESS") for name in os.environ):
        import coverage  # noqa: PLC0415, few programs are measured

        coverage.process_startup()
    _end(_exit_code(program["arguments"]))


def _exit_code(arguments: list[str]) -> int:
    """Run a program; return its exit code, unless Python ends it with words."""
    try:
        _run(*arguments)
    except SystemExit as end:
        if isinstance(end.code, int | None):
            return end.code or 0
        raise
    return 0


def _end(code: int) -> NoReturn:
    """End as Python does, but leave the memory as it is: a change copies what forks share."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _take_terminal() -> None:
    """Make standard input the controlling terminal, which sends Ctrl-C."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    cast("TextIOWrapper", sys.stdout).reconfigure(line_buffering=True)


def _run(option: str, what: str, *arguments: str) -> None:
    """Do what ``python`` does with ``-m MODULE`` or ``-c CODE``."""
    sys.argv = [option, *arguments]
    if option == "-m":
        sys.path[0] = str(Path.cwd())
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.path[0] = ""
    sys.modules["__main__"] = module = ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(module))  # noqa: S102


if __name__ == "__main__":
    main()
