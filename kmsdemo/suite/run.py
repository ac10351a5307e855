"""Runs pytest over features of the suite, with a plugin of ours in the place of its report."""

from __future__ import annotations

import os
from typing import cast

import pytest

from kmsdemo.suite import interruption, location


class TerminalReportReplacement:
    """A plugin that takes the place of pytest's own terminal report.

    Attributes:
        was_interrupted: There was a Ctrl-C.
    """

    was_interrupted = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.was_interrupted = excinfo.type is KeyboardInterrupt


def run(plugin: TerminalReportReplacement, features: str, *options: str) -> int | pytest.ExitCode:
    """Run features, shut off from the options and plugins of the user's own tests.

    Args:
        plugin: What takes the place of the report.
        features: The folder or file, as a path inside of the suite.
        options: More options of pytest.

    Returns:
        pytest's exit code.
    """
    root = location.root()
    os.environ.pop("PYTEST_ADDOPTS", None)
    interruption.remember()
    arguments = [
        f"--config-file={root / 'pytest.ini'}",
        f"--rootdir={root}",
        str(root / features),
        *options,
        "--capture=no",
        "-Wignore",
        "-pno:cacheprovider",
        # They collect garbage, to find faults of tests, which takes half a second.
        "-pno:unraisableexception",
        "-pno:threadexception",
        "--disable-plugin-autoload",
        "-ppytest_bdd.plugin",
    ]
    return pytest.main(arguments, plugins=[plugin])


def skip_reason(report: pytest.TestReport) -> str:
    """Return why a scenario was skipped."""
    _, _, reason = cast("tuple[str, int, str]", report.longrepr)
    return reason.removeprefix("Skipped: ")
