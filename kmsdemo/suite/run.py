"""Runs features of the suite with pytest; a plugin replaces the terminal report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn, cast

import pytest

from kmsdemo.suite import interruption, location


class TerminalReportReplacement:
    """The base class of plugins that replace pytest's terminal report.

    Attributes:
        was_interrupted: Whether the user pressed Ctrl-C.
        error: Why the run was stopped, or ``None``.
    """

    was_interrupted = False
    error: BaseException | None = None

    def stop(self, error: BaseException) -> NoReturn:
        """End the run; :func:`run` raises the error when everything is cleaned up."""
        self.error = error
        pytest.exit(str(error))

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.was_interrupted = excinfo.type is KeyboardInterrupt


def run(
    plugin: TerminalReportReplacement,
    features: str,
    *options: str,
    plugins: Sequence[object] = (),
) -> int | pytest.ExitCode:
    """Run features, isolated from the options and plugins of the user's own tests.

    Args:
        plugin: The plugin that replaces the terminal report.
        features: A folder or a file, as a path inside the suite.
        options: Further options of pytest.
        plugins: Further plugins of pytest.

    Returns:
        pytest's exit code.

    Raises:
        BaseException: The error that stopped it.
    """
    root = location.root()
    os.environ.pop("PYTEST_ADDOPTS", None)
    interruption.handle_signals()
    arguments = [
        f"--config-file={root / 'pytest.ini'}",
        f"--rootdir={root}",
        str(root / features),
        *options,
        "--capture=no",
        "-Wignore",
        "-pno:cacheprovider",
        # These plugins run the garbage collector, which takes half a second.
        "-pno:unraisableexception",
        "-pno:threadexception",
        "--disable-plugin-autoload",
        "-ppytest_bdd.plugin",
    ]
    code = pytest.main(arguments, plugins=[plugin, *plugins])
    if plugin.error is not None:
        raise plugin.error
    return code


def skip_reason(report: pytest.TestReport) -> str:
    """Return the reason why a scenario was skipped."""
    _, _, reason = cast("tuple[str, int, str]", report.longrepr)
    return reason.removeprefix("Skipped: ")
