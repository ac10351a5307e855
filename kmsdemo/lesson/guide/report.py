"""A pytest plugin: ``--guide=FILE`` writes the verdict of any run as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.errors import KmsdemoError
from kmsdemo.lesson.guide import files, verdict
from kmsdemo.lesson.guide.verdict import Run, VerdictRecorder

_RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kmsdemo")
    group.addoption(
        "--guide",
        type=Path,
        metavar="FILE",
        help="write how each scenario ended, and the calls of a failed step, as a page: .html",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if (path := config.getoption("guide")) is None:
        return
    try:
        files.check(path)
        files.check_is_html(path)
    except KmsdemoError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_RUN] = verdict.begin(config.getoption("backend"))
    config.pluginmanager.register(VerdictRecorder(config.stash[_RUN]), "kmsdemo_verdict")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash.get(_RUN, None)
    if run is None or hasattr(session.config, "workerinput"):
        return
    from kmsdemo.lesson.guide import page  # noqa: PLC0415, Jinja only starts where it writes

    run.sort()
    files.write(session.config.getoption("guide"), page.html(page.Page(runs=[run])))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash.get(_RUN, None):
        terminalreporter.write_line(f"The verdict of the run is in {config.getoption('guide')}")
